//! Channels in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::JsonText;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, NotificationChannel};
use certctl_service_api::channel::{ChannelService, ChannelSpec};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `sample-1`, and `nc-env`, which the environment owns.
pub(crate) struct Channels(Mutex<Vec<Channel>>);

impl Default for Channels {
    fn default() -> Self {
        Self(Mutex::new(["sample-1", "nc-env"].map(sample::channel).to_vec()))
    }
}

impl Channels {
    fn find(&self, id: &ChannelId) -> Result<Channel, ServiceError> {
        let rows = self.0.lock().unwrap();
        rows.iter()
            .find(|row| row.id == *id)
            .cloned()
            .ok_or_else(|| ServiceError::not_found("notification channel", id))
    }
}

fn set(row: &mut Channel, spec: ChannelSpec) {
    row.name = spec.name;
    row.kind = spec.kind;
    row.public_config = JsonText::trusted(serde_json::Value::Object(spec.config).to_string());
    row.enabled = spec.enabled;
}

fn owned(id: &ChannelId) -> Result<(), ServiceError> {
    match id.as_str() {
        "nc-env" => Err(ServiceError::conflict(
            ConflictCode::OwnedByEnvironment,
            "notification channel nc-env is configured by the environment",
        )),
        _ => Ok(()),
    }
}

#[async_trait]
impl ChannelService for Channels {
    async fn list(
        &self,
        _: &Actor,
        kind: Option<NotificationChannel>,
        page: ListRequest,
    ) -> Result<Listing<Channel>, ServiceError> {
        let wanted = |row: &&Channel| kind.is_none_or(|kind| kind == row.kind);
        let rows: Vec<_> = self.0.lock().unwrap().iter().filter(wanted).cloned().collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &ChannelId) -> Result<Channel, ServiceError> {
        self.find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<ChannelId>,
        spec: ChannelSpec,
    ) -> Result<Channel, ServiceError> {
        let mut row = sample::channel(id.as_ref().map_or("nc-new", ChannelId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &ChannelId,
        edit: Edit<Channel, ChannelSpec>,
        revision: Option<i64>,
    ) -> Result<Channel, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the channel changed since it was read"));
        }
        let spec = edit(&row)?;
        owned(id)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &ChannelId) -> Result<(), ServiceError> {
        self.find(id)?;
        owned(id)
    }
}
