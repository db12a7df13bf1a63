//! Targets.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{AgentId, JobId, TargetId};
use certctl_domain::target::{Target, TargetKind};

/// What a client may set.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetSpec {
    /// Name, 1 to 255 characters, unique per agent.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Agent that deploys to it.
    pub agent_id: AgentId,
    /// Configuration; secrets may read `{"set":true}` to keep the stored value.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// Whether certificates are deployed to it.
    pub enabled: bool,
}

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetQuery {
    /// Agent.
    pub agent_id: Option<AgentId>,
    /// Kind.
    pub kind: Option<TargetKind>,
    /// Retired targets too.
    pub include_retired: bool,
}

/// Use cases of targets.
#[async_trait]
pub trait TargetService: Send + Sync {
    /// One page.
    async fn list(
        &self,
        who: &Actor,
        query: TargetQuery,
        page: ListRequest,
    ) -> Result<Listing<Target>, ServiceError>;
    /// One target; secrets are masked.
    async fn get(&self, who: &Actor, id: &TargetId) -> Result<Target, ServiceError>;
    /// Adds a target after its configuration has been checked.
    async fn create(
        &self,
        who: &Actor,
        id: Option<TargetId>,
        spec: TargetSpec,
    ) -> Result<Target, ServiceError>;
    /// Changes a target; secrets read `{"set":true}` in what `edit` sees. With `revision`, only if
    /// the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &TargetId,
        edit: Edit<Target, TargetSpec>,
        revision: Option<i64>,
    ) -> Result<Target, ServiceError>;
    /// Removes a target no certificate is mapped to.
    async fn delete(&self, who: &Actor, id: &TargetId) -> Result<(), ServiceError>;
    /// Queues a dry run by the target's agent; its result becomes the target's test status.
    async fn test(&self, who: &Actor, id: &TargetId) -> Result<JobId, ServiceError>;
}
