//! What agents ask for and report.

use certctl_domain::Timestamp;
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::{CertificateId, JobId, TargetId, VersionId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm};
use certctl_domain::target::TargetKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Answer of `GET /agents/{id}/work`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkList {
    /// Leased jobs; never null.
    pub jobs: Vec<WorkItem>,
    /// Number of jobs.
    pub count: u64,
}

/// One leased job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkItem {
    /// Job.
    pub id: JobId,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: JobKind,
    /// Certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// Common name, for a CSR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// Exactly the names of the CSR, common name included when it is a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sans: Option<Vec<String>>,
    /// Algorithm of the key to make, for a CSR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_algorithm: Option<KeyAlgorithm>,
    /// Size of the key to make in bits, for a CSR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_size: Option<u32>,
    /// Extended key usages to ask for, for a CSR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ekus: Option<Vec<ExtendedKeyUsage>>,
    /// Whether to ask for the TLS feature extension, for a CSR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_staple: Option<bool>,
    /// Target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<TargetId>,
    /// Kind of the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<TargetKind>,
    /// Whole configuration of the target, secrets in clear: for its own agent only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub target_config: Option<Map<String, Value>>,
    /// Version to deploy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<VersionId>,
    /// Fingerprint of that version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint_sha256: Option<String>,
    /// Status after the claim.
    pub status: JobStatus,
    /// Fencing token, to be sent back with every report.
    pub lease_token: i64,
    /// End of the lease; a `Running` report prolongs it.
    pub lease_until: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// Body of `POST /agents/{id}/csr`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CsrRequest {
    /// PKCS#10 request, PEM.
    pub csr_pem: String,
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Job; absent means the agent's newest waiting job of the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
}

/// Answer of `POST /agents/{id}/csr`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CsrAccepted {
    /// `csr_accepted`, or `csr_signed` when the certificate exists already.
    pub status: String,
    /// Job that has it signed.
    pub job_id: JobId,
}

/// Answer of `GET /agents/{id}/certificates/{certificate_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentCertificate {
    /// Leaf, then its chain, PEM.
    pub certificate_pem: String,
    /// Version.
    pub version_id: VersionId,
    /// Fingerprint of the leaf.
    pub fingerprint_sha256: String,
}

/// How an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReportedStatus {
    /// Still at it.
    Running,
    /// Done.
    Completed,
    /// Failed.
    Failed,
}

/// Body of `POST /agents/{id}/jobs/{job_id}/status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JobReport {
    /// How it stands.
    pub status: ReportedStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether trying again can help; `true` when left out.
    #[serde(default = "crate::issuer::yes")]
    pub retryable: bool,
    /// Fencing token from the work item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_token: Option<i64>,
    /// Stage at which it failed: `prepare`, `validate`, `swap`, `reload` or `verify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// A rollback failed: a person must act.
    #[serde(default)]
    pub rollback_failed: bool,
    /// Fingerprint the endpoint serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_fingerprint: Option<String>,
    /// Counters of this attempt.
    #[serde(default)]
    pub counters: Vec<DeployCounter>,
    /// Further facts for people.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: Map<String, Value>,
}

/// Answer of the small agent routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Acknowledged {
    /// `heartbeat_recorded` or `updated`.
    pub status: String,
}
