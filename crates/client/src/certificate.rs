//! Managed certificates.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::certificate::{
    Certificate, CertificateRequest, CertificateVersion, DeployAccepted, DeployRequest, DeploymentList,
    RenewAccepted, RenewRequest, TargetsRequest,
};
use certctl_domain::id::{CertificateId, TargetId};

/// `/certificates`.
#[derive(Debug, Clone, Copy)]
pub struct Certificates<'c>(pub(crate) &'c Client);

impl Certificates<'_> {
    /// One page of the inventory.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Certificate>, ClientError> {
        self.0.get(&["certificates"]).list(query).send().await
    }

    /// One certificate.
    pub async fn get(&self, id: &CertificateId) -> Result<Certificate, ClientError> {
        self.0.get(&["certificates", id.as_str()]).send().await
    }

    /// Adds a certificate.
    pub async fn create(&self, request: &CertificateRequest) -> Result<Certificate, ClientError> {
        self.0.post(&["certificates"]).json(request).send().await
    }

    /// Replaces the description of a certificate.
    pub async fn replace(
        &self,
        id: &CertificateId,
        request: &CertificateRequest,
    ) -> Result<Certificate, ClientError> {
        self.0.put(&["certificates", id.as_str()]).json(request).send().await
    }

    /// Archives a certificate.
    pub async fn archive(&self, id: &CertificateId) -> Result<(), ClientError> {
        self.0.delete(&["certificates", id.as_str()]).send_unit().await
    }

    /// What was issued for it, newest first.
    pub async fn versions(
        &self,
        id: &CertificateId,
        query: &ListQuery,
    ) -> Result<Page<CertificateVersion>, ClientError> {
        self.0.get(&["certificates", id.as_str(), "versions"]).list(query).send().await
    }

    /// Its state on each target.
    pub async fn deployments(&self, id: &CertificateId) -> Result<DeploymentList, ClientError> {
        self.0.get(&["certificates", id.as_str(), "deployments"]).send().await
    }

    /// Replaces the set of targets it is deployed to.
    pub async fn set_targets(
        &self,
        id: &CertificateId,
        targets: Vec<TargetId>,
    ) -> Result<Certificate, ClientError> {
        let request = TargetsRequest { target_ids: targets };
        self.0.put(&["certificates", id.as_str(), "targets"]).json(&request).send().await
    }

    /// Queues an issuance. `force` cancels one that is under way and starts again.
    pub async fn renew(&self, id: &CertificateId, force: bool) -> Result<RenewAccepted, ClientError> {
        self.0.post(&["certificates", id.as_str(), "renew"]).json(&RenewRequest { force }).send().await
    }

    /// Queues deployments of the current version, to one target or to all mapped ones.
    pub async fn deploy(
        &self,
        id: &CertificateId,
        target: Option<TargetId>,
    ) -> Result<DeployAccepted, ClientError> {
        let request = DeployRequest { target_id: target };
        self.0.post(&["certificates", id.as_str(), "deploy"]).json(&request).send().await
    }
}
