//! Approval requests.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::id::{ApprovalRequestId, CertificateId, JobId};

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalQuery {
    /// State.
    pub state: Option<ApprovalState>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Name of the requester.
    pub requested_by: Option<String>,
}

/// Which request is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalOf {
    /// The request with this id.
    Request(ApprovalRequestId),
    /// The request of this job.
    Job(JobId),
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The job goes on.
    Approve,
    /// The job is cancelled.
    Reject,
}

/// Use cases of approval requests.
#[async_trait]
pub trait ApprovalService: Send + Sync {
    /// One page, newest first.
    async fn list(
        &self,
        who: &Actor,
        query: ApprovalQuery,
        page: ListRequest,
    ) -> Result<Listing<ApprovalRequest>, ServiceError>;
    /// One request.
    async fn get(&self, who: &Actor, id: &ApprovalRequestId) -> Result<ApprovalRequest, ServiceError>;
    /// Decides a pending request. Refuses the person who asked, whatever key is used.
    async fn decide(
        &self,
        who: &Actor,
        of: ApprovalOf,
        decision: Decision,
        note: Option<String>,
    ) -> Result<ApprovalRequest, ServiceError>;
}
