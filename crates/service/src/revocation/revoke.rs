//! Revoking leaves of a certificate.

use super::leaves::{self, Leaf, Leaves};
use crate::failure::Failure;
use crate::notification::{raise, stories};
use crate::policy::judge_one;
use crate::support::audit_event;
use crate::{certificate, issuance};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateEvent, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource, IssuerId, RevocationId};
use certctl_domain::revocation::{Change, IssuerNotice, Revocation, RevocationReason};
use certctl_repository::Tx;
use certctl_service_api::revocation::{RevokeSpec, Revoked};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Revokes the leaves that `spec` is about, whoever asks and for how many certificates at once.
pub(crate) fn revoke(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    id: &CertificateId,
    spec: &RevokeSpec,
    now: Timestamp,
) -> Result<Revoked, Failure> {
    let mut certificate = certificate::get(tx, id)?;
    not_archived(&certificate)?;
    let Leaves { meant, none_left } = leaves::find(tx, &certificate, spec, now)?;
    let serials: BTreeSet<_> = meant
        .iter()
        .map(|leaf| (leaf.version.issuer_id.clone(), leaf.version.serial_number.clone()))
        .collect();
    let keys: BTreeSet<String> =
        meant.iter().map(|leaf| leaves::key_of(&leaf.version)).collect::<Result<_, _>>()?;
    let changed = meant.iter().any(|leaf| leaf.change != Change::Nothing);
    let revocations = write(tx, ids, who, &certificate, spec, meant, now)?;
    if changed {
        if spec.reason == RevocationReason::KeyCompromise {
            for key in &keys {
                tx.revocations().block_key(key, spec.reason.as_str(), who.name(), now)?;
            }
        }
        let details = json!({
            "common_name": certificate.common_name, "reason": spec.reason,
            "serials": revocations.iter().map(|row| &row.serial_number).collect::<Vec<_>>(),
            "invalidity_date": spec.invalidity_date,
        });
        let subject = ("certificate", id.as_str());
        tx.audit().append(&audit_event(ids, who, now, "certificate_revoked", subject, &details))?;
        raise::alert(tx, ids, stories::revoked(&certificate, spec.reason.as_str(), who.name()), now)?;
        if none_left {
            take_out_of_service(tx, ids, who, &mut certificate, spec.reason, now)?;
        }
    }
    let siblings = leaves::siblings(tx, &keys, &serials, now)?;
    Ok(Revoked { certificate: Some(certificate), revocations, siblings })
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

/// Writes the rows; those of one issuer are one change of it.
fn write(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificate: &Certificate,
    spec: &RevokeSpec,
    meant: Vec<Leaf>,
    now: Timestamp,
) -> Result<Vec<Revocation>, Failure> {
    let mut generations = Generations::default();
    let (mut all, mut fresh) = (Vec::with_capacity(meant.len()), Vec::new());
    for Leaf { version, crl_shard, known, change } in meant {
        if let (Some(row), Change::Nothing) = (&known, change) {
            let mut row = row.clone();
            if !row.notice.notified && row.notice.next_attempt_at.is_none() {
                row.notice = notice(tx, &row.issuer_id, now)?;
                tx.revocations().update(&row)?;
            }
            all.push(row);
            continue;
        }
        let mut row = Revocation {
            id: RevocationId::mint(ids),
            generation: generations.of(tx, &version.issuer_id)?,
            notice: notice(tx, &version.issuer_id, now)?,
            issuer_id: version.issuer_id,
            serial_number: version.serial_number,
            certificate_id: Some(certificate.id.clone()),
            reason: spec.reason,
            invalidity_date: spec.invalidity_date,
            revoked_by: who.name().to_owned(),
            revoked_at: now,
            not_after: version.not_after,
            released_at: None,
            crl_shard,
            created_at: now,
        };
        if let Some(known) = known {
            row = succeeding(&known, &row, change);
            tx.revocations().update(&row)?;
        } else {
            fresh.push(row.clone());
        }
        all.push(row);
    }
    tx.revocations().insert(&fresh)?;
    Ok(all)
}

/// The change of each issuer that a transaction makes.
#[derive(Default)]
pub(super) struct Generations(BTreeMap<IssuerId, i64>);

impl Generations {
    pub(super) fn of(&mut self, tx: &mut dyn Tx, issuer: &IssuerId) -> Result<i64, Failure> {
        if let Some(generation) = self.0.get(issuer) {
            return Ok(*generation);
        }
        let next = tx.revocations().next_generation(issuer)?;
        self.0.insert(issuer.clone(), next);
        Ok(next)
    }
}

/// The row of a serial number that was revoked before.
pub(super) fn succeeding(known: &Revocation, row: &Revocation, change: Change) -> Revocation {
    Revocation {
        id: known.id.clone(),
        created_at: known.created_at,
        // A graver reason does not move the day since when it has been revoked.
        revoked_at: if change == Change::Reason { known.revoked_at } else { row.revoked_at },
        invalidity_date: row.invalidity_date.or(known.invalidity_date),
        ..row.clone()
    }
}

/// How the CA learns of it: ours knows, others are told at once.
pub(super) fn notice(tx: &mut dyn Tx, issuer: &IssuerId, now: Timestamp) -> Result<IssuerNotice, Failure> {
    let ours = tx.issuers().find(issuer)?.is_none_or(|issuer| issuer.kind.is_local());
    let next_attempt_at = (!ours).then_some(now);
    Ok(IssuerNotice { notified: ours, next_attempt_at, ..IssuerNotice::default() })
}

/// Nothing valid is left: no renewal brings it back, and nobody waits for one.
fn take_out_of_service(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificate: &mut Certificate,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<(), Failure> {
    if certificate.status != CertificateStatus::Revoked {
        issuance::cancel_live(tx, ids, who, &certificate.id, "the certificate was revoked", now)?;
        certificate.apply(CertificateEvent::Revoked, now)?;
        certificate.revoked_at = Some(now);
    }
    certificate.revocation_reason = Some(reason.as_str().to_owned());
    certificate.next_action_at = None;
    certificate.retry_at = None;
    certificate.updated_at = now;
    tx.certificates().update(certificate)?;
    raise::alert(tx, ids, stories::certificate_put_away(certificate), now)?;
    judge_one(tx, ids, who, certificate, now)
}
