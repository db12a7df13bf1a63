//! Channels: rows with a checked configuration. What the environment configures, only it changes.

use super::LiveChannels;
use super::routing::stored;
use crate::connector_config::{CheckedConfig, Stored, shown};
use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::support::{
    Foundation, audit_event, check_name, check_revision, in_use, listing, page_request, time_of_change,
};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::ChannelId;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{Channel, ChannelHealth, ChannelRef, NotificationChannel};
use certctl_repository::{PageRequest, SealedColumn, Tx};
use certctl_service_api::channel::{ChannelService, ChannelSpec};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Use cases of channels.
#[derive(Debug)]
pub struct Channels {
    base: Foundation,
    live: Arc<LiveChannels>,
    secrets: Secrets,
}

/// What a channel should be, checked; the configuration is absent when it stays.
#[derive(Debug, Clone)]
struct Wanted {
    name: String,
    config: Option<(CheckedConfig, Vec<u8>)>,
    enabled: bool,
}

impl Channels {
    /// Over a store; `live` knows the connectors.
    pub const fn new(base: Foundation, live: Arc<LiveChannels>, secrets: Secrets) -> Self {
        Self { base, live, secrets }
    }

    async fn find(&self, id: &ChannelId) -> Result<Channel, ServiceError> {
        let id = id.clone();
        let found = self.base.store.read("channel.get", move |tx| get(tx, &id));
        Ok(found.await?)
    }

    fn check(
        &self,
        id: &ChannelId,
        spec: ChannelSpec,
        before: Option<&Channel>,
    ) -> Result<Wanted, ServiceError> {
        check_name("name", &spec.name, 255)?;
        if let Some(before) = before {
            if before.kind != spec.kind {
                return Err(ServiceError::unprocessable(
                    "type",
                    "immutable",
                    "the type of a channel cannot change; create another channel",
                ));
            }
            if before.source == ConnectorSource::Env {
                check_owned(before, &spec)?;
                return Ok(Wanted { name: spec.name, config: None, enabled: spec.enabled });
            }
        }
        let stored = before.map(|row| Stored {
            column: SealedColumn::ChannelConfig,
            row: row.id.as_str(),
            sealed: Some(&row.sealed_config),
        });
        let config = CheckedConfig::check(self.live.schema(spec.kind)?, spec.config, &self.secrets, stored)?;
        // A broken channel can be switched off, whatever is wrong with it.
        if spec.enabled {
            self.live.try_out(spec.kind, id, &config.whole)?;
        }
        let sealed = config.seal(&self.secrets, SealedColumn::ChannelConfig, id.as_str())?;
        Ok(Wanted { name: spec.name, config: Some((config, sealed)), enabled: spec.enabled })
    }
}

/// Refuses changes of what the environment says.
fn check_owned(row: &Channel, spec: &ChannelSpec) -> Result<(), ServiceError> {
    let owned = |message: String| Err(ServiceError::conflict(ConflictCode::OwnedByEnvironment, message));
    if spec.name != row.name || Value::Object(spec.config.clone()) != shown(&row.public_config) {
        return owned(format!(
            "notification channel {} is configured by environment variables of the server; change those and restart, or add a channel of your own",
            row.id
        ));
    }
    if spec.enabled && is_orphan(row) {
        return owned(format!(
            "notification channel {} has no usable configuration in the environment of the server; set its variables and restart",
            row.id
        ));
    }
    Ok(())
}

/// Whether the environment no longer says how to reach a channel it once configured.
pub(super) fn is_orphan(row: &Channel) -> bool {
    row.source == ConnectorSource::Env && row.public_config.as_str() == "{}"
}

fn get(tx: &mut dyn Tx, id: &ChannelId) -> Result<Channel, Failure> {
    tx.channels()
        .find(id)?
        .ok_or_else(|| Failure::Service(ServiceError::not_found("notification channel", id)))
}

pub(super) fn facts(row: &Channel) -> Value {
    json!({"name": row.name, "type": row.kind, "enabled": row.enabled, "config": shown(&row.public_config)})
}

/// The row as callers get it: the sealed configuration stays here.
fn without_secrets(row: Channel) -> Channel {
    Channel { sealed_config: Vec::new(), ..row }
}

/// How often a channel is named by its id: in the routing, and in renewal policies.
fn named(tx: &mut dyn Tx, id: &ChannelId) -> Result<[(&'static str, u64); 2], Failure> {
    let wanted = ChannelRef::Channel(id.clone());
    let routing = u64::from(stored(tx)?.routing.named().any(|channel| *channel == wanted));
    let (mut policies, mut page) = (0, PageRequest::first(500));
    loop {
        let found = tx.renewal_policies().list(&page)?;
        let names = |channels: &Vec<ChannelRef>| channels.contains(&wanted);
        policies += found.items.iter().filter(|row| row.alert_channels.values().any(names)).count() as u64;
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok([("routings", routing), ("renewal policies", policies)]),
        }
    }
}

