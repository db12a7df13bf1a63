//! Targets in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::JsonText;
use certctl_domain::id::{JobId, TargetId};
use certctl_domain::target::Target;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::target::{TargetQuery, TargetService, TargetSpec};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `tgt-1`, which has certificates, and `tgt-2`, which is retired.
pub(crate) struct Targets(Mutex<Vec<Target>>);

impl Default for Targets {
    fn default() -> Self {
        let mut rows = ["tgt-1", "tgt-2"].map(sample::target);
        rows[1].retired_at = Some(sample::time(9));
        rows[1].retired_reason = Some("replaced".to_owned());
        Self(Mutex::new(rows.to_vec()))
    }
}

impl Targets {
    fn find(&self, id: &TargetId) -> Result<Target, ServiceError> {
        let rows = self.0.lock().unwrap();
        // The walk knows every object as `sample-1`.
        let same = |row: &&Target| row.id == *id || (id.as_str() == "sample-1" && row.id.as_str() == "tgt-1");
        rows.iter().find(same).cloned().ok_or_else(|| ServiceError::not_found("target", id))
    }
}

fn set(row: &mut Target, spec: TargetSpec) -> Result<(), ServiceError> {
    row.kind = spec.kind.parse().map_err(|error: certctl_domain::UnknownValue| {
        ServiceError::unprocessable("type", "unknown_type", error.to_string())
    })?;
    row.name = spec.name;
    row.agent_id = spec.agent_id;
    row.public_config = JsonText::trusted(serde_json::Value::Object(spec.config).to_string());
    row.enabled = spec.enabled;
    row.revision += 1;
    Ok(())
}

#[async_trait]
impl TargetService for Targets {
    async fn list(
        &self,
        _: &Actor,
        query: TargetQuery,
        page: ListRequest,
    ) -> Result<Listing<Target>, ServiceError> {
        let wanted = |row: &&Target| {
            query.agent_id.as_ref().is_none_or(|agent| *agent == row.agent_id)
                && query.kind.is_none_or(|kind| kind == row.kind)
                && (query.include_retired || row.retired_at.is_none())
        };
        let rows: Vec<_> = self.0.lock().unwrap().iter().filter(wanted).cloned().collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &TargetId) -> Result<Target, ServiceError> {
        self.find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<TargetId>,
        spec: TargetSpec,
    ) -> Result<Target, ServiceError> {
        let mut row = sample::target(id.as_ref().map_or("tgt-new", TargetId::as_str));
        row.revision = 0;
        set(&mut row, spec)?;
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &TargetId,
        edit: Edit<Target, TargetSpec>,
        revision: Option<i64>,
    ) -> Result<Target, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the target changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec)?;
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &TargetId) -> Result<(), ServiceError> {
        self.find(id)?;
        if id.as_str() == "tgt-1" {
            let message = "1 certificate is mapped to target tgt-1; unmap it first";
            return Err(ServiceError::conflict(ConflictCode::InUse, message));
        }
        Ok(())
    }

    async fn test(&self, _: &Actor, id: &TargetId) -> Result<JobId, ServiceError> {
        self.find(id)?;
        Ok(sample::id("job-30"))
    }
}
