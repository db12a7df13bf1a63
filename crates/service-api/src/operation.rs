//! Operations: one action on many certificates, done item by item in the background.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{AgentId, CertificateId, IssuerId, JobId, OperationId, OwnerId, ProfileId, TeamId};
use certctl_domain::operation::{ItemState, Operation, OperationItem, OperationState};
use serde_json::{Map, Value};
use std::time::Duration;

/// Queues an issuance for each certificate.
pub const BULK_RENEW: &str = "bulk_renew";
/// Gives each certificate another owner, and perhaps team. Parameters `owner_id`, `team_id`.
pub const BULK_REASSIGN: &str = "bulk_reassign";
/// Revokes each certificate. Parameters `reason`, `invalidity_date`.
pub const BULK_REVOKE: &str = "bulk_revoke";

/// Which certificates are meant: those that match every criterion, and, when ids are named, only
/// these. Archived ones are meant only when named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Named certificates.
    pub certificate_ids: Vec<CertificateId>,
    /// Profile.
    pub profile_id: Option<ProfileId>,
    /// Owner.
    pub owner_id: Option<OwnerId>,
    /// Mapped to a target of this agent.
    pub agent_id: Option<AgentId>,
    /// Issuer.
    pub issuer_id: Option<IssuerId>,
    /// Team.
    pub team_id: Option<TeamId>,
}

impl Selection {
    /// Whether anything but ids restricts.
    pub const fn has_criteria(&self) -> bool {
        self.profile_id.is_some()
            || self.owner_id.is_some()
            || self.agent_id.is_some()
            || self.issuer_id.is_some()
            || self.team_id.is_some()
    }
}

/// What an operation should do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationSpec {
    /// Name of the action, for example [`BULK_RENEW`].
    pub kind: &'static str,
    /// Certificates.
    pub selection: Selection,
    /// What the action takes.
    pub parameters: Map<String, Value>,
    /// Try each item out and undo it.
    pub dry_run: bool,
    /// Refuse (`count_mismatch`) unless exactly so many certificates match.
    pub expected_count: Option<u64>,
}

/// A job that an operation queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnqueuedJob {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Job.
    pub job_id: JobId,
}

/// An operation as users see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationView {
    /// The row.
    pub operation: Operation,
    /// What its kind calls the items that are done, for example `total_enqueued`.
    pub done_name: &'static str,
    /// Jobs of its first items that are done; empty in lists.
    pub jobs: Vec<EnqueuedJob>,
    /// Its first items that failed; empty in lists.
    pub errors: Vec<OperationItem>,
}

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationQuery {
    /// Name of the action.
    pub kind: Option<String>,
    /// How far they are.
    pub state: Option<OperationState>,
}

/// Use cases of operations.
#[async_trait]
pub trait OperationService: Send + Sync {
    /// Fixes the set of certificates and has the action done on each.
    async fn start(&self, who: &Actor, spec: OperationSpec) -> Result<OperationView, ServiceError>;
    /// One page.
    async fn list(
        &self,
        who: &Actor,
        query: OperationQuery,
        page: ListRequest,
    ) -> Result<Listing<OperationView>, ServiceError>;
    /// One operation, once it has ended or `wait` is over.
    async fn get(&self, who: &Actor, id: &OperationId, wait: Duration)
    -> Result<OperationView, ServiceError>;
    /// One page of its certificates, by id.
    async fn items(
        &self,
        who: &Actor,
        id: &OperationId,
        state: Option<ItemState>,
        page: ListRequest,
    ) -> Result<Listing<OperationItem>, ServiceError>;
    /// Halts it before its next items.
    async fn pause(&self, who: &Actor, id: &OperationId) -> Result<OperationView, ServiceError>;
    /// Lets it go on where it was.
    async fn resume(&self, who: &Actor, id: &OperationId) -> Result<OperationView, ServiceError>;
    /// Stops it before its next item. What was done stays done.
    async fn cancel(&self, who: &Actor, id: &OperationId) -> Result<OperationView, ServiceError>;
}
