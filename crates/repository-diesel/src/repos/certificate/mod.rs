//! Managed certificates with their SANs and tags.

mod list;
mod purge;
mod search;
mod total;

pub(super) use list::filtered;

use crate::constraints::Reference;
use crate::dialect;
use crate::prepared::Preparable;
use crate::rows::{CertificateRow, SanRow, TagRow};
use crate::schema::{certificate_sans, certificate_tags, managed_certificates};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus as Status};
use certctl_domain::id::{CertificateId, ProfileId, RenewalPolicyId};
use certctl_domain::revocation::RevocationReason;
use certctl_repository::{
    CertificateFilter, CertificateRepo, CertificateSort, Page, PageRequest, StoreError, exactly_one,
};
use diesel::prelude::*;
use std::collections::HashMap;

fn references(certificate: &Certificate) -> [(Reference, Option<&str>); 5] {
    [
        (Reference::CERTIFICATE_OWNER, Some(certificate.owner_id.as_str())),
        (Reference::CERTIFICATE_TEAM, Some(certificate.team_id.as_str())),
        (Reference::CERTIFICATE_ISSUER, Some(certificate.issuer_id.as_str())),
        (Reference::CERTIFICATE_POLICY, Some(certificate.renewal_policy_id.as_str())),
        (Reference::CERTIFICATE_PROFILE, certificate.profile_id.as_ref().map(ProfileId::as_str)),
    ]
}

/// Rows in one statement: PostgreSQL allows 65535 values, SQLite 32766.
const CHUNK: usize = 1000;

impl DieselTx<'_> {
    /// SANs and tags of many certificates in one query each.
    fn with_children(&mut self, rows: Vec<CertificateRow>) -> Result<Vec<Certificate>, StoreError> {
        let mut sans: HashMap<String, Vec<SanRow>> = HashMap::new();
        let mut tags: HashMap<String, Vec<TagRow>> = HashMap::new();
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        for row in self.san_rows(&ids)? {
            sans.entry(row.certificate_id.clone()).or_default().push(row);
        }
        for row in self.tag_rows(&ids)? {
            tags.entry(row.certificate_id.clone()).or_default().push(row);
        }
        let whole = |row: CertificateRow| {
            let sans = sans.remove(&row.id).unwrap_or_default();
            let tags = tags.remove(&row.id).unwrap_or_default();
            row.into_domain(sans, tags)
        };
        rows.into_iter().map(whole).collect()
    }

    fn san_rows(&mut self, ids: &[&str]) -> Result<Vec<SanRow>, StoreError> {
        if let [id] = ids {
            // One id is asked for most often, and only this form is prepared once on SQLite.
            let rows = certificate_sans::table
                .filter(certificate_sans::certificate_id.eq(id))
                .select(SanRow::as_select())
                .load(self.conn);
            return self.check(rows);
        }
        let rows = certificate_sans::table
            .filter(certificate_sans::certificate_id.eq_any(ids))
            .select(SanRow::as_select())
            .load(self.conn);
        self.check(rows)
    }

    fn tag_rows(&mut self, ids: &[&str]) -> Result<Vec<TagRow>, StoreError> {
        if let [id] = ids {
            let rows = certificate_tags::table
                .filter(certificate_tags::certificate_id.eq(id))
                .select(TagRow::as_select())
                .load(self.conn);
            return self.check(rows);
        }
        let rows = certificate_tags::table
            .filter(certificate_tags::certificate_id.eq_any(ids))
            .select(TagRow::as_select())
            .load(self.conn);
        self.check(rows)
    }

    fn insert_sans(&mut self, rows: &[SanRow]) -> Result<(), StoreError> {
        if let [row] = rows {
            // Most have one, and only this form is prepared once.
            let inserted = diesel::insert_into(certificate_sans::table).values(row).execute(self.conn);
            return self.check(inserted).map(drop);
        }
        for rows in rows.chunks(CHUNK) {
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(certificate_sans::table)
                .values(rows)
                .execute(conn));
            self.check(inserted)?;
        }
        Ok(())
    }

    fn insert_tags(&mut self, rows: &[TagRow]) -> Result<(), StoreError> {
        for rows in rows.chunks(CHUNK) {
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(certificate_tags::table)
                .values(rows)
                .execute(conn));
            self.check(inserted)?;
        }
        Ok(())
    }

    fn update_row(&mut self, certificate: &Certificate) -> Result<(), StoreError> {
        let mut row = CertificateRow::from(certificate);
        row.revision += 1;
        let stored = managed_certificates::table
            .find(certificate.id.as_str())
            .filter(managed_certificates::revision.eq(certificate.revision));
        let updated = diesel::update(stored).set(row).prepared().execute(self.conn);
        exactly_one(self.check_references(updated, &references(certificate))?)
    }
}

