//! Owners.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_domain::organisation::Owner;

/// What a client may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerSpec {
    /// Name, 1 to 255 characters.
    pub name: String,
    /// Mail address. Empty only where it was empty before.
    pub email: String,
    /// Team.
    pub team_id: TeamId,
}

/// Use cases of owners.
#[async_trait]
pub trait OwnerService: Send + Sync {
    /// One page; of one team when wanted.
    async fn list(
        &self,
        who: &Actor,
        team: Option<TeamId>,
        page: ListRequest,
    ) -> Result<Listing<Owner>, ServiceError>;
    /// One owner.
    async fn get(&self, who: &Actor, id: &OwnerId) -> Result<Owner, ServiceError>;
    /// Adds an owner.
    async fn create(&self, who: &Actor, id: Option<OwnerId>, spec: OwnerSpec) -> Result<Owner, ServiceError>;
    /// Changes an owner. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &OwnerId,
        edit: Edit<Owner, OwnerSpec>,
        revision: Option<i64>,
    ) -> Result<Owner, ServiceError>;
    /// Removes an owner without certificates.
    async fn delete(&self, who: &Actor, id: &OwnerId) -> Result<(), ServiceError>;
}
