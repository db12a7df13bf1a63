//! The issuance ledger.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::prepared::Preparable;
use crate::rows::{IntoDomain, LedgerRow, domain_values};
use crate::schema::issuance_ledger;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, IssuerId, JobId};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_repository::{LedgerRepo, Page, PageRequest, StoreError, exactly_one};
use diesel::prelude::*;

/// Serial numbers in one statement; SQLite binds each of them.
const CHUNK: usize = 1000;

impl LedgerRepo for DieselTx<'_> {
    fn record(&mut self, issuance: &Issuance) -> Result<(), StoreError> {
        let row = LedgerRow::from(issuance);
        let inserted = diesel::insert_into(issuance_ledger::table).values(row).execute(self.conn);
        let references = [
            (Reference::ISSUANCE_ISSUER, Some(issuance.issuer_id.as_str())),
            (Reference::ISSUANCE_CERTIFICATE, issuance.certificate_id.as_ref().map(CertificateId::as_str)),
        ];
        self.check_references(inserted, &references).map(drop)
    }

    fn finish(&mut self, issuance: &Issuance) -> Result<(), StoreError> {
        let open = issuance_ledger::table
            .find(issuance.id.as_str())
            .filter(issuance_ledger::state.eq(IssuanceState::Intent.as_str()));
        let updated = diesel::update(open).set(LedgerRow::from(issuance)).prepared().execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn abandon_intents(&mut self, job: &JobId, at: Timestamp) -> Result<u64, StoreError> {
        let open = issuance_ledger::table
            .filter(issuance_ledger::job_id.eq(job.as_str()))
            .filter(issuance_ledger::finished_at.is_null());
        let updated = diesel::update(open)
            .set((
                issuance_ledger::state.eq(IssuanceState::Abandoned.as_str()),
                issuance_ledger::finished_at.eq(DbTime::from(at)),
            ))
            .execute(self.conn);
        Ok(self.check(updated)? as u64)
    }

    fn find_by_serial(&mut self, issuer: &IssuerId, serial: &str) -> Result<Option<Issuance>, StoreError> {
        let row = issuance_ledger::table
            .filter(issuance_ledger::issuer_id.eq(issuer.as_str()))
            .filter(issuance_ledger::serial_number.eq(serial))
            .select(LedgerRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(LedgerRow::into_domain).transpose()
    }

    fn find_by_serials(&mut self, issuer: &IssuerId, serials: &[&str]) -> Result<Vec<Issuance>, StoreError> {
        let mut found = Vec::with_capacity(serials.len());
        for some in serials.chunks(CHUNK) {
            let rows = issuance_ledger::table
                .filter(issuance_ledger::issuer_id.eq(issuer.as_str()))
                .filter(issuance_ledger::serial_number.eq_any(some))
                .select(LedgerRow::as_select())
                .load(self.conn);
            found.extend(domain_values(self.check(rows)?)?);
        }
        Ok(found)
    }

    fn issued_for_key(
        &mut self,
        spki_sha256: &str,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Issuance>, StoreError> {
        let rows = issuance_ledger::table
            .filter(issuance_ledger::spki_sha256.eq(spki_sha256))
            .filter(issuance_ledger::state.eq(IssuanceState::Issued.as_str()))
            .filter(issuance_ledger::not_after.gt(DbTime::from(at)))
            .order((issuance_ledger::recorded_at.desc(), issuance_ledger::id.desc()))
            .limit(limit.into())
            .select(LedgerRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn issued_for_names(
        &mut self,
        names_hash: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let may_be_signed = issuance_ledger::state
            .ne(IssuanceState::Abandoned.as_str())
            .or(issuance_ledger::fingerprint_sha256.is_not_null());
        let times = issuance_ledger::table
            .filter(issuance_ledger::names_hash.eq(names_hash))
            .filter(issuance_ledger::recorded_at.ge(DbTime::from(since)))
            .filter(may_be_signed)
            .order(issuance_ledger::recorded_at.desc())
            .limit(limit.into())
            .select(issuance_ledger::recorded_at)
            .load::<DbTime>(self.conn);
        Ok(self.check(times)?.into_iter().map(Timestamp::from).collect())
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<Issuance>, StoreError> {
        let rows = || issuance_ledger::table.into_boxed::<MultiBackend>();
        let recorded_at = |issuance: &Issuance| issuance.recorded_at;
        Ok(newest_first!(self, page, issuance_ledger.recorded_at, LedgerRow, rows(), recorded_at))
    }
}
