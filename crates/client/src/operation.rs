//! Actions on many certificates.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::operation::{
    BulkReassignRequest, BulkRenewRequest, BulkRevokeRequest, Operation, OperationItem,
};
use certctl_domain::id::OperationId;
use std::time::Duration;

/// How much longer than the server's wait an answer may take.
const SLACK: Duration = Duration::from_secs(10);

/// `/operations`, and what begins them.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'c>(pub(crate) &'c Client);

impl Operations<'_> {
    /// Renews many certificates.
    pub async fn bulk_renew(&self, request: &BulkRenewRequest) -> Result<Operation, ClientError> {
        self.0.post(&["certificates", "bulk-renew"]).json(request).send().await
    }

    /// Revokes many certificates.
    pub async fn bulk_revoke(&self, request: &BulkRevokeRequest) -> Result<Operation, ClientError> {
        self.0.post(&["certificates", "bulk-revoke"]).json(request).send().await
    }

    /// Gives many certificates another owner.
    pub async fn bulk_reassign(&self, request: &BulkReassignRequest) -> Result<Operation, ClientError> {
        self.0.post(&["certificates", "bulk-reassign"]).json(request).send().await
    }

    /// One page of the operations.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Operation>, ClientError> {
        self.0.get(&["operations"]).list(query).send().await
    }

    /// One operation.
    pub async fn get(&self, id: &OperationId) -> Result<Operation, ClientError> {
        self.0.get(&["operations", id.as_str()]).send().await
    }

    /// One operation, once it has ended or `wait`, at most a minute, is over.
    pub async fn wait(&self, id: &OperationId, wait: Duration) -> Result<Operation, ClientError> {
        let call = self.0.get(&["operations", id.as_str()]).query("wait", &format!("{}s", wait.as_secs()));
        call.timeout(wait + SLACK).send().await
    }

    /// One page of its certificates.
    pub async fn items(
        &self,
        id: &OperationId,
        query: &ListQuery,
    ) -> Result<Page<OperationItem>, ClientError> {
        self.0.get(&["operations", id.as_str(), "items"]).list(query).send().await
    }

    /// Halts it before its next certificates.
    pub async fn pause(&self, id: &OperationId) -> Result<Operation, ClientError> {
        self.0.post(&["operations", id.as_str(), "pause"]).send().await
    }

    /// Lets it go on where it was.
    pub async fn resume(&self, id: &OperationId) -> Result<Operation, ClientError> {
        self.0.post(&["operations", id.as_str(), "resume"]).send().await
    }

    /// Stops it before its next certificate.
    pub async fn cancel(&self, id: &OperationId) -> Result<Operation, ClientError> {
        self.0.post(&["operations", id.as_str(), "cancel"]).send().await
    }
}
