//! Jobs and their leases.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::dialect;
use crate::prepared::Preparable;
use crate::rows::{IntoDomain, JobRow, domain_values, parse_ids};
use crate::schema::jobs;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus};
use certctl_domain::timeline::JobState;
use certctl_repository::{
    ClaimRequest, EndedJob, JobFilter, JobRepo, Page, PageRequest, StatisticsRepo, StoreError, exactly_one,
};
use diesel::dsl::{case_when, exists};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamp as SqlTimestamp};

diesel::define_sql_function! {
    /// The first value that is set.
    fn coalesce(first: Nullable<SqlTimestamp>, second: SqlTimestamp) -> Nullable<SqlTimestamp>;
}

type Jobs<'a> = jobs::BoxedQuery<'a, MultiBackend>;

fn filtered(filter: &JobFilter) -> Jobs<'static> {
    let mut query = jobs::table.into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(jobs::status.eq(status.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(jobs::kind.eq(kind.as_str()));
    }
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(jobs::certificate_id.eq(certificate.to_string()));
    }
    if let Some(agent) = &filter.agent_id {
        query = query.filter(jobs::agent_id.eq(agent.to_string()));
    }
    if let Some(target) = &filter.target_id {
        query = query.filter(jobs::target_id.eq(target.to_string()));
    }
    if let Some(after) = filter.created_after {
        query = query.filter(jobs::created_at.gt(DbTime::from(after)));
    }
    if let Some(before) = filter.created_before {
        query = query.filter(jobs::created_at.lt(DbTime::from(before)));
    }
    query
}

/// Jobs that have not ended. The condition is the one of the partial indexes.
fn live<'a>() -> Jobs<'a> {
    jobs::table.filter(jobs::completed_at.is_null()).into_boxed()
}

fn references(job: &Job) -> [(Reference, Option<&str>); 2] {
    [
        (Reference::JOB_CERTIFICATE, job.certificate_id.as_ref().map(CertificateId::as_str)),
        (Reference::JOB_AGENT, job.agent_id.as_ref().map(AgentId::as_str)),
    ]
}

impl DieselTx<'_> {
    /// Sorted here: asked to sort, SQLite walks the index of the whole history instead of the one
    /// of live jobs.
    fn oldest_first(&mut self, query: Jobs<'_>) -> Result<Vec<Job>, StoreError> {
        let rows = query.select(JobRow::as_select()).load(self.conn);
        let mut jobs = domain_values(self.check(rows)?)?;
        jobs.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(jobs)
    }

    /// Which rule kept `job` from being inserted.
    fn duplicate_of(&mut self, job: &Job) -> Result<StoreError, StoreError> {
        if let Some(key) = &job.dedup_key {
            let live = jobs::table.filter(jobs::completed_at.is_null()).filter(jobs::dedup_key.eq(key));
            let same = diesel::select(exists(live)).get_result(self.conn);
            if self.check(same)? {
                return Ok(StoreError::Duplicate { key: "job.dedup_key" });
            }
        }
        let same = diesel::select(exists(jobs::table.find(job.id.as_str()))).get_result(self.conn);
        let key = if self.check(same)? { "job.id" } else { "job.live_issuance" };
        Ok(StoreError::Duplicate { key })
    }

    /// Gives the chosen jobs to the claimer, as `JobEvent::Claimed` does to a job in memory.
    fn claim(&mut self, ids: Vec<String>, request: &ClaimRequest) -> Result<Vec<Job>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (at, until) = (DbTime::from(request.at), DbTime::from(request.until));
        let waiting = JobStatus::AwaitingCsr.as_str();
        let rows = diesel::update(jobs::table.filter(jobs::id.eq_any(ids)))
            .set((
                jobs::status.eq(case_when(jobs::status.eq(waiting), waiting.into_sql::<Text>())
                    .otherwise(JobStatus::Running.as_str().into_sql::<Text>())),
                jobs::attempts.eq(jobs::attempts + 1),
                jobs::lease_token.eq(jobs::lease_token + 1),
                jobs::lease_owner.eq(&request.owner),
                jobs::lease_until.eq(until),
                jobs::due_at.eq(until),
                jobs::started_at.eq(coalesce(jobs::started_at, at)),
                jobs::updated_at.eq(at),
                jobs::revision.eq(jobs::revision + 1),
            ))
            .returning(jobs::all_columns)
            .get_results::<JobRow>(self.conn);
        let mut claimed = domain_values(self.check(rows)?)?;
        self.record(&claimed)?;
        claimed.sort_by(|a, b| (a.run_after, &a.id).cmp(&(b.run_after, &b.id)));
        Ok(claimed)
    }
}

