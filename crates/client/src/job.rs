//! Jobs.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::job::{
    Job, JobAction, JobTimeline, RejectRequest, VerificationResult, Verified, VerifyRequest,
};
use certctl_domain::id::JobId;

/// `/jobs`.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'c>(pub(crate) &'c Client);

impl Jobs<'_> {
    /// One page of the jobs. Filters: `status`, `type`, `certificate_id`, `agent_id`, `target_id`,
    /// `created_after`, `created_before`.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Job>, ClientError> {
        self.0.get(&["jobs"]).list(query).send().await
    }

    /// One job.
    pub async fn get(&self, id: &JobId) -> Result<Job, ClientError> {
        self.0.get(&["jobs", id.as_str()]).send().await
    }

    /// Cancels a job that has not ended.
    pub async fn cancel(&self, id: &JobId) -> Result<JobAction, ClientError> {
        self.0.post(&["jobs", id.as_str(), "cancel"]).send().await
    }

    /// Queues a failed job again.
    pub async fn retry(&self, id: &JobId) -> Result<JobAction, ClientError> {
        self.0.post(&["jobs", id.as_str(), "retry"]).send().await
    }

    /// Every attempt at a job and every change of it.
    pub async fn timeline(&self, id: &JobId) -> Result<JobTimeline, ClientError> {
        self.0.get(&["jobs", id.as_str(), "timeline"]).send().await
    }

    /// Approves the request of a job that waits for it.
    pub async fn approve(&self, id: &JobId) -> Result<JobAction, ClientError> {
        self.0.post(&["jobs", id.as_str(), "approve"]).send().await
    }

    /// Rejects the request of a job that waits for its approval.
    pub async fn reject(&self, id: &JobId, reason: Option<String>) -> Result<JobAction, ClientError> {
        self.0.post(&["jobs", id.as_str(), "reject"]).json(&RejectRequest { reason }).send().await
    }

    /// Tells what the agent saw at the target; the credential must be that of the job's agent.
    pub async fn verify(&self, id: &JobId, seen: &VerifyRequest) -> Result<Verified, ClientError> {
        self.0.post(&["jobs", id.as_str(), "verify"]).json(seen).send().await
    }

    /// What is known about whether the target serves what the job deployed.
    pub async fn verification(&self, id: &JobId) -> Result<VerificationResult, ClientError> {
        self.0.get(&["jobs", id.as_str(), "verification"]).send().await
    }
}
