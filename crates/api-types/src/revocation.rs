//! Revocations: certificates that must not be trusted any more.

use crate::certificate::Certificate;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{AgentId, CertificateId, IssuerId, RevocationId, TargetId, VersionId};
use certctl_domain::revocation::RevocationReason;
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// Which leaves of a certificate are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevokeScope {
    /// Every leaf that has not expired: relying parties accept renewed predecessors too.
    All,
    /// The newest leaf of each key holder.
    Latest,
    /// The leaf with the serial number in `serial`.
    Serial,
}

/// Body of `POST /certificates/{id}/revoke`. Every field may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// Why: a name of RFC 5280, or the same in snake case. Absent or empty means `unspecified`.
    #[serde(default, deserialize_with = "optional_reason", skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
    /// Leaves; `all` when absent, `serial` when `serial` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<RevokeScope>,
    /// Serial number in hexadecimal, with or without colons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Since when the leaves are not to be trusted, when that is in the past: the key was lost then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidity_date: Option<Timestamp>,
}

/// Body of `POST /revocations`: either `issuer_id` with `serial`, or `certificate_pem`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevocationRequest {
    /// Issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_id: Option<IssuerId>,
    /// Serial number in hexadecimal, with or without colons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_pem: Option<String>,
    /// Why: a name of RFC 5280, or the same in snake case. Absent or empty means `unspecified`.
    #[serde(default, deserialize_with = "optional_reason", skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
    /// Since when it is not to be trusted, when that is in the past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidity_date: Option<Timestamp>,
}

/// A revoked leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revocation {
    /// Identifier.
    pub id: RevocationId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number, hexadecimal without leading zeros.
    pub serial_number: String,
    /// Certificate in the inventory, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// Why.
    pub reason: RevocationReason,
    /// Its number in CRLs and OCSP answers.
    pub reason_code: u8,
    /// Since when the leaf is not to be trusted, when that is before the revocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidity_date: Option<Timestamp>,
    /// Who revoked it.
    pub revoked_by: String,
    /// When it was revoked.
    pub revoked_at: Timestamp,
    /// End of validity of the leaf; some time after it the CRL does not list it any more.
    pub not_after: Timestamp,
    /// Whether it holds; false once a hold has ended.
    pub in_force: bool,
    /// When the hold ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Timestamp>,
    /// Partition of the CRL that lists it; 0 for the undivided one alone.
    pub crl_partition: u32,
    /// Whether the CA that issued the leaf knows. CAs of certctl know at once.
    pub issuer_notified: bool,
    /// Attempts to tell the CA.
    pub notify_attempts: u32,
    /// When the CA is told next; absent when it knows or was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_notify_at: Option<Timestamp>,
    /// Why the CA could not be told the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_notify_error: Option<String>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// The revocations of a certificate's leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationList {
    /// Newest first.
    pub data: Vec<Revocation>,
    /// How many.
    pub total: u64,
}

/// Another valid certificate with the same key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sibling {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number, hexadecimal without leading zeros.
    pub serial_number: String,
    /// Certificate in the inventory, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// End of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
}

/// What a revocation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeResult {
    /// `revoked`, or `unheld` when a hold was ended.
    pub status: String,
    /// The certificate afterwards; absent for what is outside the inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// The leaves that were meant; what was revoked before stays as it was.
    pub revocations: Vec<Revocation>,
    /// Other valid certificates with the same keys, at most 100. After a compromise they need
    /// revocation too.
    pub siblings: Vec<Sibling>,
}

/// A leaf that would be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedRevocation {
    /// Version.
    pub version_id: VersionId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number, hexadecimal without leading zeros.
    pub serial_number: String,
    /// Agent that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// End of validity.
    pub not_after: Timestamp,
    /// Whether it is revoked already and would stay as it is.
    pub already_revoked: bool,
}

/// A target that serves a leaf which would be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AffectedTarget {
    /// Target.
    pub target_id: TargetId,
    /// Its name.
    pub name: String,
    /// Version that it has.
    pub version_id: VersionId,
}

/// What a revocation would do; nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationPreview {
    /// `preview`.
    pub status: String,
    /// Status of the certificate afterwards.
    pub status_after: CertificateStatus,
    /// Leaves.
    pub leaves: Vec<PlannedRevocation>,
    /// Targets that would serve a revoked leaf.
    pub targets: Vec<AffectedTarget>,
    /// Other valid certificates with the same keys, at most 100.
    pub siblings: Vec<Sibling>,
}

/// Answer of `POST /certificates/{id}/revoke`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum RevokeAnswer {
    /// With `dry_run=true`.
    Preview(RevocationPreview),
    /// Otherwise.
    Done(Box<RevokeResult>),
}

/// Reads a reason by its exact name or in snake case.
pub(crate) fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RevocationReason, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    RevocationReason::parse_lenient(&text).map_err(serde::de::Error::custom)
}

fn optional_reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RevocationReason>, D::Error> {
    match Option::<Cow<'de, str>>::deserialize(deserializer)?.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => RevocationReason::parse_lenient(text).map(Some).map_err(serde::de::Error::custom),
    }
}