#[async_trait]
impl ChannelService for Channels {
    async fn list(
        &self,
        who: &Actor,
        kind: Option<NotificationChannel>,
        page: ListRequest,
    ) -> Result<Listing<Channel>, ServiceError> {
        who.require(Permission::NotificationRead)?;
        let request = page_request("notification_channels", &page)?;
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("channel.list", move |tx| Ok::<_, Failure>(tx.channels().list(kind, &wanted)?));
        Ok(listing("notification_channels", &request, found.await?.map(without_secrets)))
    }

    async fn get(&self, who: &Actor, id: &ChannelId) -> Result<Channel, ServiceError> {
        who.require(Permission::NotificationRead)?;
        self.find(id).await.map(without_secrets)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<ChannelId>,
        spec: ChannelSpec,
    ) -> Result<Channel, ServiceError> {
        who.require(Permission::ChannelWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let id = id.unwrap_or_else(|| ChannelId::mint(&*ids));
        let kind = spec.kind;
        let wanted = self.check(&id, spec, None)?;
        let (config, sealed_config) = wanted.config.ok_or_else(|| {
            ServiceError::internal(std::io::Error::other("a new channel has a configuration"))
        })?;
        let row = Channel {
            id,
            name: wanted.name,
            kind,
            public_config: config.public,
            sealed_config,
            enabled: wanted.enabled,
            source: ConnectorSource::Database,
            health: ChannelHealth::default(),
            created_at: now,
            updated_at: now,
        };
        let created = self.base.store.write("channel.create", move |tx| {
            tx.channels().insert(&row)?;
            let (subject, details) =
                (("notification_channel", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "notification_channel_created",
                subject,
                &details,
            ))?;
            get(tx, &row.id)
        });
        Ok(without_secrets(created.await?))
    }

    async fn change(
        &self,
        who: &Actor,
        id: &ChannelId,
        edit: Edit<Channel, ChannelSpec>,
        revision: Option<i64>,
    ) -> Result<Channel, ServiceError> {
        who.require(Permission::ChannelWrite)?;
        let read = self.find(id).await?;
        check_revision(read.revision(), revision).map_err(ServiceError::from)?;
        let spec = edit(&without_secrets(read.clone()))?;
        let wanted = self.check(id, spec, Some(&read))?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("channel.change", move |tx| {
            let before = get(tx, &id)?;
            // The secrets were taken from the row as it was read.
            check_revision(before.revision(), Some(read.revision()))?;
            let mut row = Channel {
                name: wanted.name.clone(),
                enabled: wanted.enabled,
                updated_at: time_of_change(now, before.updated_at),
                ..before.clone()
            };
            if let Some((config, sealed)) = &wanted.config {
                row.public_config = config.public.clone();
                row.sealed_config.clone_from(sealed);
                if !config.unchanged {
                    // What was wrong before says nothing about the new configuration.
                    row.health = ChannelHealth::default();
                    tx.channels().record_health(&id, &row.health)?;
                }
            }
            tx.channels().update(&row, before.updated_at)?;
            let details = json!({"before": facts(&before), "after": facts(&row)});
            let subject = ("notification_channel", id.as_str());
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "notification_channel_updated",
                subject,
                &details,
            ))?;
            Ok::<_, Failure>(row)
        });
        Ok(without_secrets(changed.await?))
    }

    async fn delete(&self, who: &Actor, id: &ChannelId) -> Result<(), ServiceError> {
        who.require(Permission::ChannelWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("channel.delete", move |tx| {
            let row = get(tx, &id)?;
            if row.source == ConnectorSource::Env && !is_orphan(&row) {
                let message = format!(
                    "notification channel {id} is configured by environment variables of the server; remove those and restart, or switch it off"
                );
                return Err(ServiceError::conflict(ConflictCode::OwnedByEnvironment, message).into());
            }
            let users = named(tx, &id)?;
            if users.iter().any(|(_, count)| *count > 0) {
                return Err(in_use(format!("notification channel {id}"), &users));
            }
            tx.channels().delete(&id)?;
            let (subject, details) = (("notification_channel", id.as_str()), json!({"before": facts(&row)}));
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "notification_channel_deleted",
                subject,
                &details,
            ))?;
            Ok::<_, Failure>(())
        });
        Ok(deleted.await?)
    }
}
