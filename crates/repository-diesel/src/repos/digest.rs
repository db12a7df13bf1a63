//! What digests tell.

use crate::conn::MultiBackend;
use crate::rows::parse;
use crate::schema::{approval_requests, jobs, managed_certificates as mc, owners};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::approval::ApprovalState;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::OwnerId;
use certctl_domain::job::JobStatus;
use certctl_domain::statistics::InventoryCounts;
use certctl_repository::{
    DigestOwner, DigestRepo, ExpiringCertificate, FailedJob, JobFigures, PendingApproval, StoreError, Top,
};
use diesel::dsl::exists;
use diesel::prelude::*;

fn texts(owners: &[OwnerId]) -> Vec<String> {
    owners.iter().map(ToString::to_string).collect()
}

fn count(found: i64) -> u64 {
    u64::try_from(found).unwrap_or_default()
}

/// Certificates that are not archived.
fn certificates(owners: &[OwnerId]) -> mc::BoxedQuery<'static, MultiBackend> {
    let query = mc::table.into_boxed().filter(mc::status.ne(CertificateStatus::Archived.as_str()));
    if owners.is_empty() { query } else { query.filter(mc::owner_id.eq_any(texts(owners))) }
}

/// Those that are in service.
fn in_service(owners: &[OwnerId]) -> mc::BoxedQuery<'static, MultiBackend> {
    certificates(owners).filter(mc::status.ne(CertificateStatus::Revoked.as_str()))
}

fn jobs_of(owners: &[OwnerId]) -> jobs::BoxedQuery<'static, MultiBackend> {
    let query = jobs::table.into_boxed();
    if owners.is_empty() {
        return query;
    }
    let theirs = mc::table.filter(mc::owner_id.eq_any(texts(owners))).select(mc::id.nullable());
    query.filter(jobs::certificate_id.eq_any(theirs))
}

fn ended(owners: &[OwnerId], status: JobStatus, since: Timestamp) -> jobs::BoxedQuery<'static, MultiBackend> {
    jobs_of(owners)
        .filter(jobs::completed_at.gt(DbTime::from(since)))
        .filter(jobs::status.eq(status.as_str()))
}

fn undecided(owners: &[OwnerId]) -> approval_requests::BoxedQuery<'static, MultiBackend> {
    let query = approval_requests::table
        .into_boxed()
        .filter(approval_requests::state.eq(ApprovalState::Pending.as_str()));
    if owners.is_empty() {
        return query;
    }
    let theirs = mc::table.filter(mc::owner_id.eq_any(texts(owners))).select(mc::id);
    query.filter(approval_requests::certificate_id.eq_any(theirs))
}

impl DieselTx<'_> {
    /// Common names of certificates by id.
    fn common_names(
        &mut self,
        ids: Vec<String>,
    ) -> Result<std::collections::HashMap<String, String>, StoreError> {
        let rows = mc::table
            .filter(mc::id.eq_any(ids))
            .select((mc::id, mc::common_name))
            .load::<(String, String)>(self.conn);
        Ok(self.check(rows)?.into_iter().collect())
    }
}

