//! Revocations and forbidden keys.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::prepared::Preparable;
use crate::rows::{EntryRow, IntoDomain, RevocationRow, domain_values, parse};
use crate::schema::{blocked_keys, certificate_revocations as r, revocation_counters as counters};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, IssuerId, RevocationId};
use certctl_domain::revocation::{IssuerNotice, Revocation};
use certctl_repository::{
    EntryScope, Page, PageRequest, RevocationFilter, RevocationRepo, RevokedSerial, StoreError, exactly_one,
};
use diesel::prelude::*;

/// Rows in one INSERT; SQLite binds each of their columns.
const CHUNK: usize = 500;

fn shown(filter: &RevocationFilter) -> r::BoxedQuery<'static, MultiBackend> {
    let mut query = r::table.into_boxed();
    if let Some(issuer) = &filter.issuer_id {
        query = query.filter(r::issuer_id.eq(issuer.to_string()));
    }
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(r::certificate_id.eq(certificate.to_string()));
    }
    if let Some(reason) = filter.reason {
        query = query.filter(r::reason.eq(reason.as_str()));
    }
    if let Some(notified) = filter.issuer_notified {
        query = query.filter(r::issuer_notified.eq(notified));
    }
    match filter.in_force {
        Some(true) => query = query.filter(r::released_at.is_null()),
        Some(false) => query = query.filter(r::released_at.is_not_null()),
        None => {}
    }
    if let Some(shard) = filter.crl_shard {
        query = query.filter(r::crl_shard.eq(i64::from(shard)));
    }
    if let Some(from) = filter.not_after_from {
        query = query.filter(r::not_after.ge(DbTime::from(from)));
    }
    query
}

