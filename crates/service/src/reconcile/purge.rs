//! Removes certificates for good that were archived long ago. What was issued for them stays in the
//! ledger, and what was done in the audit trail.

use crate::failure::Failure;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, IdSource};
use certctl_repository::{PageRequest, Tx};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Certificates looked up at a time.
const BATCH: u32 = 100;
/// Serial numbers that one audit event names; how many there were is told beside them.
const SERIALS: u32 = 100;

/// The purge of archived certificates.
#[derive(Debug)]
pub struct Purge {
    base: Foundation,
    keep: Duration,
}

impl Purge {
    /// Removes certificates `keep` after they were archived, but none of which a leaf is still valid.
    pub const fn new(base: Foundation, keep: Duration) -> Self {
        Self { base, keep }
    }

    async fn batch(&self, after: Option<CertificateId>) -> Result<Vec<CertificateId>, ServiceError> {
        let now = self.base.clock.now();
        let before = now.minus(self.keep);
        let found = self.base.store.read("certificate.purgeable", move |tx| {
            Ok::<_, Failure>(tx.certificates().purgeable(before, now, after.as_ref(), BATCH)?)
        });
        Ok(found.await?)
    }

    /// One transaction each, and looked at again in it: somebody may take the certificate back meanwhile.
    async fn remove(&self, id: CertificateId) -> Result<bool, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let before = now.minus(self.keep);
        let removed =
            self.base.store.write("certificate.purge", move |tx| remove(tx, &*ids, &id, before, now));
        Ok(removed.await?)
    }
}

fn remove(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    id: &CertificateId,
    archived_before: Timestamp,
    now: Timestamp,
) -> Result<bool, Failure> {
    tx.certificates().hold(std::slice::from_ref(id))?;
    let Some(row) = tx.certificates().find(id)?.filter(|row| row.archived_before(archived_before)) else {
        return Ok(false);
    };
    let issued = tx.versions().list(id, &PageRequest::first(SERIALS))?;
    let serials: Vec<_> = issued.items.iter().map(|version| version.serial_number.as_str()).collect();
    let details = json!({
        "name": row.name, "common_name": row.common_name, "issuer_id": row.issuer_id,
        "archived_at": row.updated_at, "versions": issued.total, "serial_numbers": serials,
    });
    tx.certificates().purge(id)?;
    let subject = ("certificate", id.as_str());
    tx.audit().append(&audit_event(ids, &Actor::system(), now, "certificate_purged", subject, &details))?;
    Ok(true)
}

#[async_trait]
impl Reconciler for Purge {
    fn name(&self) -> &'static str {
        "certificate-purge"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let mut after = None;
        while !stop.stopping() {
            let batch = match self.batch(after.take()).await {
                Ok(batch) => batch,
                Err(error) => return report.failed(&error),
            };
            after = batch.last().cloned();
            if after.is_none() {
                break;
            }
            for id in batch {
                if stop.stopping() {
                    break;
                }
                match self.remove(id.clone()).await {
                    Ok(removed) => report.add("removed", u64::from(removed)),
                    Err(error @ ServiceError::Unavailable(_)) => return report.failed(&error),
                    Err(error) => {
                        tracing::error!(cert.id = %id, error = &error as &dyn std::error::Error, "cannot purge certificate {id}");
                    }
                }
            }
        }
        report
    }
}
