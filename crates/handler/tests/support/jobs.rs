//! Jobs in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::JobId;
use certctl_domain::job::{Job, JobEvent, JobStatus};
use certctl_service_api::job::{JobQuery, JobService};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use std::sync::Mutex;

/// Knows `job-1`, which runs, and `job-2`, which has failed.
#[derive(Default)]
pub(crate) struct Jobs {
    pub(crate) asked: Mutex<Option<JobQuery>>,
}

fn rows() -> Vec<Job> {
    vec![sample::job("job-1", JobStatus::Running), sample::job("job-2", JobStatus::Failed)]
}

fn apply(id: &JobId, event: JobEvent) -> Result<Job, ServiceError> {
    let row = rows().into_iter().find(|row| row.id == *id);
    let mut row = row.ok_or_else(|| ServiceError::not_found("job", id))?;
    row.apply(event, sample::time(4))?;
    Ok(row)
}

#[async_trait]
impl JobService for Jobs {
    async fn list(
        &self,
        _: &Actor,
        query: JobQuery,
        page: ListRequest,
    ) -> Result<Listing<Job>, ServiceError> {
        let status = query.status;
        *self.asked.lock().unwrap() = Some(query);
        let rows: Vec<_> = rows().into_iter().filter(|row| status.is_none_or(|s| s == row.status)).collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        rows().into_iter().find(|row| row.id == *id).ok_or_else(|| ServiceError::not_found("job", id))
    }

    async fn cancel(&self, _: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        apply(id, JobEvent::Cancelled)
    }

    async fn retry(&self, _: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        apply(id, JobEvent::Retried { needs_csr: false })
    }
}
