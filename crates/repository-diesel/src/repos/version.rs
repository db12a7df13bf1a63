//! Issued versions.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{IntoDomain, VersionRow, parse_ids};
use crate::schema::{certificate_versions, managed_certificates};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, VersionId};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{Page, PageRequest, StoreError, VersionRepo};
use diesel::prelude::*;
use std::collections::HashMap;

impl DieselTx<'_> {
    fn latest_version(
        &mut self,
        certificate: &CertificateId,
        holder: Option<&str>,
    ) -> Result<Option<CertificateVersion>, StoreError> {
        let mut query = certificate_versions::table
            .filter(certificate_versions::certificate_id.eq(certificate.as_str()))
            .into_boxed::<MultiBackend>();
        query = match holder {
            Some(agent) => query.filter(certificate_versions::agent_id.eq(agent)),
            None => query.filter(certificate_versions::agent_id.is_null()),
        };
        let row = query
            .order((certificate_versions::created_at.desc(), certificate_versions::id.desc()))
            .select(VersionRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(VersionRow::into_domain).transpose()
    }
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

    fn latest_of_agent(
        &mut self,
        certificate: &CertificateId,
        agent: &AgentId,
    ) -> Result<Option<CertificateVersion>, StoreError> {
        self.latest_version(certificate, Some(agent.as_str()))
    }

    /// One query per holder: a certificate has few of them and may have many versions.
    fn latest_per_agent(
        &mut self,
        certificate: &CertificateId,
    ) -> Result<Vec<CertificateVersion>, StoreError> {
        let holders = certificate_versions::table
            .filter(certificate_versions::certificate_id.eq(certificate.as_str()))
            .select(certificate_versions::agent_id)
            .distinct()
            .load::<Option<String>>(self.conn);
        let mut latest = Vec::new();
        for holder in self.check(holders)? {
            latest.extend(self.latest_version(certificate, holder.as_deref())?);
        }
        Ok(latest)
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
        let references = [
            (Reference::VERSION_CERTIFICATE, Some(version.certificate_id.as_str())),
            (Reference::VERSION_ISSUER, Some(version.issuer_id.as_str())),
            (Reference::VERSION_AGENT, version.agent_id.as_ref().map(AgentId::as_str)),
        ];
        self.check_references(inserted, &references).map(drop)
    }
}