impl DigestRepo for DieselTx<'_> {
    fn owners(&mut self) -> Result<Vec<DigestOwner>, StoreError> {
        let theirs = mc::table
            .filter(mc::owner_id.eq(owners::id))
            .filter(mc::status.ne(CertificateStatus::Archived.as_str()));
        let rows = owners::table
            .filter(owners::email.ne(""))
            .filter(exists(theirs))
            .order(owners::id)
            .select((owners::id, owners::name, owners::email))
            .load::<(String, String, String)>(self.conn);
        self.check(rows)?
            .into_iter()
            .map(|(id, name, email)| Ok(DigestOwner { id: parse("owners", &id)?, name, email }))
            .collect()
    }

    fn inventory_of(
        &mut self,
        owners: &[OwnerId],
        now: Timestamp,
        soon: Timestamp,
    ) -> Result<InventoryCounts, StoreError> {
        let (now, soon) = (DbTime::from(now), DbTime::from(soon));
        let mut number = |query: mc::BoxedQuery<'static, MultiBackend>| {
            let found = query.count().get_result::<i64>(self.conn);
            self.check(found).map(count)
        };
        Ok(InventoryCounts {
            total: number(certificates(owners))?,
            expiring: number(
                in_service(owners).filter(mc::expires_at.gt(now)).filter(mc::expires_at.lt(soon)),
            )?,
            expired: number(in_service(owners).filter(mc::expires_at.le(now)))?,
            revoked: number(certificates(owners).filter(mc::status.eq(CertificateStatus::Revoked.as_str())))?,
        })
    }

    fn ending(
        &mut self,
        owners: &[OwnerId],
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Top<ExpiringCertificate>, StoreError> {
        let (from, to) = (DbTime::from(from), DbTime::from(to));
        let query = || in_service(owners).filter(mc::expires_at.gt(from)).filter(mc::expires_at.lt(to));
        let total = query().count().get_result::<i64>(self.conn);
        let total = count(self.check(total)?);
        let rows = query()
            .order((mc::expires_at.asc(), mc::id.asc()))
            .limit(limit.into())
            .select((mc::id, mc::common_name, mc::expires_at.assume_not_null()))
            .load::<(String, String, DbTime)>(self.conn);
        let first = self.check(rows)?.into_iter().map(|(id, common_name, at)| {
            let id = parse("managed_certificates", &id)?;
            Ok(ExpiringCertificate { id, common_name, expires_at: Timestamp::from(at) })
        });
        Ok(Top { first: first.collect::<Result<_, StoreError>>()?, total })
    }

    fn job_figures(&mut self, owners: &[OwnerId], since: Timestamp) -> Result<JobFigures, StoreError> {
        let mut number = |query: jobs::BoxedQuery<'static, MultiBackend>| {
            let found = query.count().get_result::<i64>(self.conn);
            self.check(found).map(count)
        };
        Ok(JobFigures {
            pending: number(jobs_of(owners).filter(jobs::completed_at.is_null()))?,
            failed: number(ended(owners, JobStatus::Failed, since))?,
            completed: number(ended(owners, JobStatus::Completed, since))?,
        })
    }

    fn failed_jobs(
        &mut self,
        owners: &[OwnerId],
        since: Timestamp,
        limit: u32,
    ) -> Result<Top<FailedJob>, StoreError> {
        let total = ended(owners, JobStatus::Failed, since).count().get_result::<i64>(self.conn);
        let total = count(self.check(total)?);
        let rows = ended(owners, JobStatus::Failed, since)
            .order((jobs::completed_at.desc(), jobs::id.desc()))
            .limit(limit.into())
            .select((
                jobs::id,
                jobs::kind,
                jobs::certificate_id,
                jobs::last_error,
                jobs::completed_at.assume_not_null(),
            ))
            .load::<(String, String, Option<String>, Option<String>, DbTime)>(self.conn);
        let rows = self.check(rows)?;
        let names = self.common_names(rows.iter().filter_map(|row| row.2.clone()).collect())?;
        let first = rows.into_iter().map(|(id, kind, certificate, last_error, at)| {
            Ok(FailedJob {
                id: parse("jobs", &id)?,
                kind: parse("jobs", &kind)?,
                common_name: certificate.as_ref().and_then(|id| names.get(id)).cloned(),
                certificate_id: certificate.map(|id| parse("jobs", &id)).transpose()?,
                last_error,
                completed_at: Timestamp::from(at),
            })
        });
        Ok(Top { first: first.collect::<Result<_, StoreError>>()?, total })
    }

    fn pending_approvals(
        &mut self,
        owners: &[OwnerId],
        limit: u32,
    ) -> Result<Top<PendingApproval>, StoreError> {
        let total = undecided(owners).count().get_result::<i64>(self.conn);
        let total = count(self.check(total)?);
        let rows = undecided(owners)
            .order((approval_requests::created_at.asc(), approval_requests::id.asc()))
            .limit(limit.into())
            .select((
                approval_requests::id,
                approval_requests::certificate_id,
                approval_requests::requested_by,
                approval_requests::created_at,
            ))
            .load::<(String, String, String, DbTime)>(self.conn);
        let rows = self.check(rows)?;
        let names = self.common_names(rows.iter().map(|row| row.1.clone()).collect())?;
        let first = rows.into_iter().map(|(id, certificate, requested_by, at)| {
            Ok(PendingApproval {
                id: parse("approval_requests", &id)?,
                common_name: names.get(&certificate).cloned().unwrap_or_else(|| certificate.clone()),
                certificate_id: parse("approval_requests", &certificate)?,
                requested_by,
                created_at: Timestamp::from(at),
            })
        });
        Ok(Top { first: first.collect::<Result<_, StoreError>>()?, total })
    }
}
