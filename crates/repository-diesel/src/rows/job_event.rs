//! Rows of `job_events`.

use super::{IntoDomain, Origin};
use crate::schema::job_events;
use crate::types::DbTime;
use certctl_domain::job::Job;
use certctl_domain::timeline::JobState;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = job_events, treat_none_as_default_value = false)]
pub(crate) struct JobEventRow {
    job_id: String,
    revision: i64,
    occurred_at: DbTime,
    status: String,
    executor: String,
    attempts: i64,
    lease_token: i64,
    lease_owner: Option<String>,
    error: Option<String>,
}

/// What the job is now, as its stored revision says.
impl From<&Job> for JobEventRow {
    fn from(job: &Job) -> Self {
        Self {
            job_id: job.id.to_string(),
            revision: job.revision,
            occurred_at: job.updated_at.into(),
            status: job.status.to_string(),
            executor: job.executor.to_string(),
            attempts: job.attempts.into(),
            lease_token: job.lease_token,
            lease_owner: job.lease.as_ref().map(|lease| lease.owner.clone()),
            error: job.last_error.clone(),
        }
    }
}

impl IntoDomain for JobEventRow {
    type Domain = JobState;

    fn into_domain(self) -> Result<JobState, StoreError> {
        let at = Origin { table: "job_events", id: &self.job_id };
        Ok(JobState {
            revision: self.revision,
            at: self.occurred_at.into(),
            status: at.parse("status", &self.status)?,
            executor: at.parse("executor", &self.executor)?,
            attempts: at.count("attempts", self.attempts)?,
            lease_token: self.lease_token,
            lease_owner: self.lease_owner,
            error: self.error,
        })
    }
}
