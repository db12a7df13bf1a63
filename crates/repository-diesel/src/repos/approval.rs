//! Approval requests.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{ApprovalRow, IntoDomain, domain_values};
use crate::schema::approval_requests;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::id::{ApprovalRequestId, JobId};
use certctl_repository::{ApprovalFilter, ApprovalRepo, Page, PageRequest, StoreError, exactly_one};
use diesel::prelude::*;

fn filtered(filter: &ApprovalFilter) -> approval_requests::BoxedQuery<'static, MultiBackend> {
    let mut query = approval_requests::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(approval_requests::state.eq(state.as_str()));
    }
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(approval_requests::certificate_id.eq(certificate.to_string()));
    }
    if let Some(requester) = filter.requested_by.clone() {
        query = query.filter(approval_requests::requested_by.eq(requester));
    }
    query
}

impl ApprovalRepo for DieselTx<'_> {
    fn find(&mut self, id: &ApprovalRequestId) -> Result<Option<ApprovalRequest>, StoreError> {
        let row = approval_requests::table
            .find(id.as_str())
            .select(ApprovalRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(ApprovalRow::into_domain).transpose()
    }

    fn of_job(&mut self, job: &JobId) -> Result<Option<ApprovalRequest>, StoreError> {
        let row = approval_requests::table
            .filter(approval_requests::job_id.eq(job.as_str()))
            .select(ApprovalRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(ApprovalRow::into_domain).transpose()
    }

    fn list(
        &mut self,
        filter: &ApprovalFilter,
        page: &PageRequest,
    ) -> Result<Page<ApprovalRequest>, StoreError> {
        let created_at = |request: &ApprovalRequest| request.created_at;
        Ok(newest_first!(self, page, approval_requests.created_at, ApprovalRow, filtered(filter), created_at))
    }

    fn insert(&mut self, request: &ApprovalRequest) -> Result<(), StoreError> {
        let row = ApprovalRow::try_from(request)?;
        let inserted = diesel::insert_into(approval_requests::table).values(row).execute(self.conn);
        let references = [(Reference::APPROVAL_CERTIFICATE, Some(request.certificate_id.as_str()))];
        self.check_references(inserted, &references).map(drop)
    }

    fn decide(&mut self, request: &ApprovalRequest) -> Result<(), StoreError> {
        let pending = approval_requests::table
            .find(request.id.as_str())
            .filter(approval_requests::state.eq(ApprovalState::Pending.as_str()));
        let updated = diesel::update(pending).set(ApprovalRow::try_from(request)?).execute(self.conn);
        exactly_one(self.check(updated)?)
    }
    fn untold(&mut self, created_before: Timestamp, limit: u32) -> Result<Vec<ApprovalRequest>, StoreError> {
        let rows = approval_requests::table
            .filter(approval_requests::state.eq(ApprovalState::Pending.as_str()))
            .filter(approval_requests::expiry_told_at.is_null())
            .filter(approval_requests::created_at.lt(DbTime::from(created_before)))
            .order((approval_requests::created_at, approval_requests::id))
            .limit(limit.into())
            .select(ApprovalRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn note_told(&mut self, id: &ApprovalRequestId, at: Timestamp) -> Result<bool, StoreError> {
        let untold = approval_requests::table
            .find(id.as_str())
            .filter(approval_requests::state.eq(ApprovalState::Pending.as_str()))
            .filter(approval_requests::expiry_told_at.is_null());
        let told = approval_requests::expiry_told_at.eq(DbTime::from(at));
        let updated = diesel::update(untold).set(told).execute(self.conn);
        Ok(self.check(updated)? == 1)
    }
}
