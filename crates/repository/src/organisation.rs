//! Storage of teams and owners.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_domain::organisation::{Owner, Team};

/// Teams.
pub trait TeamRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &TeamId) -> Result<Option<Team>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<Team>, StoreError>;
    /// Adds a row. `Duplicate{team.id|team.name}`.
    fn insert(&mut self, team: &Team) -> Result<(), StoreError>;
    /// Writes the row if its last change was at `unchanged_since`; otherwise `Stale`. `Duplicate{team.name}`.
    fn update(&mut self, team: &Team, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// How many owners belong to it.
    fn owners(&mut self, id: &TeamId) -> Result<u64, StoreError>;
    /// How many certificates belong to it.
    fn certificates(&mut self, id: &TeamId) -> Result<u64, StoreError>;
    /// Removes a row. `InUse{owner.team_id|certificate.team_id}`; `Stale` when absent.
    fn delete(&mut self, id: &TeamId) -> Result<(), StoreError>;
}

/// Owners.
pub trait OwnerRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &OwnerId) -> Result<Option<Owner>, StoreError>;
    /// One page, newest first; of one team when wanted.
    fn list(&mut self, team: Option<&TeamId>, page: &PageRequest) -> Result<Page<Owner>, StoreError>;
    /// Adds a row. `Duplicate{owner.id}`, `Missing{owner.team_id}`.
    fn insert(&mut self, owner: &Owner) -> Result<(), StoreError>;
    /// Writes the row if its last change was at `unchanged_since`; otherwise `Stale`.
    /// `Missing{owner.team_id}`.
    fn update(&mut self, owner: &Owner, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// How many certificates belong to the owner.
    fn certificates(&mut self, id: &OwnerId) -> Result<u64, StoreError>;
    /// Removes a row. `InUse{certificate.owner_id}`; `Stale` when absent.
    fn delete(&mut self, id: &OwnerId) -> Result<(), StoreError>;
}
