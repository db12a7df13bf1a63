//! Jobs.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::job::{Job, JobAction};
use certctl_domain::id::JobId;

/// `/jobs`.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'c>(pub(crate) &'c Client);

impl Jobs<'_> {
    /// One page of the jobs. Filters: `status`, `type`, `certificate_id`.
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
}
