//! The leaves that a revocation is about, and what becomes of each.

use super::gathered::{Gathered, Number};
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::AgentId;
use certctl_domain::revocation::{Change, Revocation};
use certctl_domain::version::CertificateVersion;
use certctl_pki::Serial;
use certctl_repository::Tx;
use certctl_service_api::revocation::{RevokeSpec, Scope, Sibling};
use certctl_service_api::{ConflictCode, ServiceError};
use std::collections::BTreeSet;

/// Siblings that are shown.
const SHOWN_SIBLINGS: u32 = 100;

/// One leaf that a revocation is about.
pub(super) struct Leaf {
    pub(super) version: CertificateVersion,
    /// Partition of the CRL that it names.
    pub(super) crl_shard: u32,
    /// Its revocation so far.
    pub(super) known: Option<Revocation>,
    pub(super) change: Change,
}

/// The valid leaves of a certificate.
pub(super) struct Leaves {
    /// Those the request is about.
    pub(super) meant: Vec<Leaf>,
    /// Whether, once they are revoked, the newest leaf of every key holder is.
    pub(super) none_left: bool,
}

/// Reads a serial number in any usual notation.
pub(super) fn serial(text: &str) -> Result<String, ServiceError> {
    text.parse::<Serial>()
        .map(|serial| serial.to_string())
        .map_err(|error| ServiceError::invalid("serial", "invalid_serial", error.to_string()))
}

/// Finds the leaves that `spec` is about and what becomes of them.
pub(super) fn find(
    gathered: &Gathered,
    certificate: &Certificate,
    spec: &RevokeSpec,
) -> Result<Leaves, ServiceError> {
    let valid = gathered.valid(&certificate.id);
    let chosen = choose(certificate, valid, &spec.scope)?;
    let revoked_before =
        |version: &CertificateVersion| gathered.known(version).is_some_and(Revocation::in_force);
    let none_left = newest(valid).all(|newest| {
        revoked_before(newest) || chosen.iter().any(|version| version.serial_number == newest.serial_number)
    });
    let meant = chosen.into_iter().map(|version| leaf(gathered, version, spec)).collect::<Result<_, _>>()?;
    Ok(Leaves { meant, none_left })
}

fn leaf(gathered: &Gathered, version: &CertificateVersion, spec: &RevokeSpec) -> Result<Leaf, ServiceError> {
    let issuance = gathered.issuance(version);
    let refused = |message: String| ServiceError::conflict(ConflictCode::InvalidState, message);
    if issuance.is_none() && gathered.is_local(&version.issuer_id) {
        return Err(refused(format!(
            "the leaf with serial number {} was imported and not issued by {}; have its own CA revoke it",
            version.serial_number, version.issuer_id
        )));
    }
    let known = gathered.known(version).cloned();
    let change = known.as_ref().map_or(Ok(Change::Revoke), |known| known.change(spec.reason));
    let change = change.map_err(|_refused| {
        let before = known.as_ref().map_or("", |known| known.reason.as_str());
        refused(format!(
            "serial number {} is revoked for the reason {before}; that can only become keyCompromise",
            version.serial_number
        ))
    })?;
    let crl_shard = issuance.map_or(0, |issuance| issuance.crl_shard);
    Ok(Leaf { version: version.clone(), crl_shard, known, change })
}

fn choose<'a>(
    certificate: &Certificate,
    valid: &'a [CertificateVersion],
    scope: &Scope,
) -> Result<Vec<&'a CertificateVersion>, ServiceError> {
    let id = &certificate.id;
    if valid.is_empty() {
        return Err(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!("certificate {id} has no valid leaf, so there is nothing to revoke"),
        ));
    }
    match scope {
        Scope::All => Ok(valid.iter().collect()),
        Scope::Latest => Ok(newest(valid).collect()),
        Scope::Serial(text) => {
            let wanted = serial(text)?;
            let found = valid.iter().find(|version| version.serial_number == wanted).ok_or_else(|| {
                ServiceError::unprocessable(
                    "serial",
                    "unknown_serial",
                    format!("no valid leaf of certificate {id} has the serial number {wanted}"),
                )
            })?;
            Ok(vec![found])
        }
    }
}

/// The newest leaf of each key holder; `valid` is newest first.
fn newest(valid: &[CertificateVersion]) -> impl Iterator<Item = &CertificateVersion> {
    let mut seen: BTreeSet<Option<&AgentId>> = BTreeSet::new();
    valid.iter().filter(move |version| seen.insert(version.agent_id.as_ref()))
}

/// Digest of the key of a leaf.
pub(super) fn key_of(gathered: &Gathered, version: &CertificateVersion) -> Result<String, Failure> {
    if let Some(key) = gathered.issuance(version).and_then(|issuance| issuance.spki_sha256.clone()) {
        return Ok(key);
    }
    let chain = certctl_pki::parse_chain(&version.pem_chain).map_err(ServiceError::internal)?;
    let leaf = chain
        .first()
        .ok_or_else(|| ServiceError::internal(format!("version {} holds no certificate", version.id)))?;
    Ok(certctl_crypto::sha256_hex(leaf.spki_der()))
}

/// Other valid certificates with these keys.
pub(super) fn siblings(
    tx: &mut dyn Tx,
    keys: &BTreeSet<String>,
    but: &BTreeSet<Number>,
    now: Timestamp,
) -> Result<Vec<Sibling>, Failure> {
    let mut found = Vec::new();
    for key in keys {
        for row in tx.ledger().issued_for_key(key, now, SHOWN_SIBLINGS)? {
            let Some(serial_number) = row.serial_number else { continue };
            if but.contains(&(row.issuer_id.clone(), serial_number.clone())) {
                continue;
            }
            let revoked = tx.revocations().find(&row.issuer_id, &serial_number)?;
            if !revoked.is_some_and(|revoked| revoked.in_force()) {
                found.push(Sibling {
                    issuer_id: row.issuer_id,
                    serial_number,
                    certificate_id: row.certificate_id,
                    not_after: row.not_after,
                });
            }
        }
    }
    found.truncate(usize::try_from(SHOWN_SIBLINGS).unwrap_or(usize::MAX));
    Ok(found)
}
