//! The end of a hold, the only revocation that can be taken back.

use super::revoke::Done;
use super::rows::Generations;
use crate::failure::Failure;
use crate::policy::judge_one;
use crate::support::audit_event;
use crate::{certificate, issuance};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{CertificateEvent, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource};
use certctl_domain::revocation::{Revocation, RevocationReason};
use certctl_repository::Tx;
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;

/// Releases every leaf of the certificate that is on hold.
pub(super) fn release(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    id: &CertificateId,
    now: Timestamp,
) -> Result<Done, Failure> {
    let mut certificate = certificate::get(tx, id)?;
    let held: Vec<_> = tx.revocations().of_certificate(id)?.into_iter().filter(on_hold).collect();
    if held.is_empty() {
        return Err(refused(format!(
            "certificate {id} is not on hold; only the reason certificateHold can be taken back"
        )));
    }
    let mut generations = Generations::default();
    let mut released = Vec::with_capacity(held.len());
    for row in held {
        let ours = tx.issuers().find(&row.issuer_id)?.is_some_and(|issuer| issuer.kind.is_local());
        if !ours {
            return Err(refused(format!(
                "issuer {} is a CA outside certctl; end the hold of serial number {} there",
                row.issuer_id, row.serial_number
            )));
        }
        let generation = generations.of(tx, &row.issuer_id)?;
        let row = Revocation { released_at: Some(now), generation, ..row };
        tx.revocations().update(&row)?;
        released.push(row);
    }
    let on_hold = certificate.status == CertificateStatus::Revoked
        && certificate.revocation_reason.as_deref() == Some(RevocationReason::CertificateHold.as_str());
    if on_hold {
        certificate.apply(CertificateEvent::Released, now)?;
        certificate.revoked_at = None;
        certificate.revocation_reason = None;
        let lineages = issuance::lineages(tx, id)?;
        let policy = issuance::policy_of(tx, &certificate)?;
        certificate.next_action_at = issuance::next_look(&certificate, &lineages, &policy, now);
        tx.certificates().update(&mut certificate)?;
    }
    let serials: Vec<_> = released.iter().map(|row| &row.serial_number).collect();
    let details = json!({"common_name": certificate.common_name, "serials": serials});
    let subject = ("certificate", id.as_str());
    tx.audit().append(&audit_event(ids, who, now, "certificate_unheld", subject, &details))?;
    judge_one(tx, ids, who, &certificate, now)?;
    Ok(Done { certificate: Some(certificate), revocations: released, siblings: Vec::new() })
}

fn on_hold(row: &Revocation) -> bool {
    row.in_force() && row.reason == RevocationReason::CertificateHold
}

fn refused(message: String) -> Failure {
    Failure::Service(ServiceError::conflict(ConflictCode::InvalidState, message))
}
