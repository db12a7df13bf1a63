//! Owners in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_domain::organisation::Owner;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::owner::{OwnerService, OwnerSpec};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `sample-1`, which others refer to, and `sample-2`.
pub(crate) struct Owners(Mutex<Vec<Owner>>);

impl Default for Owners {
    fn default() -> Self {
        Self(Mutex::new(["sample-1", "sample-2"].map(sample::owner).to_vec()))
    }
}

impl Owners {
    fn find(&self, id: &OwnerId) -> Result<Owner, ServiceError> {
        let rows = self.0.lock().unwrap();
        rows.iter().find(|row| row.id == *id).cloned().ok_or_else(|| ServiceError::not_found("owner", id))
    }
}

fn set(row: &mut Owner, spec: OwnerSpec) {
    row.name = spec.name;
    row.email = spec.email;
    row.team_id = spec.team_id;
}

#[async_trait]
impl OwnerService for Owners {
    async fn list(
        &self,
        _: &Actor,
        team: Option<TeamId>,
        page: ListRequest,
    ) -> Result<Listing<Owner>, ServiceError> {
        let mut rows = self.0.lock().unwrap().clone();
        rows.retain(|row| team.as_ref().is_none_or(|team| *team == row.team_id));
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &OwnerId) -> Result<Owner, ServiceError> {
        self.find(id)
    }

    async fn create(&self, _: &Actor, id: Option<OwnerId>, spec: OwnerSpec) -> Result<Owner, ServiceError> {
        let mut row = sample::owner(id.as_ref().map_or("sample-new", OwnerId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &OwnerId,
        edit: Edit<Owner, OwnerSpec>,
        revision: Option<i64>,
    ) -> Result<Owner, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the owner changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &OwnerId) -> Result<(), ServiceError> {
        self.find(id)?;
        if id.as_str() == "sample-1" {
            return Err(ServiceError::Conflict {
                code: ConflictCode::InUse,
                message: "owner sample-1 is used by 3 certificates".to_owned(),
                details: Some(serde_json::json!({ "counts": { "certificates": 3 } })),
            });
        }
        Ok(())
    }
}