impl CertificateRepo for DieselTx<'_> {
    fn find(&mut self, id: &CertificateId) -> Result<Option<Certificate>, StoreError> {
        let row = managed_certificates::table
            .find(id.as_str())
            .select(CertificateRow::as_select())
            .first(self.conn)
            .optional();
        let row = self.check(row)?;
        Ok(self.with_children(row.into_iter().collect())?.pop())
    }

    fn list(
        &mut self,
        filter: &CertificateFilter,
        sort: CertificateSort,
        page: &PageRequest,
    ) -> Result<Page<Certificate>, StoreError> {
        self.certificate_page(filter, sort, page)
    }

    fn find_all(&mut self, ids: &[CertificateId]) -> Result<Vec<Certificate>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(CHUNK) {
            let rows = managed_certificates::table
                .filter(managed_certificates::id.eq_any(some.iter().map(CertificateId::as_str)))
                .select(CertificateRow::as_select())
                .load(self.conn);
            let rows = self.check(rows)?;
            found.extend(self.with_children(rows)?);
        }
        Ok(found)
    }

    fn due(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Certificate>, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::next_action_at.le(DbTime::from(at)))
            .order((managed_certificates::next_action_at, managed_certificates::id))
            .limit(limit.into())
            .select(CertificateRow::as_select())
            .load(self.conn);
        let rows = self.check(rows)?;
        self.with_children(rows)
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let first = managed_certificates::table
            .filter(managed_certificates::next_action_at.is_not_null())
            .order(managed_certificates::next_action_at)
            .select(managed_certificates::next_action_at.assume_not_null())
            .first::<DbTime>(self.conn)
            .optional();
        Ok(self.check(first)?.map(Timestamp::from))
    }

    fn in_service(
        &mut self,
        after: Option<&CertificateId>,
        limit: u32,
    ) -> Result<Vec<Certificate>, StoreError> {
        let rows = managed_certificates::table
            .filter(managed_certificates::id.gt(after.map_or("", CertificateId::as_str)))
            .filter(managed_certificates::status.ne(Status::Archived.as_str()))
            .order(managed_certificates::id)
            .limit(limit.into())
            .select(CertificateRow::as_select())
            .load(self.conn);
        let rows = self.check(rows)?;
        self.with_children(rows)
    }

    fn hold(&mut self, ids: &[CertificateId]) -> Result<(), StoreError> {
        let held = dialect::hold_certificates(self.conn, ids.iter().map(CertificateId::as_str));
        self.check(held)
    }

    fn insert(&mut self, certificate: &Certificate) -> Result<(), StoreError> {
        let row = CertificateRow::from(certificate);
        let inserted = diesel::insert_into(managed_certificates::table).values(row).execute(self.conn);
        self.check_references(inserted, &references(certificate))?;
        self.insert_sans(&SanRow::all_of(certificate))?;
        self.insert_tags(&TagRow::all_of(certificate))
    }

    fn insert_all(&mut self, certificates: &[Certificate]) -> Result<(), StoreError> {
        for some in certificates.chunks(CHUNK) {
            let rows: Vec<_> = some.iter().map(CertificateRow::from).collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(managed_certificates::table)
                .values(&rows)
                .execute(conn));
            let references: Vec<_> = some.iter().flat_map(references).collect();
            self.check_references(inserted, &references)?;
            self.insert_sans(&some.iter().flat_map(SanRow::all_of).collect::<Vec<_>>())?;
            self.insert_tags(&some.iter().flat_map(TagRow::all_of).collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn update_state(&mut self, certificate: &mut Certificate) -> Result<(), StoreError> {
        self.update_row(certificate)?;
        certificate.revision += 1;
        Ok(())
    }

    fn update(&mut self, certificate: &mut Certificate) -> Result<(), StoreError> {
        self.update_row(certificate)?;
        // Most updates change neither SANs nor tags, so these are compared before anything is written.
        let id = certificate.id.as_str();
        let (mut stored, wanted) = (self.san_rows(&[id])?, SanRow::all_of(certificate));
        stored.sort();
        if stored != wanted {
            let of_certificate = certificate_sans::table.filter(certificate_sans::certificate_id.eq(id));
            let deleted = diesel::delete(of_certificate).prepared().execute(self.conn);
            self.check(deleted)?;
            self.insert_sans(&wanted)?;
        }
        let (mut stored, wanted) = (self.tag_rows(&[id])?, TagRow::all_of(certificate));
        stored.sort();
        if stored != wanted {
            let of_certificate = certificate_tags::table.filter(certificate_tags::certificate_id.eq(id));
            let deleted = diesel::delete(of_certificate).prepared().execute(self.conn);
            self.check(deleted)?;
            self.insert_tags(&wanted)?;
        }
        certificate.revision += 1;
        Ok(())
    }

    fn put_out_of_service(
        &mut self,
        ids: &[CertificateId],
        reason: RevocationReason,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        for some in ids.chunks(CHUNK) {
            let these = managed_certificates::table
                .filter(managed_certificates::id.eq_any(some.iter().map(CertificateId::as_str)))
                .filter(managed_certificates::status.ne(Status::Revoked.as_str()));
            let updated = diesel::update(these)
                .set((
                    managed_certificates::status.eq(Status::Revoked.as_str()),
                    managed_certificates::revoked_at.eq(DbTime::from(at)),
                    managed_certificates::revocation_reason.eq(reason.as_str()),
                    managed_certificates::next_action_at.eq(None::<DbTime>),
                    managed_certificates::retry_at.eq(None::<DbTime>),
                    managed_certificates::updated_at.eq(DbTime::from(at)),
                    managed_certificates::revision.eq(managed_certificates::revision + 1),
                ))
                .execute(self.conn);
            if self.check(updated)? != some.len() {
                return Err(StoreError::Stale);
            }
        }
        Ok(())
    }

    fn reconsider(&mut self, policy: &RenewalPolicyId, at: Timestamp) -> Result<u64, StoreError> {
        let status = managed_certificates::status;
        let idle = managed_certificates::table
            .filter(managed_certificates::renewal_policy_id.eq(policy.as_str()))
            .filter(status.ne(Status::RenewalInProgress.as_str()))
            .filter(status.ne(Status::Revoked.as_str()))
            .filter(status.ne(Status::Archived.as_str()));
        let updated = diesel::update(idle)
            .set((
                managed_certificates::next_action_at.eq(DbTime::from(at)),
                managed_certificates::retry_at.eq(None::<DbTime>),
            ))
            .execute(self.conn);
        Ok(self.check(updated)?.try_into().unwrap_or(u64::MAX))
    }

    fn purgeable(
        &mut self,
        archived_before: Timestamp,
        now: Timestamp,
        after: Option<&CertificateId>,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError> {
        self.purgeable_certificates(archived_before, now, after, limit)
    }

    fn purge(&mut self, id: &CertificateId) -> Result<(), StoreError> {
        self.purge_certificate(id)
    }
}
