//! Jobs.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId};
use certctl_domain::job::{Job, JobKind, JobStatus};

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
    /// Cancels a live job. Whoever holds its lease can no longer finish it.
    async fn cancel(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError>;
    /// Queues a failed job again with fresh attempts.
    async fn retry(&self, who: &Actor, id: &JobId) -> Result<Job, ServiceError>;
}
