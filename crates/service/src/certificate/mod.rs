//! Managed certificates: inventory, mappings, renew and deploy.

mod actions;
mod archive;
mod queries;
mod spec;
mod targets;
mod write;

pub(crate) use actions::renew;
pub(crate) use spec::{check, unchanged};
pub(crate) use write::{change, check_references, new_row};

use crate::failure::Failure;
use crate::policy::PolicyGate;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::certificate::Certificate;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::{CertificateId, TargetId, VersionId};
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use certctl_repository::Tx;
use certctl_service_api::certificate::{
    CertificateQuery, CertificateService, CertificateSpec, CertificateView, QueuedDeployment, QueuedIssuance,
    RenewOptions,
};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use std::sync::Arc;

/// Use cases of managed certificates.
#[derive(Debug)]
pub struct Certificates {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    gate: PolicyGate,
}

impl Certificates {
    /// Over a store, waking workers and agents when there is work.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups, gate: PolicyGate::open() }
    }

    /// Refuses what breaks the compliance rules of `gate`.
    #[must_use]
    pub fn guarded(self, gate: PolicyGate) -> Self {
        Self { gate, ..self }
    }
}

/// The row of a certificate, or the error that says it does not exist.
pub(crate) fn get(tx: &mut dyn Tx, id: &CertificateId) -> Result<Certificate, Failure> {
    tx.certificates().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("certificate", id)))
}

/// The view of a row at `now`.
pub(crate) fn view(
    tx: &mut dyn Tx,
    certificate: Certificate,
    now: Timestamp,
) -> Result<CertificateView, Failure> {
    let target_ids = tx
        .deployments()
        .target_ids(std::slice::from_ref(&certificate.id))?
        .remove(&certificate.id)
        .unwrap_or_default();
    Ok(CertificateView { status: certificate.status_at(now), target_ids, certificate })
}

#[async_trait]
impl CertificateService for Certificates {
    async fn list(
        &self,
        who: &Actor,
        query: CertificateQuery,
        page: ListRequest,
    ) -> Result<Listing<CertificateView>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.list_page(query, page).await
    }

    async fn get(&self, who: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let (id, now) = (id.clone(), self.base.clock.now());
        let found = self.base.store.read("certificate.get", move |tx| {
            let certificate = get(tx, &id)?;
            view(tx, certificate, now)
        });
        Ok(found.await?)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<CertificateId>,
        spec: CertificateSpec,
    ) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateWrite)?;
        self.insert(who, id, spec).await
    }

    async fn change(
        &self,
        who: &Actor,
        id: &CertificateId,
        edit: Edit<CertificateView, CertificateSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateWrite)?;
        self.update(who, id, edit, revision).await
    }

    async fn archive(&self, who: &Actor, id: &CertificateId) -> Result<(), ServiceError> {
        who.require(Permission::CertificateWrite)?;
        self.put_away(who, id).await
    }

    async fn unarchive(&self, who: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateWrite)?;
        self.take_back(who, id).await
    }

    async fn set_targets(
        &self,
        who: &Actor,
        id: &CertificateId,
        targets: Vec<TargetId>,
    ) -> Result<CertificateView, ServiceError> {
        who.require(Permission::CertificateWrite)?;
        self.replace_targets(who, id, targets).await
    }

    async fn versions(
        &self,
        who: &Actor,
        id: &CertificateId,
        page: ListRequest,
    ) -> Result<Listing<CertificateVersion>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.list_versions(id, page).await
    }

    async fn version(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: &VersionId,
    ) -> Result<CertificateVersion, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.one_version(id, version).await
    }

    async fn deployments(
        &self,
        who: &Actor,
        id: &CertificateId,
    ) -> Result<Vec<(TargetMapping, Target)>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        let found = self.base.store.read("certificate.deployments", move |tx| {
            get(tx, &id)?;
            Ok::<_, Failure>(tx.deployments().of_certificate(&id)?)
        });
        Ok(found.await?)
    }

    async fn renew(
        &self,
        who: &Actor,
        id: &CertificateId,
        options: RenewOptions,
    ) -> Result<Vec<QueuedIssuance>, ServiceError> {
        who.require(Permission::CertificateRenew)?;
        self.queue_issuance(who, id, options).await
    }

    async fn deploy(
        &self,
        who: &Actor,
        id: &CertificateId,
        target: Option<TargetId>,
    ) -> Result<Vec<QueuedDeployment>, ServiceError> {
        who.require(Permission::CertificateDeploy)?;
        self.queue_deployments(who, id, target).await
    }
}