/// Certificates in one statement; SQLite binds each of them.
const CHUNK: usize = 1000;

impl JobRepo for DieselTx<'_> {
    fn find(&mut self, id: &JobId) -> Result<Option<Job>, StoreError> {
        let row = jobs::table.find(id.as_str()).select(JobRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(JobRow::into_domain).transpose()
    }

    fn states(&mut self, id: &JobId) -> Result<Vec<JobState>, StoreError> {
        self.recorded(id)
    }

    fn list(&mut self, filter: &JobFilter, page: &PageRequest) -> Result<Page<Job>, StoreError> {
        let created_at = |job: &Job| job.created_at;
        let counts = self.jobs_by_kind()?;
        let sum = |wanted: &JobFilter| -> u64 {
            let of = |(kind, status): &(JobKind, JobStatus)| {
                wanted.kind.is_none_or(|only| only == *kind)
                    && wanted.status.is_none_or(|only| only == *status)
            };
            counts.iter().filter(|(key, _)| of(key)).map(|(_, count)| count).sum()
        };
        // Totals over everything, by kind and by status are kept.
        let kept = JobFilter { status: filter.status, kind: filter.kind, ..JobFilter::default() };
        let total = if *filter == kept {
            sum(filter)
        } else {
            let all = sum(&JobFilter::default());
            self.counted("jobs", filter, page, all, |tx| {
                let counted = filtered(filter).count().get_result(tx.conn);
                tx.check(counted)
            })?
        };
        Ok(newest_first!(self, page, jobs.created_at, JobRow, filtered(filter), created_at, total))
    }

    /// A duplicate is an everyday answer here, so it must not cost the transaction: the row is
    /// skipped, and the rule found afterwards.
    fn insert(&mut self, job: &Job) -> Result<(), StoreError> {
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(jobs::table)
            .values(JobRow::from(job))
            .on_conflict_do_nothing()
            .execute(conn));
        match self.check_references(inserted, &references(job))? {
            0 => Err(self.duplicate_of(job)?),
            _ => self.record(std::slice::from_ref(job)),
        }
    }

    fn update(&mut self, job: &mut Job) -> Result<(), StoreError> {
        let mut row = JobRow::from(&*job);
        row.revision += 1;
        let stored = jobs::table.find(job.id.as_str()).filter(jobs::revision.eq(job.revision));
        let updated = diesel::update(stored).set(row).prepared().execute(self.conn);
        exactly_one(self.check_references(updated, &references(job))?)?;
        job.revision += 1;
        self.record(std::slice::from_ref(job))
    }

    fn claim_for_server(&mut self, request: &ClaimRequest) -> Result<Vec<Job>, StoreError> {
        let ids = dialect::lock_due_server_jobs(self.conn, request.at.into(), request.limit.into());
        let ids = self.check(ids)?;
        self.claim(ids, request)
    }

    fn claim_for_agent(&mut self, agent: &AgentId, request: &ClaimRequest) -> Result<Vec<Job>, StoreError> {
        let ids = dialect::lock_due_agent_jobs(
            self.conn,
            agent.as_str(),
            &request.owner,
            request.at.into(),
            request.limit.into(),
        );
        let ids = self.check(ids)?;
        self.claim(ids, request)
    }

    fn extend_lease(&mut self, id: &JobId, token: i64, until: Timestamp) -> Result<bool, StoreError> {
        let held = jobs::table
            .find(id.as_str())
            .filter(jobs::lease_token.eq(token))
            .filter(jobs::lease_owner.is_not_null())
            .filter(jobs::completed_at.is_null());
        let until = DbTime::from(until);
        let updated = diesel::update(held)
            .set((jobs::lease_until.eq(until), jobs::due_at.eq(until)))
            .prepared()
            .execute(self.conn);
        Ok(self.check(updated)? == 1)
    }

    fn release_server_leases(&mut self, owner: Option<&str>, at: Timestamp) -> Result<u64, StoreError> {
        let mut held = jobs::table
            .filter(jobs::executor.eq(Executor::Server.as_str()))
            .filter(jobs::due_at.is_not_null())
            .filter(jobs::status.eq(JobStatus::Running.as_str()))
            .select(jobs::id)
            .into_boxed::<MultiBackend>();
        if let Some(owner) = owner {
            held = held.filter(jobs::lease_owner.eq(owner));
        }
        let held = held.load::<String>(self.conn);
        let at = DbTime::from(at);
        let updated = diesel::update(jobs::table.filter(jobs::id.eq_any(self.check(held)?)))
            .set((jobs::lease_until.eq(at), jobs::due_at.eq(at), jobs::revision.eq(jobs::revision + 1)))
            .execute(self.conn);
        Ok(self.check(updated)? as u64)
    }

    fn live_issuances(&mut self, certificate: &CertificateId) -> Result<Vec<Job>, StoreError> {
        let kinds = [JobKind::Issuance.as_str(), JobKind::Renewal.as_str()];
        self.oldest_first(
            live().filter(jobs::certificate_id.eq(certificate.as_str())).filter(jobs::kind.eq_any(kinds)),
        )
    }

    fn with_live_issuance(
        &mut self,
        certificates: &[CertificateId],
    ) -> Result<Vec<CertificateId>, StoreError> {
        let kinds = [JobKind::Issuance.as_str(), JobKind::Renewal.as_str()];
        let mut found = Vec::new();
        for some in certificates.chunks(CHUNK) {
            let ids = live()
                .filter(jobs::certificate_id.eq_any(some.iter().map(CertificateId::as_str)))
                .filter(jobs::kind.eq_any(kinds))
                .select(jobs::certificate_id.assume_not_null())
                .order(jobs::certificate_id)
                .distinct()
                .load::<String>(self.conn);
            found.extend(parse_ids("jobs", &self.check(ids)?)?);
        }
        Ok(found)
    }

    fn live_of_agent(&mut self, agent: &AgentId) -> Result<Vec<Job>, StoreError> {
        self.oldest_first(live().filter(jobs::agent_id.eq(agent.as_str())))
    }

    fn live_deployments(
        &mut self,
        certificate: &CertificateId,
        target: Option<&TargetId>,
    ) -> Result<Vec<Job>, StoreError> {
        let mut query = live()
            .filter(jobs::certificate_id.eq(certificate.as_str()))
            .filter(jobs::kind.eq(JobKind::Deployment.as_str()));
        if let Some(target) = target {
            query = query.filter(jobs::target_id.eq(target.as_str()));
        }
        self.oldest_first(query)
    }

    fn waiting_since(
        &mut self,
        status: JobStatus,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let rows = live()
            .filter(jobs::status.eq(status.as_str()))
            .filter(jobs::run_after.lt(DbTime::from(before)))
            .order((jobs::run_after, jobs::id))
            .limit(limit.into())
            .select(JobRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn next_due(&mut self, executor: Executor) -> Result<Option<Timestamp>, StoreError> {
        let first = jobs::table
            .filter(jobs::executor.eq(executor.as_str()))
            .filter(jobs::due_at.is_not_null())
            .order(jobs::due_at)
            .select(jobs::due_at.assume_not_null())
            .first::<DbTime>(self.conn)
            .optional();
        Ok(self.check(first)?.map(Timestamp::from))
    }

    fn replaced(
        &mut self,
        before: Timestamp,
        after: Option<&EndedJob>,
        limit: u32,
    ) -> Result<Vec<EndedJob>, StoreError> {
        self.replaced_jobs(before, after, limit)
    }

    fn delete_ended(&mut self, ids: &[JobId]) -> Result<u64, StoreError> {
        self.delete_ended_jobs(ids)
    }
}
