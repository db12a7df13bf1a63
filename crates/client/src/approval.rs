//! Approval requests.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::approval::{ApprovalRequest, Decided, DecisionRequest};
use certctl_domain::id::ApprovalRequestId;

/// `/approvals`.
#[derive(Debug, Clone, Copy)]
pub struct Approvals<'c>(pub(crate) &'c Client);

impl Approvals<'_> {
    /// One page of the requests. Filters: `state`, `certificate_id`, `requested_by`.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<ApprovalRequest>, ClientError> {
        self.0.get(&["approvals"]).list(query).send().await
    }

    /// One request.
    pub async fn get(&self, id: &ApprovalRequestId) -> Result<ApprovalRequest, ClientError> {
        self.0.get(&["approvals", id.as_str()]).send().await
    }

    /// Lets the job go on.
    pub async fn approve(
        &self,
        id: &ApprovalRequestId,
        note: Option<String>,
    ) -> Result<Decided, ClientError> {
        self.0.post(&["approvals", id.as_str(), "approve"]).json(&DecisionRequest { note }).send().await
    }

    /// Cancels the job.
    pub async fn reject(&self, id: &ApprovalRequestId, note: Option<String>) -> Result<Decided, ClientError> {
        self.0.post(&["approvals", id.as_str(), "reject"]).json(&DecisionRequest { note }).send().await
    }
}