impl RevocationRepo for DieselTx<'_> {
    fn find(&mut self, issuer: &IssuerId, serial: &str) -> Result<Option<Revocation>, StoreError> {
        let row = r::table
            .filter(r::issuer_id.eq(issuer.as_str()))
            .filter(r::serial_number.eq(serial))
            .select(RevocationRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(RevocationRow::into_domain).transpose()
    }

    fn find_all(&mut self, issuer: &IssuerId, serials: &[&str]) -> Result<Vec<Revocation>, StoreError> {
        let mut found = Vec::new();
        for some in serials.chunks(CHUNK) {
            let rows = r::table
                .filter(r::issuer_id.eq(issuer.as_str()))
                .filter(r::serial_number.eq_any(some))
                .select(RevocationRow::as_select())
                .load(self.conn);
            found.extend(domain_values(self.check(rows)?)?);
        }
        Ok(found)
    }

    fn of_certificate(&mut self, certificate: &CertificateId) -> Result<Vec<Revocation>, StoreError> {
        let rows = r::table
            .filter(r::certificate_id.eq(certificate.as_str()))
            .order((r::created_at.desc(), r::id.desc()))
            .select(RevocationRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn list(
        &mut self,
        filter: &RevocationFilter,
        page: &PageRequest,
    ) -> Result<Page<Revocation>, StoreError> {
        let created_at = |revocation: &Revocation| revocation.created_at;
        Ok(newest_first!(self, page, r.created_at, RevocationRow, shown(filter), created_at))
    }

    fn insert(&mut self, revocations: &[Revocation]) -> Result<(), StoreError> {
        for chunk in revocations.chunks(CHUNK) {
            let rows: Vec<_> = chunk.iter().map(RevocationRow::from).collect();
            let inserted =
                on_backend!(self.conn, |conn| diesel::insert_into(r::table).values(&rows).execute(conn));
            let references: Vec<_> = chunk
                .iter()
                .flat_map(|revocation| {
                    [
                        (Reference::REVOCATION_ISSUER, Some(revocation.issuer_id.as_str())),
                        (
                            Reference::REVOCATION_CERTIFICATE,
                            revocation.certificate_id.as_ref().map(CertificateId::as_str),
                        ),
                    ]
                })
                .collect();
            self.check_references(inserted, &references)?;
        }
        Ok(())
    }

    fn update(&mut self, revocation: &Revocation) -> Result<(), StoreError> {
        let updated = diesel::update(r::table.find(revocation.id.as_str()))
            .set(RevocationRow::from(revocation))
            .prepared()
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn next_generation(&mut self, issuer: &IssuerId) -> Result<i64, StoreError> {
        let counted = on_backend!(self.conn, |conn| diesel::insert_into(counters::table)
            .values((
                counters::issuer_id.eq(issuer.as_str()),
                counters::generation.eq(1),
                counters::crl_number.eq(0),
            ))
            .on_conflict(counters::issuer_id)
            .do_update()
            .set(counters::generation.eq(counters::generation + 1))
            .returning(counters::generation)
            .get_result::<i64>(conn));
        self.check(counted)
    }

    fn generation(&mut self, issuer: &IssuerId) -> Result<i64, StoreError> {
        let found = counters::table
            .find(issuer.as_str())
            .select(counters::generation)
            .first::<i64>(self.conn)
            .optional();
        Ok(self.check(found)?.unwrap_or(0))
    }

    fn generations(&mut self) -> Result<Vec<(IssuerId, i64)>, StoreError> {
        let rows = counters::table
            .order(counters::issuer_id)
            .select((counters::issuer_id, counters::generation))
            .load::<(String, i64)>(self.conn);
        let parsed =
            |(issuer, generation): (String, i64)| Ok((parse("revocation_counters", &issuer)?, generation));
        self.check(rows)?.into_iter().map(parsed).collect()
    }

    fn changed_since(
        &mut self,
        issuer: &IssuerId,
        generation: i64,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError> {
        let rows = r::table
            .filter(r::issuer_id.eq(issuer.as_str()))
            .filter(r::generation.gt(generation))
            .order((r::generation, r::id))
            .limit(limit.into())
            .select(RevocationRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn entries(
        &mut self,
        scope: EntryScope<'_>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<RevokedSerial>, StoreError> {
        let mut query = r::table
            .filter(r::issuer_id.eq(scope.issuer.to_string()))
            .filter(r::serial_number.gt(after.to_owned()))
            .filter(r::released_at.is_null())
            .filter(r::not_after.ge(DbTime::from(scope.not_after_from)))
            .into_boxed::<MultiBackend>();
        if let Some(shard) = scope.shard {
            query = query.filter(r::crl_shard.eq(i64::from(shard)));
        }
        let rows =
            query.order(r::serial_number).limit(limit.into()).select(EntryRow::as_select()).load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn to_notify(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Revocation>, StoreError> {
        let rows = r::table
            .filter(r::next_notify_at.le(DbTime::from(at)))
            .order((r::next_notify_at, r::id))
            .limit(limit.into())
            .select(RevocationRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn record_notice(&mut self, id: &RevocationId, notice: &IssuerNotice) -> Result<(), StoreError> {
        let updated = diesel::update(r::table.find(id.as_str()))
            .set((
                r::issuer_notified.eq(notice.notified),
                r::notify_attempts.eq(i64::from(notice.attempts)),
                r::next_notify_at.eq(notice.next_attempt_at.map(DbTime::from)),
                r::last_notify_error.eq(&notice.last_error),
            ))
            .prepared()
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn block_keys(
        &mut self,
        spki_sha256: &[&str],
        reason: &str,
        blocked_by: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        for some in spki_sha256.chunks(CHUNK) {
            let row = |key: &&str| {
                (
                    blocked_keys::spki_sha256.eq((*key).to_owned()),
                    blocked_keys::reason.eq(reason.to_owned()),
                    blocked_keys::blocked_by.eq(blocked_by.to_owned()),
                    blocked_keys::blocked_at.eq(DbTime::from(at)),
                )
            };
            let rows: Vec<_> = some.iter().map(row).collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(blocked_keys::table)
                .values(&rows)
                .on_conflict_do_nothing()
                .execute(conn));
            self.check(inserted)?;
        }
        Ok(())
    }

    fn blocked_keys(&mut self, spki_sha256: &[&str]) -> Result<Vec<String>, StoreError> {
        let mut blocked = Vec::new();
        for chunk in spki_sha256.chunks(CHUNK) {
            let found = blocked_keys::table
                .filter(blocked_keys::spki_sha256.eq_any(chunk))
                .select(blocked_keys::spki_sha256)
                .load::<String>(self.conn);
            blocked.extend(self.check(found)?);
        }
        Ok(blocked)
    }
}
