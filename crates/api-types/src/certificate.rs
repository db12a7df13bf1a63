//! Managed certificates.

use certctl_domain::Timestamp;
use certctl_domain::certificate::{CertificateSource, CertificateStatus};
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::id::{
    AgentId, CertificateId, IssuerId, JobId, OwnerId, ProfileId, RenewalPolicyId, TargetId, TeamId, VersionId,
};
use certctl_domain::target::TargetKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A managed certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Certificate {
    /// Identifier.
    pub id: CertificateId,
    /// Name, unique.
    pub name: String,
    /// Common name.
    pub common_name: String,
    /// Subject alternative names in canonical form.
    pub sans: Vec<String>,
    /// Free text such as `production`; empty when unset.
    pub environment: String,
    /// Owner.
    pub owner_id: OwnerId,
    /// Team.
    pub team_id: TeamId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Renewal policy.
    pub renewal_policy_id: RenewalPolicyId,
    /// Targets it is deployed to.
    pub target_ids: Vec<TargetId>,
    /// Profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_profile_id: Option<ProfileId>,
    /// Status at the time of the response.
    pub status: CertificateStatus,
    /// End of validity; absent until issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When the next automatic renewal is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_renewal_at: Option<Timestamp>,
    /// Since when nothing automatic happens to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// Why it was paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_reason: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Last successful issuance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_renewal_at: Option<Timestamp>,
    /// Last verified deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_deployment_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_reason: Option<String>,
    /// Origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<CertificateSource>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /certificates` and `PUT /certificates/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CertificateId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Common name, 1 to 253 characters; also a SAN when it is a name.
    pub common_name: String,
    /// Subject alternative names: DNS names, IP addresses, mail addresses, URIs.
    #[serde(default)]
    pub sans: Vec<String>,
    /// Free text.
    #[serde(default)]
    pub environment: String,
    /// Owner.
    pub owner_id: OwnerId,
    /// Team.
    pub team_id: TeamId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Renewal policy.
    pub renewal_policy_id: RenewalPolicyId,
    /// Profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_profile_id: Option<ProfileId>,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Targets to deploy to; on a change, leaving it out leaves them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_ids: Option<Vec<TargetId>>,
}

/// Body of `PUT /certificates/{id}/targets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetsRequest {
    /// The complete new set of targets.
    pub target_ids: Vec<TargetId>,
}

/// One issued leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CertificateVersion {
    /// Identifier.
    pub id: VersionId,
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Agent that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Serial number, lower-case hex.
    pub serial_number: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Lower-case hex SHA-256 of the leaf's DER.
    pub fingerprint_sha256: String,
    /// Leaf, then its chain, PEM. In lists only with `include=pem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pem_chain: Option<String>,
    /// The request it was made from, PEM. In lists only with `include=pem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csr_pem: Option<String>,
    /// `RSA`, `ECDSA` or `Ed25519`.
    pub key_algorithm: String,
    /// Bits.
    pub key_size: u32,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// State of a certificate on one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deployment {
    /// Target.
    pub target_id: TargetId,
    /// Name of the target.
    pub target_name: String,
    /// Kind of the target.
    pub target_type: TargetKind,
    /// Agent of the target.
    pub agent_id: AgentId,
    /// State.
    pub status: DeploymentStatus,
    /// Version that was last seen served or deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_version_id: Option<VersionId>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_at: Option<Timestamp>,
    /// Job that changed the state last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_job_id: Option<JobId>,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// Answer of `GET /certificates/{id}/deployments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentList {
    /// One entry per mapped target.
    pub data: Vec<Deployment>,
    /// Number of entries.
    pub total: u64,
}

/// Body of `POST /certificates/{id}/renew`; may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// Cancel an issuance that is under way and start again; renew also inside of a freeze.
    #[serde(default)]
    pub force: bool,
    /// Go past the limit of issuances for the same names; needs a reason.
    #[serde(default, rename = "override")]
    pub override_limit: bool,
    /// Why, 1 to 500 characters; kept in the audit trail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One queued issuance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuedIssuance {
    /// Job.
    pub job_id: JobId,
    /// Agent that makes the key.
    pub agent_id: AgentId,
}

/// Answer of `POST /certificates/{id}/renew`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewAccepted {
    /// Always `renewal_triggered`.
    pub status: String,
    /// The first queued job.
    pub job_id: JobId,
    /// Every queued job: one per agent that holds a key.
    pub jobs: Vec<QueuedIssuance>,
}

/// Body of `POST /certificates/{id}/deploy`; may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// Only this target; absent means every mapped one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<TargetId>,
}

/// One queued deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuedDeployment {
    /// Job.
    pub job_id: JobId,
    /// Target.
    pub target_id: TargetId,
}

/// Answer of `POST /certificates/{id}/deploy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeployAccepted {
    /// Always `deployment_triggered`.
    pub status: String,
    /// One job per target.
    pub jobs: Vec<QueuedDeployment>,
}
