//! Certificates that others issued, taken into the inventory as they are.

mod chain;
mod row;

use crate::certificate;
use crate::failure::Failure;
use crate::policy::judge_one;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::CertificateId;
use certctl_domain::{Timestamp, id::IdSource};
use certctl_repository::Tx;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use row::Row;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Certificates that are inserted in one transaction; a few hundred milliseconds at most.
const CHUNK: usize = 100;

/// Use cases of imports.
#[derive(Debug)]
pub struct Imports {
    base: Foundation,
}

impl Imports {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }

    async fn one(&self, who: &Actor, row: Arc<Row>) -> Result<CertificateView, ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let imported = self.base.store.write("certificate.import", move |tx| {
            certificate::check_references(tx, &row.certificate)?;
            refuse_known(tx, &row)?;
            insert(tx, &*ids, &who, &row, now)?;
            let certificate = certificate::get(tx, &row.certificate.id)?;
            Ok::<_, Failure>(CertificateView {
                status: certificate.status_at(now),
                target_ids: Vec::new(),
                certificate,
            })
        });
        Ok(imported.await?)
    }

    /// Imports what is new of `rows` in one transaction; an error undoes all of it.
    async fn chunk(
        &self,
        who: &Actor,
        rows: Arc<Vec<Arc<Row>>>,
    ) -> Result<Vec<Result<CertificateId, ServiceError>>, Failure> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let imported = self.base.store.write("certificate.import_many", move |tx| {
            let mut results = Vec::with_capacity(rows.len());
            let mut new = BTreeSet::new();
            for row in rows.iter() {
                // Nothing was written for a refusal, so the transaction goes on.
                let known = match refuse_known(tx, row) {
                    Err(Failure::Service(refusal)) => Some(refusal),
                    Err(failure) => return Err(failure),
                    Ok(()) if !new.insert(&*row.version.fingerprint_sha256) => Some(twice()),
                    Ok(()) => None,
                };
                if let Some(refusal) = known {
                    results.push(Err(refusal));
                    continue;
                }
                insert(tx, &*ids, &who, row, now)?;
                results.push(Ok(row.certificate.id.clone()));
            }
            Ok::<_, Failure>(results)
        });
        imported.await
    }
}

fn insert(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    row: &Row,
    now: Timestamp,
) -> Result<(), Failure> {
    tx.certificates().insert(&row.certificate)?;
    tx.versions().insert(&row.version)?;
    let details = json!({
        "name": row.certificate.name, "version_id": row.version.id, "serial": row.version.serial_number,
        "fingerprint_sha256": row.version.fingerprint_sha256, "not_after": row.version.not_after,
    });
    let subject = ("certificate", row.certificate.id.as_str());
    tx.audit().append(&audit_event(ids, who, now, "certificate_imported", subject, &details))?;
    judge_one(tx, ids, who, &row.certificate, now)
}

fn refuse_known(tx: &mut dyn Tx, row: &Row) -> Result<(), Failure> {
    let Some(known) = tx.versions().find_by_fingerprint(&row.version.fingerprint_sha256)? else {
        return Ok(());
    };
    Err(Failure::Service(ServiceError::Conflict {
        code: ConflictCode::AlreadyExists,
        message: format!("this leaf is version {} of certificate {}", known.id, known.certificate_id),
        details: Some(json!({"certificate_id": known.certificate_id, "version_id": known.id})),
    }))
}

fn twice() -> ServiceError {
    ServiceError::conflict(ConflictCode::AlreadyExists, "this leaf is in the request more than once")
}

#[async_trait]
impl ImportService for Imports {
    async fn import(
        &self,
        who: &Actor,
        place: ImportPlace,
        item: ImportItem,
    ) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateWrite)?;
        let row = Row::read(&place, item, &*self.base.ids, self.base.clock.now())?;
        self.one(who, Arc::new(row)).await
    }

    async fn import_many(
        &self,
        who: &Actor,
        place: ImportPlace,
        items: Vec<ImportItem>,
    ) -> Result<Vec<Result<CertificateId, ServiceError>>, ServiceError> {
        who.require(Permission::CertificateWrite)?;
        let now = self.base.clock.now();
        let mut results: Vec<Result<CertificateId, ServiceError>> = Vec::with_capacity(items.len());
        let mut readable: Vec<(usize, Arc<Row>)> = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match Row::read(&place, item, &*self.base.ids, now) {
                Ok(row) => {
                    results.push(Ok(row.certificate.id.clone()));
                    readable.push((index, Arc::new(row)));
                }
                Err(refusal) => results.push(Err(refusal)),
            }
        }
        if let Some((_, first)) = readable.first() {
            // Every row refers to the same objects: what is missing is missing for all.
            let first = Arc::clone(first);
            let checked = self.base.store.read("certificate.import_check", move |tx| {
                certificate::check_references(tx, &first.certificate)
            });
            checked.await?;
        }
        for chunk in readable.chunks(CHUNK) {
            let rows: Vec<_> = chunk.iter().map(|(_, row)| Arc::clone(row)).collect();
            let outcomes = match self.chunk(who, Arc::new(rows.clone())).await.map_err(ServiceError::from) {
                Ok(outcomes) => outcomes,
                Err(error @ ServiceError::Unavailable(_)) => return Err(error),
                // A name or serial number is taken: one by one, only those are refused.
                Err(_) => {
                    let mut outcomes = Vec::with_capacity(rows.len());
                    for row in rows {
                        outcomes.push(self.one(who, row).await.map(|view| view.certificate.id));
                    }
                    outcomes
                }
            };
            for ((index, _), outcome) in chunk.iter().zip(outcomes) {
                if let Some(slot) = results.get_mut(*index) {
                    *slot = outcome;
                }
            }
        }
        Ok(results)
    }

    fn split(&self, bundle: &str) -> Result<Vec<ImportItem>, ServiceError> {
        let texts = chain::split(bundle)?;
        Ok(texts.into_iter().map(|pem| ImportItem { id: None, name: None, pem }).collect())
    }
}
