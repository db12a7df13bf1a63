//! Rows of `notification_channels` and `reconciler_marks`.

use super::{IntoDomain, Origin, db_time, time};
use crate::schema::{notification_channels, reconciler_marks};
use crate::types::DbTime;
use certctl_domain::JsonText;
use certctl_domain::notification::{Channel, ChannelHealth};
use certctl_repository::{ReconcilerMark, StoreError};
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = notification_channels)]
pub(crate) struct ChannelRow {
    id: String,
    name: String,
    kind: String,
    config: String,
    encrypted_config: Vec<u8>,
    enabled: bool,
    source: String,
    consecutive_failures: i64,
    last_success_at: Option<DbTime>,
    last_failure_at: Option<DbTime>,
    last_error: Option<String>,
    failing_since: Option<DbTime>,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Channel> for ChannelRow {
    fn from(channel: &Channel) -> Self {
        let health = &channel.health;
        Self {
            id: channel.id.to_string(),
            name: channel.name.clone(),
            kind: channel.kind.to_string(),
            config: channel.public_config.as_str().to_owned(),
            encrypted_config: channel.sealed_config.clone(),
            enabled: channel.enabled,
            source: channel.source.to_string(),
            consecutive_failures: health.consecutive_failures.into(),
            last_success_at: db_time(health.last_success_at),
            last_failure_at: db_time(health.last_failure_at),
            last_error: health.last_error.clone(),
            failing_since: db_time(health.failing_since),
            created_at: channel.created_at.into(),
            updated_at: channel.updated_at.into(),
        }
    }
}

impl IntoDomain for ChannelRow {
    type Domain = Channel;

    fn into_domain(self) -> Result<Channel, StoreError> {
        let at = Origin { table: "notification_channels", id: &self.id };
        Ok(Channel {
            id: at.parse("id", &self.id)?,
            kind: at.parse("type", &self.kind)?,
            source: at.parse("source", &self.source)?,
            health: ChannelHealth {
                consecutive_failures: at.count("consecutive_failures", self.consecutive_failures)?,
                last_success_at: time(self.last_success_at),
                last_failure_at: time(self.last_failure_at),
                last_error: self.last_error,
                failing_since: time(self.failing_since),
            },
            name: self.name,
            public_config: JsonText::trusted(self.config),
            sealed_config: self.encrypted_config,
            enabled: self.enabled,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reconciler_marks, treat_none_as_null = true)]
pub(crate) struct MarkRow {
    name: String,
    period_seconds: i64,
    last_started_at: DbTime,
    last_success_at: Option<DbTime>,
    last_failure_at: Option<DbTime>,
    last_error: Option<String>,
    consecutive_failures: i64,
    oldest_work_at: Option<DbTime>,
}

impl From<&ReconcilerMark> for MarkRow {
    fn from(mark: &ReconcilerMark) -> Self {
        Self {
            name: mark.name.clone(),
            period_seconds: i64::try_from(mark.period_seconds).unwrap_or(i64::MAX),
            last_started_at: mark.last_started_at.into(),
            last_success_at: db_time(mark.last_success_at),
            last_failure_at: db_time(mark.last_failure_at),
            last_error: mark.last_error.clone(),
            consecutive_failures: mark.consecutive_failures.into(),
            oldest_work_at: db_time(mark.oldest_work_at),
        }
    }
}

impl IntoDomain for MarkRow {
    type Domain = ReconcilerMark;

    fn into_domain(self) -> Result<ReconcilerMark, StoreError> {
        let at = Origin { table: "reconciler_marks", id: &self.name };
        Ok(ReconcilerMark {
            consecutive_failures: at.count("consecutive_failures", self.consecutive_failures)?,
            period_seconds: self.period_seconds.unsigned_abs(),
            last_started_at: self.last_started_at.into(),
            last_success_at: time(self.last_success_at),
            last_failure_at: time(self.last_failure_at),
            last_error: self.last_error,
            oldest_work_at: time(self.oldest_work_at),
            name: self.name,
        })
    }
}
