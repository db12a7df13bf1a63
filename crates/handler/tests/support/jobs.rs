//! Jobs in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::JobId;
use certctl_domain::job::{Executor, Job, JobEvent, JobStatus, VerificationStatus};
use certctl_domain::timeline::{JobState, Timeline};
use certctl_service_api::job::{JobQuery, JobService, Verification, VerificationReport};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, Identity, ServiceError};
use std::sync::Mutex;

/// Knows `job-1`, which runs, and `job-2`, which has failed.
#[derive(Default)]
pub(crate) struct Jobs {
    pub(crate) asked: Mutex<Option<JobQuery>>,
}

fn rows() -> Vec<Job> {
    vec![sample::job("job-1", JobStatus::Running), sample::job("job-2", JobStatus::Failed)]
}

fn known(id: &JobId) -> Result<Job, ServiceError> {
    rows().into_iter().find(|row| row.id == *id).ok_or_else(|| ServiceError::not_found("job", id))
}

fn verification(job: Job) -> Verification {
    Verification {
        job_id: job.id,
        target_id: job.target_id,
        status: job.verification_status,
        expected_fingerprint: Some("ab".repeat(32)),
        actual_fingerprint: job.verification_fingerprint,
        verified_at: job.verified_at,
        error: None,
    }
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
        known(id)
    }

    async fn timeline(&self, _: &Actor, id: &JobId) -> Result<Timeline, ServiceError> {
        known(id)?;
        let state = |day: i64, status, attempts: u32, owner: Option<&str>, error: Option<&str>| JobState {
            revision: day,
            at: sample::time(day),
            status,
            executor: Executor::Agent,
            attempts,
            lease_token: attempts.into(),
            lease_owner: owner.map(str::to_owned),
            error: error.map(str::to_owned),
        };
        Ok(Timeline::of(&[
            state(0, JobStatus::Pending, 0, None, None),
            state(1, JobStatus::Running, 1, Some("agent-1/a"), None),
            state(2, JobStatus::Pending, 1, None, Some("nginx refused it")),
            state(3, JobStatus::Running, 2, Some("agent-1/b"), None),
        ]))
    }

    async fn verify(
        &self,
        who: &Actor,
        id: &JobId,
        report: VerificationReport,
    ) -> Result<Verification, ServiceError> {
        let Identity::Agent { .. } = who.identity else {
            return Err(ServiceError::Forbidden { permission: Permission::AgentSelf });
        };
        let job = known(id)?;
        let verified = report.error.is_none() && report.actual_fingerprint == report.expected_fingerprint;
        Ok(Verification {
            status: if verified { VerificationStatus::Success } else { VerificationStatus::Failed },
            error: report.error,
            ..verification(job)
        })
    }

    async fn verification(&self, _: &Actor, id: &JobId) -> Result<Verification, ServiceError> {
        known(id).map(verification)
    }

    async fn cancel(&self, _: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        apply(id, JobEvent::Cancelled)
    }

    async fn retry(&self, _: &Actor, id: &JobId) -> Result<Job, ServiceError> {
        apply(id, JobEvent::Retried { needs_csr: false })
    }
}
