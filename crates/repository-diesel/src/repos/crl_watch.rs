//! What CAs outside certctl revoked.

use crate::rows::{CaRevocationRow, IntoDomain, VersionRow, domain_values};
use crate::schema::{ca_revocations, certificate_versions as versions, crl_names, watched_crls};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::CertificateId;
use certctl_domain::revocation::CaRevocation;
use certctl_domain::version::CertificateVersion;
use certctl_repository::{CrlLook, CrlWatchRepo, NamedCrl, StoreError, WatchedCrl};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Rows in one INSERT.
const CHUNK: usize = 500;

impl CrlWatchRepo for DieselTx<'_> {
    fn watch(&mut self, names: &[NamedCrl], at: Timestamp) -> Result<(), StoreError> {
        let mut watched: BTreeMap<&str, &[u8]> = BTreeMap::new();
        for name in names {
            watched.entry(&name.url).or_insert(&name.ca_der);
        }
        let watched: Vec<_> = watched
            .into_iter()
            .map(|(url, ca_der)| {
                (
                    watched_crls::url.eq(url),
                    watched_crls::ca_der.eq(ca_der),
                    watched_crls::next_check_at.eq(DbTime::from(at)),
                    watched_crls::failures.eq(0_i64),
                )
            })
            .collect();
        for rows in watched.chunks(CHUNK) {
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(watched_crls::table)
                .values(rows)
                .on_conflict_do_nothing()
                .execute(conn));
            self.check(inserted)?;
        }
        for chunk in names.chunks(CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(|name| {
                    (crl_names::version_id.eq(name.version_id.as_str()), crl_names::url.eq(&name.url))
                })
                .collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(crl_names::table)
                .values(&rows)
                .on_conflict_do_nothing()
                .execute(conn));
            self.check(inserted)?;
        }
        Ok(())
    }

    fn due(&mut self, at: Timestamp, limit: u32) -> Result<Vec<WatchedCrl>, StoreError> {
        let rows = watched_crls::table
            .filter(watched_crls::next_check_at.le(DbTime::from(at)))
            .order((watched_crls::next_check_at, watched_crls::url))
            .limit(limit.into())
            .select((watched_crls::url, watched_crls::ca_der, watched_crls::failures))
            .load::<(String, Vec<u8>, i64)>(self.conn);
        let watched = |(url, ca_der, failures): (String, Vec<u8>, i64)| WatchedCrl {
            url,
            ca_der,
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
        };
        Ok(self.check(rows)?.into_iter().map(watched).collect())
    }

    fn leaves(
        &mut self,
        url: &str,
        at: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<CertificateVersion>, StoreError> {
        let known = ca_revocations::table.filter(ca_revocations::version_id.eq(crl_names::version_id));
        let rows = crl_names::table
            .inner_join(versions::table.on(versions::id.eq(crl_names::version_id)))
            .filter(crl_names::url.eq(url))
            .filter(crl_names::version_id.gt(after))
            .filter(versions::not_after.gt(DbTime::from(at)))
            .filter(not(exists(known)))
            .order(crl_names::version_id)
            .limit(limit.into())
            .select(VersionRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn looked(&mut self, look: &CrlLook) -> Result<(), StoreError> {
        let updated = diesel::update(watched_crls::table.find(&look.url))
            .set((
                watched_crls::next_check_at.eq(DbTime::from(look.next_check_at)),
                watched_crls::checked_at.eq(DbTime::from(look.checked_at)),
                watched_crls::failures.eq(i64::from(look.failures)),
                watched_crls::last_error.eq(&look.error),
            ))
            .execute(self.conn);
        self.check(updated).map(drop)
    }

    fn forget(&mut self, url: &str) -> Result<(), StoreError> {
        let deleted = diesel::delete(watched_crls::table.find(url)).execute(self.conn);
        self.check(deleted).map(drop)
    }

    fn mark(&mut self, revocation: &CaRevocation) -> Result<bool, StoreError> {
        let row = CaRevocationRow::from(revocation);
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(ca_revocations::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn));
        Ok(self.check(inserted)? == 1)
    }

    fn of_certificate(&mut self, certificate: &CertificateId) -> Result<Vec<CaRevocation>, StoreError> {
        let rows = ca_revocations::table
            .filter(ca_revocations::certificate_id.eq(certificate.as_str()))
            .order((ca_revocations::seen_at.desc(), ca_revocations::version_id.desc()))
            .select(CaRevocationRow::as_select())
            .load(self.conn);
        self.check(rows)?.into_iter().map(CaRevocationRow::into_domain).collect()
    }
}
