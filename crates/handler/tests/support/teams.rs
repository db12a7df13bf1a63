//! Teams in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::TeamId;
use certctl_domain::organisation::Team;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::team::{TeamService, TeamSpec};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `sample-1`, which others refer to, and `sample-2`.
pub(crate) struct Teams(Mutex<Vec<Team>>);

impl Default for Teams {
    fn default() -> Self {
        Self(Mutex::new(["sample-1", "sample-2"].map(sample::team).to_vec()))
    }
}

impl Teams {
    fn find(&self, id: &TeamId) -> Result<Team, ServiceError> {
        let rows = self.0.lock().unwrap();
        rows.iter().find(|row| row.id == *id).cloned().ok_or_else(|| ServiceError::not_found("team", id))
    }
}

fn set(row: &mut Team, spec: TeamSpec) {
    row.name = spec.name;
    row.description = spec.description;
}

#[async_trait]
impl TeamService for Teams {
    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<Team>, ServiceError> {
        page_of(&self.0.lock().unwrap(), &page)
    }

    async fn get(&self, _: &Actor, id: &TeamId) -> Result<Team, ServiceError> {
        self.find(id)
    }

    async fn create(&self, _: &Actor, id: Option<TeamId>, spec: TeamSpec) -> Result<Team, ServiceError> {
        let mut row = sample::team(id.as_ref().map_or("sample-new", TeamId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &TeamId,
        edit: Edit<Team, TeamSpec>,
        revision: Option<i64>,
    ) -> Result<Team, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the team changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &TeamId) -> Result<(), ServiceError> {
        self.find(id)?;
        if id.as_str() == "sample-1" {
            return Err(ServiceError::Conflict {
                code: ConflictCode::InUse,
                message: "team sample-1 is used by 3 certificates".to_owned(),
                details: Some(serde_json::json!({ "counts": { "certificates": 3 } })),
            });
        }
        Ok(())
    }
}
