//! Certificates that others issued, taken into the inventory as they are.

mod chain;
mod row;

use crate::agent_work::blocked_key;
use crate::certificate;
use crate::failure::Failure;
use crate::policy::judge_many;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::CertificateId;
use certctl_domain::version::CertificateVersion;
use certctl_domain::{Timestamp, id::IdSource};
use certctl_repository::Tx;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use row::Row;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Certificates that are inserted in one transaction; a few hundred milliseconds at most.
const CHUNK: usize = 500;

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
            if let Some(known) = tx.versions().find_by_fingerprint(&row.version.fingerprint_sha256)? {
                return Err(Failure::Service(already_known(&known)));
            }
            if !tx.revocations().blocked_keys(&[&row.key])?.is_empty() {
                return Err(Failure::Service(blocked_key("pem")));
            }
            insert(tx, &*ids, &who, &[&*row], now)?;
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
            let leaves: Vec<&str> = rows.iter().map(|row| &*row.version.fingerprint_sha256).collect();
            let known = tx.versions().find_by_fingerprints(&leaves)?;
            let known: HashMap<&str, _> =
                known.iter().map(|version| (&*version.fingerprint_sha256, version)).collect();
            let keys: Vec<&str> = rows.iter().map(|row| &*row.key).collect();
            let blocked = tx.revocations().blocked_keys(&keys)?;
            let (mut leaves, mut new) = (BTreeSet::new(), Vec::with_capacity(rows.len()));
            let mut results = Vec::with_capacity(rows.len());
            for row in rows.iter() {
                let leaf = &*row.version.fingerprint_sha256;
                results.push(if let Some(version) = known.get(leaf) {
                    Err(already_known(version))
                } else if blocked.contains(&row.key) {
                    Err(blocked_key("pem"))
                } else if leaves.insert(leaf) {
                    new.push(&**row);
                    Ok(row.certificate.id.clone())
                } else {
                    Err(twice())
                });
            }
            insert(tx, &*ids, &who, &new, now)?;
            Ok::<_, Failure>(results)
        });
        imported.await
    }
}

fn insert(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    rows: &[&Row],
    now: Timestamp,
) -> Result<(), Failure> {
    let certificates: Vec<_> = rows.iter().map(|row| row.certificate.clone()).collect();
    tx.certificates().insert_all(&certificates)?;
    tx.versions().insert_all(&rows.iter().map(|row| row.version.clone()).collect::<Vec<_>>())?;
    let watched: Vec<_> = rows.iter().filter_map(|row| row.named_crl.clone()).collect();
    tx.crl_watch().watch(&watched, now)?;
    let imported = |row: &&Row| {
        let details = json!({
            "name": row.certificate.name, "version_id": row.version.id, "serial": row.version.serial_number,
            "fingerprint_sha256": row.version.fingerprint_sha256, "not_after": row.version.not_after,
        });
        let subject = ("certificate", row.certificate.id.as_str());
        audit_event(ids, who, now, "certificate_imported", subject, &details)
    };
    tx.audit().append_all(&rows.iter().map(imported).collect::<Vec<_>>())?;
    judge_many(tx, ids, who, &certificates, now)
}

fn already_known(version: &CertificateVersion) -> ServiceError {
    ServiceError::Conflict {
        code: ConflictCode::AlreadyExists,
        message: format!("this leaf is version {} of certificate {}", version.id, version.certificate_id),
        details: Some(json!({"certificate_id": version.certificate_id, "version_id": version.id})),
    }
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
