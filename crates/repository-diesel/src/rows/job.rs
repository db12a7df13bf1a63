//! Rows of `jobs`.

use super::{IntoDomain, Origin, db_time, text, time};
use crate::schema::jobs;
use crate::types::DbTime;
use certctl_domain::job::{Job, JobStatus, Lease};
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = jobs, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct JobRow {
    id: String,
    kind: String,
    certificate_id: Option<String>,
    target_id: Option<String>,
    agent_id: Option<String>,
    version_id: Option<String>,
    status: String,
    executor: String,
    attempts: i64,
    max_attempts: i64,
    last_error: Option<String>,
    run_after: DbTime,
    lease_owner: Option<String>,
    lease_until: Option<DbTime>,
    lease_token: i64,
    due_at: Option<DbTime>,
    dedup_key: Option<String>,
    payload: String,
    deployment_result: Option<String>,
    requested_by: String,
    started_at: Option<DbTime>,
    completed_at: Option<DbTime>,
    verification_status: String,
    verified_at: Option<DbTime>,
    verification_fingerprint: Option<String>,
    verification_error: Option<String>,
    pub(crate) revision: i64,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Job> for JobRow {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            kind: job.kind.to_string(),
            certificate_id: text(job.certificate_id.as_ref()),
            target_id: text(job.target_id.as_ref()),
            agent_id: text(job.agent_id.as_ref()),
            version_id: text(job.version_id.as_ref()),
            status: job.status.to_string(),
            executor: job.executor.to_string(),
            attempts: job.attempts.into(),
            max_attempts: job.max_attempts.into(),
            last_error: job.last_error.clone(),
            run_after: job.run_after.into(),
            lease_owner: job.lease.as_ref().map(|lease| lease.owner.clone()),
            lease_until: job.lease.as_ref().map(|lease| lease.until.into()),
            lease_token: job.lease_token,
            due_at: db_time(due_at(job)),
            dedup_key: job.dedup_key.clone(),
            payload: job.payload.as_str().to_owned(),
            deployment_result: job.result.as_ref().map(|result| result.as_str().to_owned()),
            requested_by: job.requested_by.clone(),
            started_at: db_time(job.started_at),
            completed_at: db_time(job.completed_at),
            verification_status: job.verification_status.to_string(),
            verified_at: db_time(job.verified_at),
            verification_fingerprint: job.verification_fingerprint.clone(),
            verification_error: job.verification_error.clone(),
            revision: job.revision,
            created_at: job.created_at.into(),
            updated_at: job.updated_at.into(),
        }
    }
}

/// When the job becomes claimable, if it can be at all. Kept in a column of its own, so that one
/// index answers both "what is due" and "when is the next one due".
fn due_at(job: &Job) -> Option<Timestamp> {
    match job.status {
        JobStatus::Pending | JobStatus::AwaitingCsr | JobStatus::Running => {
            Some(job.lease.as_ref().map_or(job.run_after, |lease| lease.until))
        }
        JobStatus::AwaitingApproval | JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => None,
    }
}

impl IntoDomain for JobRow {
    type Domain = Job;

    fn into_domain(self) -> Result<Job, StoreError> {
        let at = Origin { table: "jobs", id: &self.id };
        let lease = match (self.lease_owner, self.lease_until) {
            (Some(owner), Some(until)) => Some(Lease { owner, until: until.into() }),
            _ => None,
        };
        Ok(Job {
            id: at.parse("id", &self.id)?,
            kind: at.parse("type", &self.kind)?,
            certificate_id: at.parse_set("certificate_id", self.certificate_id.as_deref())?,
            target_id: at.parse_set("target_id", self.target_id.as_deref())?,
            agent_id: at.parse_set("agent_id", self.agent_id.as_deref())?,
            version_id: at.parse_set("version_id", self.version_id.as_deref())?,
            status: at.parse("status", &self.status)?,
            executor: at.parse("executor", &self.executor)?,
            attempts: at.count("attempts", self.attempts)?,
            max_attempts: at.count("max_attempts", self.max_attempts)?,
            last_error: self.last_error,
            run_after: self.run_after.into(),
            lease,
            lease_token: self.lease_token,
            dedup_key: self.dedup_key,
            payload: JsonText::trusted(self.payload),
            result: self.deployment_result.map(JsonText::trusted),
            requested_by: self.requested_by,
            started_at: time(self.started_at),
            completed_at: time(self.completed_at),
            verification_status: at.parse("verification_status", &self.verification_status)?,
            verified_at: time(self.verified_at),
            verification_fingerprint: self.verification_fingerprint,
            verification_error: self.verification_error,
            revision: self.revision,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
