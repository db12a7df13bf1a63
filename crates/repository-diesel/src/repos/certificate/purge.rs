//! Removing archived certificates for good. The ledger keeps what was issued.

use crate::rows::parse_ids;
use crate::schema::{
    approval_requests, certificate_revocations as revocations, certificate_target_mappings as mappings,
    certificate_versions as versions, issuance_ledger as ledger, jobs, managed_certificates as mc,
};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus as Status;
use certctl_domain::id::CertificateId;
use certctl_domain::ledger::IssuanceState;
use certctl_repository::{StoreError, exactly_one};
use diesel::dsl::exists;
use diesel::prelude::*;

impl DieselTx<'_> {
    pub(super) fn purgeable_certificates(
        &mut self,
        archived_before: Timestamp,
        now: Timestamp,
        after: Option<&CertificateId>,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError> {
        let now = DbTime::from(now);
        let valid_leaf =
            versions::table.filter(versions::certificate_id.eq(mc::id)).filter(versions::not_after.ge(now));
        // Also what was signed and not accepted, and what may be signed at this moment.
        let valid_issuance = ledger::table
            .filter(ledger::certificate_id.eq(mc::id.nullable()))
            .filter(ledger::not_after.ge(now).or(ledger::state.eq(IssuanceState::Intent.as_str())));
        let live_job = jobs::table
            .filter(jobs::certificate_id.eq(mc::id.nullable()))
            .filter(jobs::completed_at.is_null());
        let rows = mc::table
            .filter(mc::status.eq(Status::Archived.as_str()))
            .filter(mc::id.gt(after.map_or("", CertificateId::as_str)))
            .filter(mc::updated_at.lt(DbTime::from(archived_before)))
            .filter(mc::expires_at.is_null().or(mc::expires_at.lt(now)))
            .filter(diesel::dsl::not(exists(valid_leaf)))
            .filter(diesel::dsl::not(exists(valid_issuance)))
            .filter(diesel::dsl::not(exists(live_job)))
            .order(mc::id)
            .limit(limit.into())
            .select(mc::id)
            .load::<String>(self.conn);
        parse_ids("managed_certificates", &self.check(rows)?)
    }

    pub(super) fn purge_certificate(&mut self, id: &CertificateId) -> Result<(), StoreError> {
        let id = id.as_str();
        let stays = ledger::table.filter(ledger::certificate_id.eq(id));
        let cut = diesel::update(stays).set(ledger::certificate_id.eq(None::<String>)).execute(self.conn);
        self.check(cut)?;
        let stays = revocations::table.filter(revocations::certificate_id.eq(id));
        let cut =
            diesel::update(stays).set(revocations::certificate_id.eq(None::<String>)).execute(self.conn);
        self.check(cut)?;
        macro_rules! delete_from {
            ($($table:ident),+) => {$(
                let rows = $table::table.filter($table::certificate_id.eq(id));
                let deleted = diesel::delete(rows).execute(self.conn);
                self.check(deleted)?;
            )+};
        }
        delete_from!(mappings, approval_requests, jobs, versions);
        // Names, tags and violations go with the row.
        let archived = mc::table.find(id).filter(mc::status.eq(Status::Archived.as_str()));
        let deleted = diesel::delete(archived).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}
