//! Certificates in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::{CertificateId, TargetId, VersionId};
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use certctl_service_api::certificate::{
    CertificateQuery, CertificateService, CertificateSpec, CertificateView, QueuedDeployment, QueuedIssuance,
    RenewOptions,
};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `mc-1`, `mc-2` and `mc-3`. An issuance of `mc-2` is under way.
pub(crate) struct Certificates {
    rows: Mutex<Vec<CertificateView>>,
    /// What the last list call asked for.
    pub(crate) asked: Mutex<Option<CertificateQuery>>,
}

impl Default for Certificates {
    fn default() -> Self {
        let rows = ["mc-1", "mc-2", "mc-3"].map(sample::certificate).to_vec();
        Self { rows: Mutex::new(rows), asked: Mutex::default() }
    }
}

impl Certificates {
    fn alter(
        &self,
        id: &CertificateId,
        change: impl FnOnce(&mut CertificateView) -> Result<(), ServiceError>,
    ) -> Result<CertificateView, ServiceError> {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.iter_mut().find(|row| is(row, id));
        let row = row.ok_or_else(|| ServiceError::not_found("certificate", id))?;
        change(row)?;
        row.certificate.revision += 1;
        Ok(row.clone())
    }

    fn view(&self, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        let rows = self.rows.lock().unwrap();
        let row = rows.iter().find(|row| is(row, id));
        row.cloned().ok_or_else(|| ServiceError::not_found("certificate", id))
    }
}

/// `mc-1` is also `sample-1`, by which the walk knows every object.
fn is(row: &CertificateView, id: &CertificateId) -> bool {
    row.certificate.id == *id || (id.as_str() == "sample-1" && row.certificate.id.as_str() == "mc-1")
}

fn set(row: &mut CertificateView, spec: CertificateSpec) -> Result<(), ServiceError> {
    if spec.owner_id.as_str() == "o-missing" {
        return Err(ServiceError::unprocessable(
            "owner_id",
            "unknown_reference",
            "owner o-missing does not exist",
        ));
    }
    row.certificate.name = spec.name;
    row.certificate.common_name = spec.common_name;
    row.certificate.environment = spec.environment;
    row.certificate.tags = spec.tags;
    row.target_ids = spec.target_ids.unwrap_or_else(|| row.target_ids.clone());
    Ok(())
}

#[async_trait]
impl CertificateService for Certificates {
    async fn list(
        &self,
        _: &Actor,
        query: CertificateQuery,
        page: ListRequest,
    ) -> Result<Listing<CertificateView>, ServiceError> {
        let status = query.status;
        *self.asked.lock().unwrap() = Some(query);
        let rows = self.rows.lock().unwrap();
        let rows: Vec<_> =
            rows.iter().filter(|row| status.is_none_or(|s| s == row.status)).cloned().collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        self.view(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<CertificateId>,
        spec: CertificateSpec,
    ) -> Result<CertificateView, ServiceError> {
        let mut rows = self.rows.lock().unwrap();
        if rows.iter().any(|row| row.certificate.name == spec.name) {
            let message = format!("a certificate named {} exists already; choose another name", spec.name);
            return Err(ServiceError::conflict(ConflictCode::AlreadyExists, message));
        }
        let mut row = sample::certificate(id.as_ref().map_or("mc-new", CertificateId::as_str));
        row.status = CertificateStatus::Pending;
        row.certificate.revision = 1;
        set(&mut row, spec)?;
        rows.push(row.clone());
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &CertificateId,
        edit: Edit<CertificateView, CertificateSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateView, ServiceError> {
        self.alter(id, |row| {
            if revision.is_some_and(|revision| revision != row.certificate.revision) {
                let message = "the certificate changed since it was read; read it again";
                return Err(ServiceError::conflict(ConflictCode::Stale, message));
            }
            let spec = edit(row)?;
            set(row, spec)
        })
    }

    async fn archive(&self, _: &Actor, id: &CertificateId) -> Result<(), ServiceError> {
        let archive = |row: &mut CertificateView| {
            if row.status == CertificateStatus::Archived {
                return Err(ServiceError::conflict(
                    ConflictCode::InvalidState,
                    "the certificate is archived",
                ));
            }
            row.status = CertificateStatus::Archived;
            Ok(())
        };
        self.alter(id, archive).map(drop)
    }

    async fn unarchive(&self, _: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        self.alter(id, |row| {
            if row.status != CertificateStatus::Archived {
                return Err(ServiceError::conflict(ConflictCode::InvalidState, "it is not archived"));
            }
            row.status = CertificateStatus::Active;
            Ok(())
        })
    }

    async fn set_targets(
        &self,
        _: &Actor,
        id: &CertificateId,
        targets: Vec<TargetId>,
    ) -> Result<CertificateView, ServiceError> {
        self.alter(id, |row| {
            row.target_ids = targets;
            Ok(())
        })
    }

    async fn versions(
        &self,
        _: &Actor,
        id: &CertificateId,
        page: ListRequest,
    ) -> Result<Listing<CertificateVersion>, ServiceError> {
        self.view(id)?;
        page_of(&[sample::version()], &page)
    }

    async fn version(
        &self,
        _: &Actor,
        id: &CertificateId,
        version: &VersionId,
    ) -> Result<CertificateVersion, ServiceError> {
        self.view(id)?;
        let known = sample::version();
        if known.id == *version {
            return Ok(known);
        }
        Err(ServiceError::not_found("certificate version", version))
    }

    async fn deployments(
        &self,
        _: &Actor,
        id: &CertificateId,
    ) -> Result<Vec<(TargetMapping, Target)>, ServiceError> {
        self.view(id)?;
        Ok(vec![sample::mapping()])
    }

    async fn renew(
        &self,
        _: &Actor,
        id: &CertificateId,
        options: RenewOptions,
    ) -> Result<Vec<QueuedIssuance>, ServiceError> {
        self.view(id)?;
        if id.as_str() == "mc-2" && !options.force {
            let message = "job job-9 is renewing certificate mc-2; wait for it, or renew with force";
            return Err(ServiceError::conflict(ConflictCode::AlreadyRenewing, message));
        }
        let queued = |job, agent| QueuedIssuance { job_id: sample::id(job), agent_id: sample::id(agent) };
        Ok(vec![queued("job-10", "agent-1"), queued("job-11", "agent-2")])
    }

    async fn deploy(
        &self,
        _: &Actor,
        id: &CertificateId,
        target: Option<TargetId>,
    ) -> Result<Vec<QueuedDeployment>, ServiceError> {
        let row = self.view(id)?;
        let wanted = target.map_or(row.target_ids, |target| vec![target]);
        Ok(wanted
            .into_iter()
            .map(|target_id| QueuedDeployment { job_id: sample::id("job-20"), target_id })
            .collect())
    }
}
