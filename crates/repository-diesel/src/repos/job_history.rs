//! What is left of jobs once they have ended, and for how long.

use crate::rows::{JobEventRow, domain_values, parse_ids};
use crate::schema::{job_events, jobs};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::JobId;
use certctl_domain::job::Job;
use certctl_domain::timeline::JobState;
use certctl_repository::{EndedJob, StoreError};
use diesel::dsl::exists;
use diesel::prelude::*;

impl DieselTx<'_> {
    /// Records what the jobs are now: the history is written where the rows are, so no change is
    /// forgotten.
    pub(super) fn record(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        if let [job] = jobs {
            // Only this form is prepared once.
            let inserted =
                diesel::insert_into(job_events::table).values(JobEventRow::from(job)).execute(self.conn);
            return self.check(inserted).map(drop);
        }
        let rows: Vec<_> = jobs.iter().map(JobEventRow::from).collect();
        let inserted =
            on_backend!(self.conn, |conn| diesel::insert_into(job_events::table).values(&rows).execute(conn));
        self.check(inserted).map(drop)
    }

    pub(super) fn recorded(&mut self, id: &JobId) -> Result<Vec<JobState>, StoreError> {
        let rows = job_events::table
            .filter(job_events::job_id.eq(id.as_str()))
            .order(job_events::revision)
            .select(JobEventRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    pub(super) fn replaced_jobs(
        &mut self,
        before: Timestamp,
        after: Option<&EndedJob>,
        limit: u32,
    ) -> Result<Vec<EndedJob>, StoreError> {
        let newer = diesel::alias!(jobs as newer_jobs);
        let later = newer
            .filter(newer.field(jobs::kind).eq(jobs::kind))
            .filter(newer.field(jobs::created_at).gt(jobs::created_at));
        // Two questions, so that each is answered by an index: of the certificate, and of the target.
        let of_certificate = later
            .filter(newer.field(jobs::certificate_id).eq(jobs::certificate_id))
            .filter(newer.field(jobs::target_id).eq(jobs::target_id).or(jobs::target_id.is_null()))
            .filter(newer.field(jobs::agent_id).eq(jobs::agent_id).or(jobs::agent_id.is_null()));
        let of_target = later
            .filter(jobs::certificate_id.is_null())
            .filter(newer.field(jobs::certificate_id).is_null())
            .filter(newer.field(jobs::target_id).eq(jobs::target_id));
        let mut query = jobs::table
            .filter(jobs::completed_at.is_not_null())
            .filter(jobs::completed_at.lt(DbTime::from(before)))
            .filter(exists(of_certificate).or(exists(of_target)))
            .into_boxed();
        if let Some(after) = after {
            let at = DbTime::from(after.completed_at);
            query = query
                .filter(jobs::completed_at.ge(at))
                .filter(jobs::completed_at.gt(at).or(jobs::id.gt(after.id.to_string())));
        }
        let rows = query
            .order((jobs::completed_at, jobs::id))
            .limit(limit.into())
            .select((jobs::id, jobs::completed_at.assume_not_null()))
            .load::<(String, DbTime)>(self.conn);
        let (ids, times): (Vec<_>, Vec<_>) = self.check(rows)?.into_iter().unzip();
        let ids: Vec<JobId> = parse_ids("jobs", &ids)?;
        Ok(ids.into_iter().zip(times).map(|(id, at)| EndedJob { id, completed_at: at.into() }).collect())
    }

    pub(super) fn delete_ended_jobs(&mut self, ids: &[JobId]) -> Result<u64, StoreError> {
        let ids: Vec<_> = ids.iter().map(JobId::as_str).collect();
        let ended = jobs::table.filter(jobs::id.eq_any(ids)).filter(jobs::completed_at.is_not_null());
        let deleted = diesel::delete(ended).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }
}
