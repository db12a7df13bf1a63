//! Operations: one action on many certificates.

use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, IssuerId, JobId, OperationId, OwnerId, ProfileId, TeamId};
use certctl_domain::operation::{ItemState, OperationState};
use certctl_domain::revocation::RevocationReason;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Body of `POST /certificates/bulk-renew`. At least one criterion; what matches all of them is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkRenewRequest {
    /// Only these certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificate_ids: Vec<CertificateId>,
    /// Profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<ProfileId>,
    /// Owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Mapped to a target of this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_id: Option<IssuerId>,
    /// Team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Try every item out without changing anything.
    #[serde(default)]
    pub dry_run: bool,
    /// Refuse unless exactly so many certificates match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_count: Option<u64>,
}

/// Which certificates are meant, where their new values have the same names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkCriteria {
    /// Profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<ProfileId>,
    /// Present owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Mapped to a target of this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_id: Option<IssuerId>,
    /// Present team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
}

/// Body of `POST /certificates/bulk-reassign`. Needs `certificate_ids`, a criterion, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkReassignRequest {
    /// Only these certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificate_ids: Vec<CertificateId>,
    /// What matches all of these.
    #[serde(default)]
    pub criteria: BulkCriteria,
    /// New owner.
    pub owner_id: OwnerId,
    /// New team; left out, each certificate keeps its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Try every item out without changing anything.
    #[serde(default)]
    pub dry_run: bool,
    /// Refuse unless exactly so many certificates match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_count: Option<u64>,
}

/// Body of `POST /certificates/bulk-revoke`. Needs a reason and at least one criterion; what matches all
/// of them is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkRevokeRequest {
    /// Why: a name of RFC 5280, or the same in snake case.
    #[serde(deserialize_with = "crate::revocation::reason")]
    pub reason: RevocationReason,
    /// Since when the certificates are not to be trusted, when that is in the past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidity_date: Option<Timestamp>,
    /// Only these certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificate_ids: Vec<CertificateId>,
    /// Profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<ProfileId>,
    /// Owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Mapped to a target of this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_id: Option<IssuerId>,
    /// Team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Try every item out without changing anything.
    #[serde(default)]
    pub dry_run: bool,
    /// Refuse unless exactly so many certificates match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_count: Option<u64>,
}

/// A job that an operation queued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnqueuedJob {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Job.
    pub job_id: JobId,
}

/// A certificate that an operation could not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperationError {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub error: String,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operation {
    /// Identifier.
    pub id: OperationId,
    /// `bulk_renew`, `bulk_reassign` or `bulk_revoke`.
    pub kind: String,
    /// How far it is.
    pub state: OperationState,
    /// Whether nothing is changed.
    pub dry_run: bool,
    /// What selected the certificates; of named ones, how many.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub criteria: Map<String, Value>,
    /// What the action takes.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub parameters: Map<String, Value>,
    /// Who asked.
    pub requested_by: String,
    /// Certificates that are meant.
    pub total_matched: u64,
    /// Certificates that are done.
    pub total_done: u64,
    /// Certificates that needed nothing.
    pub total_skipped: u64,
    /// Certificates that were refused.
    pub total_failed: u64,
    /// Share of certificates that came to an end, in whole percent.
    pub progress: u8,
    /// The first jobs that were queued, at most those of 100 certificates; the items name all.
    /// Left out in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enqueued_jobs: Vec<EnqueuedJob>,
    /// The first refusals, at most 100; the items name all. Left out in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<OperationError>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first item's turn came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was paused; absent unless it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// When it was completed or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// `total_done` under the name of the kind: `total_enqueued`, `total_reassigned` or
    /// `total_revoked`.
    #[serde(flatten)]
    pub named_totals: BTreeMap<String, u64>,
}

/// One certificate of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperationItem {
    /// Certificate; it need not exist.
    pub certificate_id: CertificateId,
    /// What became of it; in a dry run, what would.
    pub state: ItemState,
    /// Why it was skipped or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What the action gave, for example `{"jobs":[{"job_id":"…","agent_id":"…"}]}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub result: Option<Map<String, Value>>,
    /// When its turn ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}
