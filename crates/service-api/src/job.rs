//! Jobs.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId};
use certctl_domain::job::{Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::timeline::Timeline;

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobQuery {
    /// Status.
    pub status: Option<JobStatus>,
    /// Kind.
    pub kind: Option<JobKind>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Agent.
    pub agent_id: Option<AgentId>,
    /// Target.
    pub target_id: Option<TargetId>,
    /// Created after this time.
    pub created_after: Option<Timestamp>,
    /// Created before this time.
    pub created_before: Option<Timestamp>,
}

/// What an agent saw at a target after a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationReport {
    /// Target it looked at.
    pub target_id: TargetId,
    /// Fingerprint of the leaf it looked for.
    pub expected_fingerprint: String,
    /// Fingerprint of the leaf that was served; empty when there was none, and then `error` says why.
    pub actual_fingerprint: String,
    /// Why it could not look.
    pub error: Option<String>,
}

/// What is known about whether a target serves what a job deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Job.
    pub job_id: JobId,
    /// Target of the job.
    pub target_id: Option<TargetId>,
    /// The server's verdict.
    pub status: VerificationStatus,
    /// Fingerprint of the version that the job deploys.
    pub expected_fingerprint: Option<String>,
    /// Fingerprint that was served.
    pub actual_fingerprint: Option<String>,
    /// When it was looked at.
    pub verified_at: Option<Timestamp>,
    /// Why it is no success.
    pub error: Option<String>,
}

/// Use cases of jobs.
#[async_trait]
pub trait JobService: Send + Sync {
    /// One page, newest first.
    async fn list(
        &self,
        who: &Actor,
        query: JobQuery,
        page: ListRequest,
    ) -> Result<Listing<Job>, ServiceError>;
    /// One job.
    async fn get(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError>;
    /// Every attempt at a job and every change of it, oldest first.
    async fn timeline(&self, who: &Actor, id: &JobId) -> Result<Timeline, ServiceError>;
    /// Takes what the job's own agent saw after the deployment; the server judges it.
    async fn verify(
        &self,
        who: &Actor,
        id: &JobId,
        report: VerificationReport,
    ) -> Result<Verification, ServiceError>;
    /// What is known about the verification of a job.
    async fn verification(&self, who: &Actor, id: &JobId) -> Result<Verification, ServiceError>;
    /// Cancels a live job. Whoever holds its lease can no longer finish it.
    async fn cancel(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError>;
    /// Queues a failed job again with fresh attempts.
    async fn retry(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError>;
}
