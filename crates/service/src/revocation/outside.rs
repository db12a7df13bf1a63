//! Revoking by serial number, or by the certificate itself: what is in the ledger need not be in the
//! inventory.

use super::leaves;
use super::revoke::{Done, revoke};
use super::rows::{notice, succeeding};
use crate::failure::Failure;
use crate::support::audit_event;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{IdSource, IssuerId, RevocationId};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::revocation::{Change, Revocation, RevocationReason};
use certctl_pki::Certificate;
use certctl_repository::{IssuerFilter, PageRequest, Tx};
use certctl_service_api::revocation::{Culprit, RevokeSpec, Scope};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;

/// Issuers of one page.
const ISSUERS: u32 = 100;

pub(super) struct Wanted {
    pub(super) culprit: Known,
    pub(super) reason: RevocationReason,
    pub(super) invalidity_date: Option<Timestamp>,
}

/// What is known of the culprit before the ledger is asked.
pub(super) enum Known {
    Serial(IssuerId, String),
    Certificate { serial: String, fingerprint: String },
}

/// Checks what the request names.
pub(super) fn read(culprit: &Culprit) -> Result<Known, ServiceError> {
    match culprit {
        Culprit::Serial { issuer_id, serial } => {
            Ok(Known::Serial(issuer_id.clone(), leaves::serial(serial)?))
        }
        Culprit::Pem(pem) => {
            let refused =
                |message: String| ServiceError::invalid("certificate_pem", "invalid_certificate", message);
            let chain = certctl_pki::parse_chain(pem).map_err(|error| refused(error.to_string()))?;
            let leaf = chain.first().ok_or_else(|| refused("it holds no certificate".to_owned()))?;
            Ok(Known::Certificate {
                serial: leaf.serial().to_string(),
                fingerprint: Certificate::fingerprint(leaf),
            })
        }
    }
}

pub(super) fn revoke_one(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Done, Failure> {
    let issuance = find(tx, &wanted.culprit)?;
    let Some(serial) = issuance.serial_number.clone() else { return Err(unknown()) };
    if let Some(id) = &issuance.certificate_id
        && tx.certificates().find(id)?.is_some_and(|row| row.status != CertificateStatus::Archived)
    {
        let spec = RevokeSpec {
            reason: wanted.reason,
            scope: Scope::Serial(serial),
            invalidity_date: wanted.invalidity_date,
        };
        return revoke(tx, ids, who, id, &spec, now);
    }
    let known = tx.revocations().find(&issuance.issuer_id, &serial)?;
    let change = known.as_ref().map_or(Ok(Change::Revoke), |known| known.change(wanted.reason))?;
    let row = match (known, change) {
        (Some(known), Change::Nothing) => known,
        (known, change) => {
            let row = record(
                tx,
                ids,
                who,
                wanted,
                &issuance,
                &serial,
                known.as_ref().map(|known| (known, change)),
                now,
            )?;
            let details =
                json!({"issuer_id": row.issuer_id, "serials": [&row.serial_number], "reason": row.reason});
            let subject = ("revocation", row.id.as_str());
            tx.audit().append(&audit_event(ids, who, now, "certificate_revoked", subject, &details))?;
            row
        }
    };
    let key = issuance.spki_sha256.clone();
    if let (Some(key), RevocationReason::KeyCompromise) = (&key, wanted.reason) {
        tx.revocations().block_keys(&[key.as_str()], wanted.reason.as_str(), who.name(), now)?;
    }
    let but = [(row.issuer_id.clone(), row.serial_number.clone())].into();
    let siblings = leaves::siblings(tx, &key.into_iter().collect(), &but, now)?;
    Ok(Done { certificate: None, revocations: vec![row], siblings })
}

#[expect(clippy::too_many_arguments, reason = "one row has that many sources")]
fn record(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    wanted: &Wanted,
    issuance: &Issuance,
    serial: &str,
    known: Option<(&Revocation, Change)>,
    now: Timestamp,
) -> Result<Revocation, Failure> {
    let local = tx.issuers().find(&issuance.issuer_id)?.is_none_or(|issuer| issuer.kind.is_local());
    let row = Revocation {
        id: RevocationId::mint(ids),
        issuer_id: issuance.issuer_id.clone(),
        serial_number: serial.to_owned(),
        certificate_id: issuance.certificate_id.clone(),
        reason: wanted.reason,
        invalidity_date: wanted.invalidity_date,
        revoked_by: who.name().to_owned(),
        revoked_at: now,
        not_after: issuance.not_after.unwrap_or(now),
        released_at: None,
        crl_shard: issuance.crl_shard,
        generation: tx.revocations().next_generation(&issuance.issuer_id)?,
        notice: notice(local, now),
        created_at: now,
    };
    let Some((known, change)) = known else {
        tx.revocations().insert(std::slice::from_ref(&row))?;
        return Ok(row);
    };
    let row = succeeding(known, &row, change);
    tx.revocations().update(&row)?;
    Ok(row)
}

/// The row of the ledger. Only what was signed can be revoked.
fn find(tx: &mut dyn Tx, culprit: &Known) -> Result<Issuance, Failure> {
    let found = match culprit {
        Known::Serial(issuer, serial) => {
            if tx.issuers().find(issuer)?.is_none() {
                let message = format!("issuer {issuer} does not exist");
                let error = ServiceError::unprocessable("issuer_id", "unknown_reference", message);
                return Err(Failure::Service(error));
            }
            tx.ledger().find_by_serial(issuer, serial)?
        }
        Known::Certificate { serial, fingerprint } => {
            let mut found = None;
            let mut page = PageRequest::first(ISSUERS);
            loop {
                let issuers = tx.issuers().list(&IssuerFilter::default(), &page)?;
                for issuer in &issuers.items {
                    let row = tx.ledger().find_by_serial(&issuer.id, serial)?;
                    found =
                        found.or(
                            row.filter(|row| row.fingerprint_sha256.as_deref() == Some(fingerprint.as_str()))
                        );
                }
                match issuers.next {
                    Some(next) if found.is_none() => page.after = Some(next),
                    _ => break found,
                }
            }
        }
    };
    let issuance = found.ok_or_else(unknown)?;
    if issuance.state != IssuanceState::Issued && issuance.fingerprint_sha256.is_none() {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::InvalidState,
            "this serial number was never signed, so there is nothing to revoke",
        )));
    }
    Ok(issuance)
}

fn unknown() -> Failure {
    Failure::Service(ServiceError::unprocessable(
        "serial",
        "unknown_serial",
        "certctl has issued no such certificate; only what is in its ledger can be revoked",
    ))
}
