//! Channels that the environment of the server configures: their rows follow it at every start.

use super::LiveChannels;
use super::channels::{facts, is_orphan};
use crate::connector_config::{CheckedConfig, Stored};
use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::support::{Foundation, audit_event, time_of_change};
use certctl_domain::JsonText;
use certctl_domain::id::ChannelId;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{Channel, ChannelHealth, NotificationChannel};
use certctl_repository::{SealedColumn, StoreError, Tx};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Replicas that start at once may make the same row; the later one looks again.
const ATTEMPTS: u32 = 3;
const GONE: &str = "switched off: its variables are gone from the environment of the server";

/// A channel as the environment configures it.
#[derive(Clone)]
pub struct EnvironmentChannel {
    /// Kind; there is at most one of each.
    pub kind: NotificationChannel,
    /// Configuration, secrets included.
    pub config: Map<String, Value>,
}

impl std::fmt::Debug for EnvironmentChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnvironmentChannel").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What the row of a kind should be.
#[derive(Clone)]
enum Wanted {
    Configured {
        public: JsonText,
        sealed: Vec<u8>,
        changed: bool,
    },
    /// Nothing usable, with the reason.
    Unusable {
        sealed: Vec<u8>,
        why: String,
    },
}

/// Makes, changes and switches off the rows `nc-env-<kind>` so that they are what `wanted` says. A
/// configuration that its connector refuses is told in the log and at the channel; it stops nothing
/// else. A channel that somebody switched off stays off while its variables stay.
pub async fn follow_environment(
    base: &Foundation,
    live: &LiveChannels,
    secrets: &Secrets,
    wanted: &[EnvironmentChannel],
) -> Result<(), ServiceError> {
    for kind in NotificationChannel::ALL {
        let channel = wanted.iter().find(|channel| channel.kind == *kind);
        let mut attempt = 1;
        while let Err(failure) = follow(base, live, secrets, *kind, channel).await {
            let lost = matches!(&failure, Failure::Store(StoreError::Duplicate { .. } | StoreError::Stale));
            if !lost || attempt == ATTEMPTS {
                return Err(failure.into());
            }
            attempt += 1;
        }
    }
    Ok(())
}

fn id_of(kind: NotificationChannel) -> Result<ChannelId, ServiceError> {
    ChannelId::parse(&format!("nc-env-{}", kind.as_str().to_lowercase())).map_err(ServiceError::internal)
}

async fn follow(
    base: &Foundation,
    live: &LiveChannels,
    secrets: &Secrets,
    kind: NotificationChannel,
    channel: Option<&EnvironmentChannel>,
) -> Result<(), Failure> {
    let id = id_of(kind)?;
    let looked_for = id.clone();
    let row =
        base.store.read("channel.environment", move |tx| Ok::<_, Failure>(tx.channels().find(&looked_for)?));
    let row = row.await?;
    let wanted = match (channel, &row) {
        (None, None) => return Ok(()),
        // Somebody's own channel under our name: nothing of ours.
        (_, Some(row)) if row.source != ConnectorSource::Env => return Ok(()),
        (None, Some(row)) if is_orphan(row) => return Ok(()),
        (None, Some(_)) => unusable(secrets, &id, GONE.to_owned())?,
        (Some(channel), row) => match configured(live, secrets, &id, channel, row.as_ref()) {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::error!(%error, "notification channel {id} cannot be used as the environment configures it");
                unusable(secrets, &id, format!("switched off: {error}"))?
            }
        },
    };
    write(base, kind, id, row, wanted).await
}

fn unusable(secrets: &Secrets, id: &ChannelId, why: String) -> Result<Wanted, ServiceError> {
    Ok(Wanted::Unusable { sealed: secrets.seal(SealedColumn::ChannelConfig, id.as_str(), b"{}")?, why })
}

