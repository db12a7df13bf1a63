//! Certificates that others issued, taken into the inventory.

use certctl_domain::id::{CertificateId, IssuerId, OwnerId, ProfileId, RenewalPolicyId, TeamId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Body of `POST /certificates/import`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Identifier to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CertificateId>,
    /// One leaf and, in any order, what is above it, PEM. Never a private key.
    pub pem: String,
    /// Name, unique; made from common name and fingerprint when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Free text.
    #[serde(default)]
    pub environment: String,
    /// Owner.
    pub owner_id: OwnerId,
    /// Team.
    pub team_id: TeamId,
    /// Issuer that renews it once a target is mapped.
    pub issuer_id: IssuerId,
    /// Renewal policy.
    pub renewal_policy_id: RenewalPolicyId,
    /// Profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_profile_id: Option<ProfileId>,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// One certificate of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportEntry {
    /// Identifier to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CertificateId>,
    /// One leaf and, in any order, what is above it, PEM.
    pub pem: String,
    /// Name, unique; made from common name and fingerprint when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Body of `POST /certificates/import-batch`: entries, a bundle, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportBatchRequest {
    /// Certificates with names of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<ImportEntry>,
    /// Leaves one after the other, each followed by what is above it, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// Free text.
    #[serde(default)]
    pub environment: String,
    /// Owner of all.
    pub owner_id: OwnerId,
    /// Team of all.
    pub team_id: TeamId,
    /// Issuer that renews them once targets are mapped.
    pub issuer_id: IssuerId,
    /// Renewal policy of all.
    pub renewal_policy_id: RenewalPolicyId,
    /// Profile of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_profile_id: Option<ProfileId>,
    /// Tags of all.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// What became of one certificate of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportResult {
    /// Its place in the request from 0, entries first.
    pub index: u64,
    /// The new certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// Why it was refused: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Answer of `POST /certificates/import-batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportBatchResult {
    /// Certificates in the request.
    pub total: u64,
    /// Certificates that are in the inventory now.
    pub imported: u64,
    /// Certificates that were refused.
    pub failed: u64,
    /// One per certificate, in the order of the request.
    pub results: Vec<ImportResult>,
}
