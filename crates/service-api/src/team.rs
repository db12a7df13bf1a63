//! Teams.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::TeamId;
use certctl_domain::organisation::Team;

/// What a client may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamSpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Free text.
    pub description: String,
}

/// Use cases of teams.
#[async_trait]
pub trait TeamService: Send + Sync {
    /// One page.
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<Team>, ServiceError>;
    /// One team.
    async fn get(&self, who: &Actor, id: &TeamId) -> Result<Team, ServiceError>;
    /// Adds a team.
    async fn create(&self, who: &Actor, id: Option<TeamId>, spec: TeamSpec) -> Result<Team, ServiceError>;
    /// Changes a team. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &TeamId,
        edit: Edit<Team, TeamSpec>,
        revision: Option<i64>,
    ) -> Result<Team, ServiceError>;
    /// Removes a team without owners and certificates.
    async fn delete(&self, who: &Actor, id: &TeamId) -> Result<(), ServiceError>;
}
