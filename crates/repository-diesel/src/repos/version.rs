//! Issued versions.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, VersionRow, domain_values, parse_ids};
use crate::schema::{certificate_versions, managed_certificates};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, VersionId};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{Page, PageRequest, StoreError, VersionRepo};
use diesel::prelude::*;
use std::collections::HashMap;

/// Rows in one statement: PostgreSQL allows 65535 values, SQLite 32766.
const CHUNK: usize = 1000;

fn references(version: &CertificateVersion) -> [(Reference, Option<&str>); 3] {
    [
        (Reference::VERSION_CERTIFICATE, Some(version.certificate_id.as_str())),
        (Reference::VERSION_ISSUER, Some(version.issuer_id.as_str())),
        (Reference::VERSION_AGENT, version.agent_id.as_ref().map(AgentId::as_str)),
    ]
}

impl VersionRepo for DieselTx<'_> {
    fn find(&mut self, id: &VersionId) -> Result<Option<CertificateVersion>, StoreError> {
        let row = certificate_versions::table
            .find(id.as_str())
            .select(VersionRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(VersionRow::into_domain).transpose()
    }

    fn find_by_fingerprint(&mut self, sha256: &str) -> Result<Option<CertificateVersion>, StoreError> {
        let row = certificate_versions::table
            .filter(certificate_versions::fingerprint_sha256.eq(sha256))
            .select(VersionRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(VersionRow::into_domain).transpose()
    }

    fn find_by_fingerprints(&mut self, sha256: &[&str]) -> Result<Vec<CertificateVersion>, StoreError> {
        let mut known = Vec::new();
        for some in sha256.chunks(CHUNK) {
            let rows = certificate_versions::table
                .filter(certificate_versions::fingerprint_sha256.eq_any(some))
                .select(VersionRow::as_select())
                .load(self.conn);
            known.extend(domain_values(self.check(rows)?)?);
        }
        Ok(known)
    }

    fn latest_of_agent(
        &mut self,
        certificate: &CertificateId,
        agent: &AgentId,
    ) -> Result<Option<CertificateVersion>, StoreError> {
        let row = certificate_versions::table
            .filter(certificate_versions::certificate_id.eq(certificate.as_str()))
            .filter(certificate_versions::agent_id.eq(agent.as_str()))
            .order((certificate_versions::created_at.desc(), certificate_versions::id.desc()))
            .select(VersionRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(VersionRow::into_domain).transpose()
    }

    /// The newest version is looked up in the index for each certificate, however many it has.
    fn newest_validity(
        &mut self,
        certificates: &[CertificateId],
    ) -> Result<HashMap<CertificateId, (Timestamp, Timestamp)>, StoreError> {
        let others = diesel::alias!(certificate_versions as others);
        let newest = others
            .filter(others.field(certificate_versions::certificate_id).eq(managed_certificates::id))
            .order((
                others.field(certificate_versions::created_at).desc(),
                others.field(certificate_versions::id).desc(),
            ))
            .select(others.field(certificate_versions::id))
            .limit(1)
            .single_value();
        let rows = managed_certificates::table
            .inner_join(certificate_versions::table.on(certificate_versions::id.nullable().eq(newest)))
            .filter(managed_certificates::id.eq_any(certificates.iter().map(CertificateId::as_str)))
            .select((
                managed_certificates::id,
                certificate_versions::not_before,
                certificate_versions::not_after,
            ))
            .load::<(String, DbTime, DbTime)>(self.conn);
        let (ids, times): (Vec<_>, Vec<_>) =
            self.check(rows)?.into_iter().map(|(id, from, to)| (id, (from.into(), to.into()))).unzip();
        Ok(parse_ids("managed_certificates", &ids)?.into_iter().zip(times).collect())
    }

    fn valid_at(
        &mut self,
        certificate: &CertificateId,
        at: Timestamp,
    ) -> Result<Vec<CertificateVersion>, StoreError> {
        let rows = certificate_versions::table
            .filter(certificate_versions::certificate_id.eq(certificate.as_str()))
            .filter(certificate_versions::not_after.gt(DbTime::from(at)))
            .order((certificate_versions::created_at.desc(), certificate_versions::id.desc()))
            .select(VersionRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn valid_of(
        &mut self,
        certificates: &[CertificateId],
        at: Timestamp,
    ) -> Result<Vec<CertificateVersion>, StoreError> {
        if let [certificate] = certificates {
            // Only this form is prepared once.
            return self.valid_at(certificate, at);
        }
        let mut found = Vec::with_capacity(certificates.len());
        for some in certificates.chunks(CHUNK) {
            let rows = certificate_versions::table
                .filter(certificate_versions::certificate_id.eq_any(some.iter().map(CertificateId::as_str)))
                .filter(certificate_versions::not_after.gt(DbTime::from(at)))
                .order((certificate_versions::created_at.desc(), certificate_versions::id.desc()))
                .select(VersionRow::as_select())
                .load(self.conn);
            found.extend(domain_values(self.check(rows)?)?);
        }
        Ok(found)
    }

    fn list(
        &mut self,
        certificate: &CertificateId,
        page: &PageRequest,
    ) -> Result<Page<CertificateVersion>, StoreError> {
        let rows = || {
            certificate_versions::table
                .filter(certificate_versions::certificate_id.eq(certificate.as_str()))
                .into_boxed::<MultiBackend>()
        };
        let created_at = |version: &CertificateVersion| version.created_at;
        Ok(newest_first!(self, page, certificate_versions.created_at, VersionRow, rows(), created_at))
    }

    fn insert(&mut self, version: &CertificateVersion) -> Result<(), StoreError> {
        let row = VersionRow::from(version);
        let inserted = diesel::insert_into(certificate_versions::table).values(row).execute(self.conn);
        self.check_references(inserted, &references(version)).map(drop)
    }

    fn insert_all(&mut self, versions: &[CertificateVersion]) -> Result<(), StoreError> {
        for some in versions.chunks(CHUNK) {
            let rows: Vec<_> = some.iter().map(VersionRow::from).collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(certificate_versions::table)
                .values(&rows)
                .execute(conn));
            let references: Vec<_> = some.iter().flat_map(references).collect();
            self.check_references(inserted, &references)?;
        }
        Ok(())
    }
}
