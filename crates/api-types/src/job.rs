//! Jobs.

use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId, VersionId};
use certctl_domain::job::{Executor, JobKind, JobStatus, VerificationStatus};
use certctl_domain::timeline::{AttemptEnd, Change};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: JobKind,
    /// Certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// Target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<TargetId>,
    /// Agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Version that is deployed or was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<VersionId>,
    /// Status.
    pub status: JobStatus,
    /// Attempts so far.
    pub attempts: u32,
    /// Attempts allowed.
    pub max_attempts: u32,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Not before.
    pub scheduled_at: Timestamp,
    /// First attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// End.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Who asked for it.
    pub requested_by: String,
    /// What the agent reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub result: Option<Value>,
    /// Result of looking at the target.
    pub verification_status: VerificationStatus,
    /// When it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// Why looking failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_error: Option<String>,
    /// Fingerprint that was served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_fingerprint: Option<String>,
}

/// Answer of the actions on a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobAction {
    /// `job_cancelled`, `job_retried`, `job_approved` or `job_rejected`.
    pub status: String,
}

/// Body of `POST /jobs/{id}/reject`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RejectRequest {
    /// Why, at most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One change of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobChange {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub change: Change,
    /// Status before; absent for the creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<JobStatus>,
    /// Status after.
    pub to: JobStatus,
    /// Who held the lease when it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Why, for what failed or was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One attempt at a job, from its claim to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobAttempt {
    /// Which attempt of its stage, from 1: making the CSR and signing count apart.
    pub number: u32,
    /// Whose work it was.
    pub executor: Executor,
    /// Who held the lease: a server process, or `<agent id>/<instance>`.
    pub holder: String,
    /// When the lease was taken.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: AttemptEnd,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The history of a job, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobTimeline {
    /// Every attempt.
    pub attempts: Vec<JobAttempt>,
    /// Every change.
    pub changes: Vec<JobChange>,
}

/// Body of `POST /jobs/{id}/verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// Target that was looked at; must be the job's.
    pub target_id: TargetId,
    /// SHA-256 fingerprint of the leaf that was looked for, hexadecimal.
    pub expected_fingerprint: String,
    /// SHA-256 fingerprint of the leaf that was served, hexadecimal; may be empty beside an error.
    #[serde(default)]
    pub actual_fingerprint: String,
    /// The agent's own verdict. Accepted and ignored: the server compares the fingerprints itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Why it could not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Answer of `POST /jobs/{id}/verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verified {
    /// Job.
    pub job_id: JobId,
    /// The server's verdict.
    pub verified: bool,
    /// When it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
}

/// Answer of `GET /jobs/{id}/verification`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationResult {
    /// Job.
    pub job_id: JobId,
    /// Target of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<TargetId>,
    /// Fingerprint of the version that the job deploys; empty for other kinds of jobs.
    pub expected_fingerprint: String,
    /// Fingerprint that was served; empty when none was seen.
    pub actual_fingerprint: String,
    /// Whether the expected leaf was served.
    pub verified: bool,
    /// The same with its shades: not looked yet, and nothing to look at.
    pub status: VerificationStatus,
    /// When it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
    /// Why it is no success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
