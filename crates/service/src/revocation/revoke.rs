//! Revoking leaves of certificates: of one, or of many with as many statements.

use super::gathered::{Gathered, number};
use super::leaves::{self, Leaves};
use super::rows::Rows;
use crate::failure::Failure;
use crate::notification::{raise, stories};
use crate::policy::judge_many;
use crate::support::audit_event;
use crate::{certificate, issuance};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateEvent, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource};
use certctl_domain::notification::Alert;
use certctl_domain::revocation::{Change, Revocation, RevocationReason};
use certctl_repository::Tx;
use certctl_service_api::revocation::{RevokeSpec, Sibling};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::collections::BTreeSet;
use std::slice;

/// What a revocation did.
#[derive(Debug)]
pub(crate) struct Done {
    /// The certificate afterwards; absent for what is outside the inventory.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) revocations: Vec<Revocation>,
    pub(crate) siblings: Vec<Sibling>,
}

/// Revokes the leaves of one certificate that `spec` is about, and names their siblings.
pub(crate) fn revoke(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    id: &CertificateId,
    spec: &RevokeSpec,
    now: Timestamp,
) -> Result<Done, Failure> {
    let mut row = certificate::get(tx, id)?;
    not_archived(&row)?;
    let gathered = Gathered::of(tx, slice::from_ref(&row), now)?;
    let Leaves { meant, .. } = leaves::find(&gathered, &row, spec)?;
    let numbers: BTreeSet<_> = meant.iter().map(|leaf| number(&leaf.version)).collect();
    let keys: BTreeSet<String> =
        meant.iter().map(|leaf| leaves::key_of(&gathered, &leaf.version)).collect::<Result<_, _>>()?;
    let revocations = revoke_gathered(tx, ids, who, slice::from_mut(&mut row), &gathered, spec, now)?;
    let siblings = leaves::siblings(tx, &keys, &numbers, now)?;
    Ok(Done { certificate: Some(row), revocations, siblings })
}

/// Revokes the leaves of many certificates that `spec` is about, all or none of them.
pub(crate) fn revoke_all(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificates: &mut [Certificate],
    spec: &RevokeSpec,
    now: Timestamp,
) -> Result<(), Failure> {
    for certificate in &*certificates {
        not_archived(certificate)?;
    }
    let gathered = Gathered::of(tx, certificates, now)?;
    revoke_gathered(tx, ids, who, certificates, &gathered, spec, now).map(drop)
}

/// Archived certificates are left alone.
pub(super) fn not_archived(certificate: &Certificate) -> Result<(), ServiceError> {
    if certificate.status == CertificateStatus::Archived {
        return Err(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!(
                "certificate {} is archived and is not revoked; unarchive it, or revoke its serial number",
                certificate.id
            ),
        ));
    }
    Ok(())
}

/// Writes rows, audit events and alerts, and puts out of service what has no current leaf left. The
/// rows of one issuer are one change of it.
fn revoke_gathered(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificates: &mut [Certificate],
    gathered: &Gathered,
    spec: &RevokeSpec,
    now: Timestamp,
) -> Result<Vec<Revocation>, Failure> {
    let (mut rows, mut events, mut alerts) = (Rows::default(), Vec::new(), Vec::new());
    let (mut put_away, mut keys) = (Vec::new(), BTreeSet::new());
    for certificate in certificates {
        let Leaves { meant, none_left } = leaves::find(gathered, certificate, spec)?;
        let serials: Vec<_> = meant.iter().map(|leaf| leaf.version.serial_number.clone()).collect();
        let changed = meant.iter().any(|leaf| leaf.change != Change::Nothing);
        if changed && spec.reason == RevocationReason::KeyCompromise {
            for leaf in &meant {
                keys.insert(leaves::key_of(gathered, &leaf.version)?);
            }
        }
        rows.add(tx, ids, who, gathered, certificate, spec, meant, now)?;
        if !changed {
            continue;
        }
        let details = json!({
            "common_name": certificate.common_name, "reason": spec.reason, "serials": serials,
            "invalidity_date": spec.invalidity_date,
        });
        let subject = ("certificate", certificate.id.as_str());
        events.push(audit_event(ids, who, now, "certificate_revoked", subject, &details));
        alerts.push(raise::made(ids, stories::revoked(certificate, spec.reason.as_str(), who.name()), now));
        if none_left {
            put_away.push(certificate);
        }
    }
    let written = rows.write(tx)?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    tx.revocations().block_keys(&keys, spec.reason.as_str(), who.name(), now)?;
    tx.audit().append_all(&events)?;
    take_out_of_service(tx, ids, who, put_away, spec.reason, &mut alerts, now)?;
    tx.alerts().insert_all(&alerts)?;
    Ok(written)
}

/// Nothing valid is left: no renewal brings these back, and nobody waits for one.
fn take_out_of_service(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificates: Vec<&mut Certificate>,
    reason: RevocationReason,
    alerts: &mut Vec<Alert>,
    now: Timestamp,
) -> Result<(), Failure> {
    if certificates.is_empty() {
        return Ok(());
    }
    let all: Vec<_> = certificates.iter().map(|row| row.id.clone()).collect();
    for id in tx.jobs().with_live_issuance(&all)? {
        issuance::cancel_live(tx, ids, who, &id, "the certificate was revoked", now)?;
    }
    let (mut fresh, mut changed) = (Vec::new(), Vec::with_capacity(certificates.len()));
    for row in certificates {
        let before = row.status;
        row.revocation_reason = Some(reason.as_str().to_owned());
        row.next_action_at = None;
        row.retry_at = None;
        row.updated_at = now;
        if before == CertificateStatus::Revoked {
            // Since when stays; these are few.
            tx.certificates().update_state(row)?;
        } else {
            row.apply(CertificateEvent::Revoked, now)?;
            row.revoked_at = Some(now);
            row.revision += 1;
            fresh.push(row.id.clone());
        }
        alerts.push(raise::made(ids, stories::certificate_put_away(row), now));
        changed.push(row.clone());
    }
    tx.certificates().put_out_of_service(&fresh, reason, now)?;
    judge_many(tx, ids, who, &changed, now)
}