fn configured(
    live: &LiveChannels,
    secrets: &Secrets,
    id: &ChannelId,
    channel: &EnvironmentChannel,
    row: Option<&Channel>,
) -> Result<Wanted, ServiceError> {
    let stored = row.map(|row| Stored {
        column: SealedColumn::ChannelConfig,
        row: row.id.as_str(),
        sealed: Some(&row.sealed_config),
    });
    let config = CheckedConfig::check(live.schema(channel.kind)?, channel.config.clone(), secrets, stored)?;
    live.try_out(channel.kind, id, &config.whole)?;
    Ok(Wanted::Configured {
        sealed: config.seal(secrets, SealedColumn::ChannelConfig, id.as_str())?,
        changed: !config.unchanged,
        public: config.public,
    })
}

/// The row as it should be, or nothing when it is that already.
fn target(
    tx: &mut dyn Tx,
    kind: NotificationChannel,
    id: &ChannelId,
    row: Option<&Channel>,
    wanted: &Wanted,
    now: certctl_domain::Timestamp,
) -> Result<Option<Channel>, Failure> {
    let (public, sealed, usable, why) = match wanted {
        Wanted::Configured { changed: false, .. } if row.is_some() => return Ok(None),
        Wanted::Configured { public, sealed, .. } => (public.clone(), sealed, true, None),
        Wanted::Unusable { why, .. }
            if row.is_some_and(|row| is_orphan(row) && row.health.last_error.as_ref() == Some(why)) =>
        {
            return Ok(None);
        }
        Wanted::Unusable { sealed, why } => (JsonText::trusted("{}".to_owned()), sealed, false, Some(why)),
    };
    let health = ChannelHealth {
        last_error: why.cloned(),
        last_failure_at: why.map(|_| now),
        ..ChannelHealth::default()
    };
    let channel = match row {
        Some(row) => Channel {
            public_config: public,
            sealed_config: sealed.clone(),
            enabled: usable && (row.enabled || is_orphan(row)),
            health,
            updated_at: time_of_change(now, row.updated_at),
            ..row.clone()
        },
        None => Channel {
            id: id.clone(),
            name: free_name(tx, kind, id)?,
            kind,
            public_config: public,
            sealed_config: sealed.clone(),
            enabled: usable,
            source: ConnectorSource::Env,
            health,
            created_at: now,
            updated_at: now,
        },
    };
    Ok(Some(channel))
}

/// A name that tells where the channel comes from, unless somebody gave it to another one.
fn free_name(tx: &mut dyn Tx, kind: NotificationChannel, id: &ChannelId) -> Result<String, Failure> {
    let taken = tx.channels().all()?;
    let plain = format!("{kind} (environment)");
    let free = |name: &String| taken.iter().all(|row| row.name != *name);
    let further = (2..).map(|n| format!("{kind} (environment {n})"));
    let name = std::iter::once(plain).chain(further.take(taken.len() + 1)).find(free);
    Ok(name.unwrap_or_else(|| id.to_string()))
}

async fn write(
    base: &Foundation,
    kind: NotificationChannel,
    id: ChannelId,
    read: Option<Channel>,
    wanted: Wanted,
) -> Result<(), Failure> {
    let (now, ids) = (base.clock.now(), Arc::clone(&base.ids));
    let written = base.store.write("channel.follow_environment", move |tx| {
        let row = tx.channels().find(&id)?;
        if row.as_ref().map(Channel::revision) != read.as_ref().map(Channel::revision) {
            return Err(StoreError::Stale.into());
        }
        let Some(after) = target(tx, kind, &id, row.as_ref(), &wanted, now)? else { return Ok(()) };
        let (action, details) = match &row {
            None => {
                tx.channels().insert(&after)?;
                ("notification_channel_created", json!({"after": facts(&after)}))
            }
            Some(before) => {
                tx.channels().update(&after, before.updated_at)?;
                tx.channels().record_health(&id, &after.health)?;
                ("notification_channel_updated", json!({"before": facts(before), "after": facts(&after)}))
            }
        };
        let (who, subject) = (Actor::system(), ("notification_channel", id.as_str()));
        tx.audit().append(&audit_event(&*ids, &who, now, action, subject, &details))?;
        Ok::<_, Failure>(())
    });
    written.await
}
