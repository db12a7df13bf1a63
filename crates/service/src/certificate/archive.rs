//! Out of service and back: archiving keeps the row, its versions and its mappings.

use super::{Certificates, get, view};
use crate::failure::Failure;
use crate::issuance;
use crate::job::withdraw;
use crate::notification::{raise, stories};
use crate::policy::judge_one;
use crate::support::audit_event;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{CertificateEvent, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource, JobId};
use certctl_repository::Tx;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

impl Certificates {
    pub(super) async fn put_away(&self, who: &Actor, id: &CertificateId) -> Result<(), ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let done = self.base.store.write("certificate.archive", move |tx| {
            let mut certificate = get(tx, &id)?;
            if certificate.status == CertificateStatus::Archived {
                return Ok(());
            }
            let cancelled = cancel_work(tx, &*ids, &who, &id, now)?;
            certificate.apply(CertificateEvent::Archived, now)?;
            certificate.next_action_at = None;
            tx.certificates().update(&mut certificate)?;
            let details = json!({"cancelled_jobs": cancelled});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "certificate_archived",
                ("certificate", id.as_str()),
                &details,
            ))?;
            raise::alert(tx, &*ids, stories::certificate_put_away(&certificate), now)?;
            for (mapping, _) in tx.deployments().of_certificate(&id)? {
                raise::deployment_put_away(tx, &*ids, &certificate, &mapping, "was archived", now)?;
            }
            judge_one(tx, &*ids, &who, &certificate, now)?;
            Ok::<_, Failure>(())
        });
        Ok(done.await?)
    }
    pub(super) async fn take_back(
        &self,
        who: &Actor,
        id: &CertificateId,
    ) -> Result<CertificateView, ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let done = self.base.store.write("certificate.unarchive", move |tx| {
            let mut certificate = get(tx, &id)?;
            if certificate.status != CertificateStatus::Archived {
                return Err(Failure::Service(ServiceError::conflict(
                    ConflictCode::InvalidState,
                    format!("certificate {id} is not archived"),
                )));
            }
            let (issued, revoked) = (certificate.valid_from.is_some(), certificate.revoked_at.is_some());
            certificate.apply(CertificateEvent::Unarchived { issued, revoked }, now)?;
            // What went wrong before it was put away no longer slows it down.
            certificate.failed_issuances = 0;
            if !revoked {
                let lineages = issuance::lineages(tx, &id)?;
                let policy = issuance::policy_of(tx, &certificate)?;
                certificate.next_action_at = issuance::next_look(&certificate, &lineages, &policy, now);
            }
            tx.certificates().update(&mut certificate)?;
            let subject = ("certificate", id.as_str());
            let details = json!({"status": certificate.status});
            tx.audit().append(&audit_event(&*ids, &who, now, "certificate_unarchived", subject, &details))?;
            judge_one(tx, &*ids, &who, &certificate, now)?;
            view(tx, certificate, now)
        });
        let done = done.await?;
        self.wakeups.wake_sweep();
        Ok(done)
    }
}

/// Cancels every live job of a certificate; returns their ids.
fn cancel_work(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    id: &CertificateId,
    now: Timestamp,
) -> Result<Vec<JobId>, Failure> {
    let mut live = tx.jobs().live_issuances(id)?;
    live.extend(tx.jobs().live_deployments(id, None)?);
    let mut cancelled = Vec::with_capacity(live.len());
    for mut job in live {
        withdraw(tx, ids, who, &mut job, "the certificate was archived", now)?;
        cancelled.push(job.id);
    }
    Ok(cancelled)
}

pub(super) fn archived(id: &CertificateId) -> Failure {
    Failure::Service(ServiceError::conflict(
        ConflictCode::InvalidState,
        format!("certificate {id} is archived and cannot be changed; unarchive it first"),
    ))
}
