//! Managed certificates.

use crate::audit::{EventStream, ExportFormat};
use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::certificate::{
    Certificate, CertificateRequest, CertificateVersion, DeployAccepted, DeployRequest, DeploymentList,
    RenewAccepted, RenewRequest, TargetsRequest,
};
use certctl_api_types::export::{PemExport, Pkcs12Request};
use certctl_api_types::import::{ImportBatchRequest, ImportBatchResult, ImportRequest};
use certctl_api_types::renewal::{Explanation, PauseRequest};
use certctl_api_types::revocation::{RevocationList, RevocationPreview, RevokeRequest, RevokeResult};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::{CertificateId, TargetId, VersionId};

/// `/certificates`.
#[derive(Debug, Clone, Copy)]
pub struct Certificates<'c>(pub(crate) &'c Client);

impl Certificates<'_> {
    /// One page of the inventory.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Certificate>, ClientError> {
        self.0.get(&["certificates"]).list(query).send().await
    }

    /// Every certificate that the filters of `query` let pass, however many there are.
    pub async fn export(&self, format: ExportFormat, query: &ListQuery) -> Result<EventStream, ClientError> {
        self.0
            .get(&["certificates", "export"])
            .query("format", format.as_str())
            .list(query)
            .once()
            .stream()
            .await
    }

    /// One certificate.
    pub async fn get(&self, id: &CertificateId) -> Result<Certificate, ClientError> {
        self.0.get(&["certificates", id.as_str()]).send().await
    }

    /// One certificate with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &CertificateId) -> Result<Tagged<Certificate>, ClientError> {
        self.0.get(&["certificates", id.as_str()]).send_tagged().await
    }

    /// Adds a certificate.
    pub async fn create(&self, request: &CertificateRequest) -> Result<Certificate, ClientError> {
        self.0.post(&["certificates"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &CertificateId,
        request: &CertificateRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Certificate>, ClientError> {
        self.0.put(&["certificates", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &CertificateId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Certificate>, ClientError> {
        self.0.patch(&["certificates", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Archives a certificate.
    pub async fn archive(&self, id: &CertificateId) -> Result<(), ClientError> {
        self.0.delete(&["certificates", id.as_str()]).send_unit().await
    }

    /// Takes an archived certificate back into service.
    pub async fn unarchive(&self, id: &CertificateId) -> Result<Certificate, ClientError> {
        self.0.post(&["certificates", id.as_str(), "unarchive"]).send().await
    }

    /// One issued version, with its PEM.
    pub async fn version(
        &self,
        id: &CertificateId,
        version: &VersionId,
    ) -> Result<CertificateVersion, ClientError> {
        self.0.get(&["certificates", id.as_str(), "versions", version.as_str()]).send().await
    }

    /// The newest version as PEM, leaf and chain.
    pub async fn export_pem(&self, id: &CertificateId) -> Result<PemExport, ClientError> {
        self.0.get(&["certificates", id.as_str(), "export", "pem"]).send().await
    }

    /// The newest version as a PKCS#12 trust store.
    pub async fn export_pkcs12(
        &self,
        id: &CertificateId,
        request: &Pkcs12Request,
    ) -> Result<Vec<u8>, ClientError> {
        self.0.post(&["certificates", id.as_str(), "export", "pkcs12"]).json(request).send_bytes().await
    }

    /// Takes a certificate of another issuer into the inventory.
    pub async fn import(&self, request: &ImportRequest) -> Result<Certificate, ClientError> {
        self.0.post(&["certificates", "import"]).json(request).send().await
    }

    /// The same for many at once.
    pub async fn import_batch(&self, request: &ImportBatchRequest) -> Result<ImportBatchResult, ClientError> {
        self.0.post(&["certificates", "import-batch"]).json(request).send().await
    }

    /// What was issued for it, newest first; with the filter `include=pem` also chains and requests.
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
        self.renew_with(id, &RenewRequest { force, ..RenewRequest::default() }).await
    }

    /// Queues an issuance as `request` wants it.
    pub async fn renew_with(
        &self,
        id: &CertificateId,
        request: &RenewRequest,
    ) -> Result<RenewAccepted, ClientError> {
        self.0.post(&["certificates", id.as_str(), "renew"]).json(request).send().await
    }

    /// What happens to it next, and why.
    pub async fn explain(&self, id: &CertificateId) -> Result<Explanation, ClientError> {
        self.0.get(&["certificates", id.as_str(), "explain"]).send().await
    }

    /// Stops everything automatic, for a reason.
    pub async fn pause(
        &self,
        id: &CertificateId,
        reason: impl Into<String>,
    ) -> Result<Certificate, ClientError> {
        let request = PauseRequest { reason: reason.into() };
        self.0.post(&["certificates", id.as_str(), "pause"]).json(&request).send().await
    }

    /// Lets a paused certificate be renewed again.
    pub async fn unpause(&self, id: &CertificateId) -> Result<Certificate, ClientError> {
        self.0.post(&["certificates", id.as_str(), "unpause"]).send().await
    }

    /// Revokes its leaves.
    pub async fn revoke(
        &self,
        id: &CertificateId,
        request: &RevokeRequest,
    ) -> Result<RevokeResult, ClientError> {
        self.0.post(&["certificates", id.as_str(), "revoke"]).json(request).send().await
    }

    /// What [`revoke`](Self::revoke) would do.
    pub async fn preview_revocation(
        &self,
        id: &CertificateId,
        request: &RevokeRequest,
    ) -> Result<RevocationPreview, ClientError> {
        let call = self.0.post(&["certificates", id.as_str(), "revoke"]).query("dry_run", "true");
        call.json(request).send().await
    }

    /// Ends the hold of its leaves.
    pub async fn unhold(&self, id: &CertificateId) -> Result<RevokeResult, ClientError> {
        self.0.post(&["certificates", id.as_str(), "unhold"]).send().await
    }

    /// The revocations of its leaves, and whether the CA knows of them.
    pub async fn revocations(&self, id: &CertificateId) -> Result<RevocationList, ClientError> {
        self.0.get(&["certificates", id.as_str(), "revocations"]).send().await
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
