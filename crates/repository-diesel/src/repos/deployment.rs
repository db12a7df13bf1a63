//! Certificate↔target mappings.

use crate::constraints::Reference;
use crate::prepared::Preparable;
use crate::rows::{IntoDomain, MappingRow, TargetRow, domain_values, parse_ids};
use crate::schema::{
    certificate_target_mappings, certificate_versions, deployment_targets, jobs, managed_certificates,
};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::id::{CertificateId, TargetId, VersionId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::target::Target;
use certctl_repository::{DeploymentRepo, StoreError, exactly_one};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Ids in one `IN` list; SQLite binds each of them.
const CHUNK: usize = 500;

fn references(mapping: &TargetMapping) -> [(Reference, Option<&str>); 3] {
    [
        (Reference::DEPLOYMENT_CERTIFICATE, Some(mapping.certificate_id.as_str())),
        (Reference::DEPLOYMENT_TARGET, Some(mapping.target_id.as_str())),
        (Reference::DEPLOYMENT_VERSION, mapping.deployed_version_id.as_ref().map(VersionId::as_str)),
    ]
}

impl DeploymentRepo for DieselTx<'_> {
    fn find(
        &mut self,
        certificate: &CertificateId,
        target: &TargetId,
    ) -> Result<Option<TargetMapping>, StoreError> {
        let row = certificate_target_mappings::table
            .find((certificate.as_str(), target.as_str()))
            .select(MappingRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(MappingRow::into_domain).transpose()
    }

    fn of_certificate(
        &mut self,
        certificate: &CertificateId,
    ) -> Result<Vec<(TargetMapping, Target)>, StoreError> {
        let of_target = deployment_targets::id.eq(certificate_target_mappings::target_id);
        let rows = certificate_target_mappings::table
            .inner_join(deployment_targets::table.on(of_target))
            .filter(certificate_target_mappings::certificate_id.eq(certificate.as_str()))
            .order(certificate_target_mappings::target_id)
            .select((MappingRow::as_select(), TargetRow::as_select()))
            .load::<(MappingRow, TargetRow)>(self.conn);
        let rows = self.check(rows)?;
        rows.into_iter()
            .map(|(mapping, target)| Ok((mapping.into_domain()?, target.into_domain()?)))
            .collect()
    }

    fn target_ids(
        &mut self,
        certificates: &[CertificateId],
    ) -> Result<BTreeMap<CertificateId, Vec<TargetId>>, StoreError> {
        let mut found: BTreeMap<CertificateId, Vec<TargetId>> = BTreeMap::new();
        for chunk in certificates.chunks(CHUNK) {
            let wanted: Vec<&str> = chunk.iter().map(CertificateId::as_str).collect();
            let pairs = certificate_target_mappings::table
                .filter(certificate_target_mappings::certificate_id.eq_any(wanted))
                .order(certificate_target_mappings::target_id)
                .select((certificate_target_mappings::certificate_id, certificate_target_mappings::target_id))
                .load::<(String, String)>(self.conn);
            let (certificate_ids, target_ids): (Vec<_>, Vec<_>) = self.check(pairs)?.into_iter().unzip();
            let certificate_ids: Vec<CertificateId> =
                parse_ids("certificate_target_mappings", &certificate_ids)?;
            let target_ids: Vec<TargetId> = parse_ids("certificate_target_mappings", &target_ids)?;
            for (certificate, target) in certificate_ids.into_iter().zip(target_ids) {
                found.entry(certificate).or_default().push(target);
            }
        }
        Ok(found)
    }

    fn certificates_of(&mut self, target: &TargetId) -> Result<Vec<CertificateId>, StoreError> {
        let ids = certificate_target_mappings::table
            .filter(certificate_target_mappings::target_id.eq(target.as_str()))
            .order(certificate_target_mappings::certificate_id)
            .select(certificate_target_mappings::certificate_id)
            .load::<String>(self.conn);
        parse_ids("certificate_target_mappings", &self.check(ids)?)
    }

    fn unserved_since(&mut self, before: Timestamp, limit: u32) -> Result<Vec<TargetMapping>, StoreError> {
        let unserved = [DeploymentStatus::Pending.as_str(), DeploymentStatus::Failed.as_str()];
        let ended = [CertificateStatus::Revoked.as_str(), CertificateStatus::Archived.as_str()];
        let of_certificate = managed_certificates::id.eq(certificate_target_mappings::certificate_id);
        let under_way = jobs::table
            .filter(jobs::certificate_id.eq(certificate_target_mappings::certificate_id.nullable()))
            .filter(jobs::target_id.eq(certificate_target_mappings::target_id.nullable()))
            .filter(jobs::kind.eq(JobKind::Deployment.as_str()))
            .filter(jobs::completed_at.is_null());
        let newer = certificate_versions::table
            .filter(certificate_versions::certificate_id.eq(certificate_target_mappings::certificate_id))
            .filter(certificate_versions::agent_id.eq(jobs::agent_id))
            .filter(certificate_versions::created_at.nullable().gt(jobs::completed_at));
        let stopped = jobs::table
            .filter(jobs::id.nullable().eq(certificate_target_mappings::last_job_id))
            .filter(jobs::status.eq(JobStatus::Cancelled.as_str()))
            // What was archived with its certificate is merely pending.
            .filter(certificate_target_mappings::status.eq(DeploymentStatus::Failed.as_str()))
            .filter(not(exists(newer)));
        let rows = certificate_target_mappings::table
            .inner_join(managed_certificates::table.on(of_certificate))
            .filter(not(exists(stopped)))
            .filter(certificate_target_mappings::status.eq_any(unserved))
            .filter(certificate_target_mappings::updated_at.lt(DbTime::from(before)))
            .filter(managed_certificates::expires_at.is_not_null())
            .filter(managed_certificates::status.ne_all(ended))
            .filter(not(exists(under_way)))
            .order((
                certificate_target_mappings::updated_at,
                certificate_target_mappings::certificate_id,
                certificate_target_mappings::target_id,
            ))
            .limit(limit.into())
            .select(MappingRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, mapping: &TargetMapping) -> Result<(), StoreError> {
        let row = MappingRow::from(mapping);
        let inserted = diesel::insert_into(certificate_target_mappings::table).values(row).execute(self.conn);
        self.check_references(inserted, &references(mapping)).map(drop)
    }

    fn update(&mut self, mapping: &TargetMapping) -> Result<(), StoreError> {
        let stored = certificate_target_mappings::table
            .find((mapping.certificate_id.as_str(), mapping.target_id.as_str()));
        let updated = diesel::update(stored).set(MappingRow::from(mapping)).prepared().execute(self.conn);
        exactly_one(self.check_references(updated, &references(mapping))?)
    }

    fn delete(&mut self, certificate: &CertificateId, target: &TargetId) -> Result<bool, StoreError> {
        let stored = certificate_target_mappings::table.find((certificate.as_str(), target.as_str()));
        let deleted = diesel::delete(stored).execute(self.conn);
        Ok(self.check_delete(deleted)? == 1)
    }
}
