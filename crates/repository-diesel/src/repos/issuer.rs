//! Issuers.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, IssuerRow};
use crate::schema::{ca_keys, issuance_ledger, issuers, managed_certificates};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, TestStatus};
use certctl_repository::{IssuerFilter, IssuerRepo, Page, PageRequest, StoreError, exactly_one};
use diesel::prelude::*;

fn filtered(filter: IssuerFilter) -> issuers::BoxedQuery<'static, MultiBackend> {
    let mut query = issuers::table.into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(issuers::kind.eq(kind.as_str()));
    }
    if let Some(enabled) = filter.enabled {
        query = query.filter(issuers::enabled.eq(enabled));
    }
    query
}

impl IssuerRepo for DieselTx<'_> {
    fn find(&mut self, id: &IssuerId) -> Result<Option<Issuer>, StoreError> {
        let row = issuers::table.find(id.as_str()).select(IssuerRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(IssuerRow::into_domain).transpose()
    }

    fn list(&mut self, filter: &IssuerFilter, page: &PageRequest) -> Result<Page<Issuer>, StoreError> {
        let created_at = |issuer: &Issuer| issuer.created_at;
        Ok(newest_first!(self, page, issuers.created_at, IssuerRow, filtered(*filter), created_at))
    }

    fn insert(&mut self, issuer: &Issuer) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(issuers::table).values(IssuerRow::from(issuer)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, issuer: &mut Issuer) -> Result<(), StoreError> {
        let mut row = IssuerRow::from(&*issuer);
        row.revision += 1;
        let stored = issuers::table.find(issuer.id.as_str()).filter(issuers::revision.eq(issuer.revision));
        let updated = diesel::update(stored).set(row).execute(self.conn);
        exactly_one(self.check(updated)?)?;
        issuer.revision += 1;
        Ok(())
    }

    fn record_test(&mut self, id: &IssuerId, status: TestStatus, at: Timestamp) -> Result<(), StoreError> {
        let updated = diesel::update(issuers::table.find(id.as_str()))
            .set((issuers::test_status.eq(status.as_str()), issuers::last_tested_at.eq(DbTime::from(at))))
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn certificates(&mut self, id: &IssuerId) -> Result<u64, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::issuer_id.eq(id.as_str()))
            .count()
            .get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn issuances(&mut self, id: &IssuerId) -> Result<u64, StoreError> {
        let rows = issuance_ledger::table
            .filter(issuance_ledger::issuer_id.eq(id.as_str()))
            .count()
            .get_result::<i64>(self.conn);
        self.check(rows).map(i64::unsigned_abs)
    }

    fn delete(&mut self, id: &IssuerId) -> Result<(), StoreError> {
        if IssuerRepo::certificates(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::CERTIFICATE_ISSUER.key });
        }
        if IssuerRepo::issuances(self, id)? > 0 {
            return Err(StoreError::InUse { key: Reference::ISSUANCE_ISSUER.key });
        }
        let keys =
            diesel::delete(ca_keys::table.filter(ca_keys::issuer_id.eq(id.as_str()))).execute(self.conn);
        self.check_delete(keys)?;
        let deleted = diesel::delete(issuers::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}
