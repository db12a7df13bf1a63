//! Channels, settings and the marks of loops.

use crate::conn::MultiBackend;
use crate::rows::{ChannelRow, IntoDomain, MarkRow, domain_values};
use crate::schema::{notification_channels, notification_settings, reconciler_marks};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, ChannelHealth, NotificationChannel};
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::{
    ChannelRepo, NotificationSettingRepo, Page, PageRequest, ReconcilerMark, ReconcilerMarkRepo, StoreError,
    exactly_one,
};
use diesel::prelude::*;

impl ChannelRepo for DieselTx<'_> {
    fn find(&mut self, id: &ChannelId) -> Result<Option<Channel>, StoreError> {
        let row = notification_channels::table
            .find(id.as_str())
            .select(ChannelRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(ChannelRow::into_domain).transpose()
    }

    fn list(
        &mut self,
        kind: Option<NotificationChannel>,
        page: &PageRequest,
    ) -> Result<Page<Channel>, StoreError> {
        let rows = || {
            let all = notification_channels::table.into_boxed::<MultiBackend>();
            match kind {
                Some(kind) => all.filter(notification_channels::kind.eq(kind.as_str())),
                None => all,
            }
        };
        let created_at = |channel: &Channel| channel.created_at;
        Ok(newest_first!(self, page, notification_channels.created_at, ChannelRow, rows(), created_at))
    }

    fn all(&mut self) -> Result<Vec<Channel>, StoreError> {
        let rows = notification_channels::table
            .order(notification_channels::id)
            .select(ChannelRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, channel: &Channel) -> Result<(), StoreError> {
        let row = ChannelRow::from(channel);
        let inserted = diesel::insert_into(notification_channels::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, channel: &Channel, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored = notification_channels::table
            .find(channel.id.as_str())
            .filter(notification_channels::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored)
            .set((
                notification_channels::name.eq(&channel.name),
                notification_channels::config.eq(channel.public_config.as_str()),
                notification_channels::encrypted_config.eq(&channel.sealed_config),
                notification_channels::enabled.eq(channel.enabled),
                notification_channels::source.eq(channel.source.as_str()),
                notification_channels::updated_at.eq(DbTime::from(channel.updated_at)),
            ))
            .execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn record_health(&mut self, id: &ChannelId, health: &ChannelHealth) -> Result<(), StoreError> {
        let time = |at: Option<Timestamp>| at.map(DbTime::from);
        let updated = diesel::update(notification_channels::table.find(id.as_str()))
            .set((
                notification_channels::consecutive_failures.eq(i64::from(health.consecutive_failures)),
                notification_channels::last_success_at.eq(time(health.last_success_at)),
                notification_channels::last_failure_at.eq(time(health.last_failure_at)),
                notification_channels::last_error.eq(&health.last_error),
                notification_channels::failing_since.eq(time(health.failing_since)),
            ))
            .execute(self.conn);
        self.check(updated).map(drop)
    }

    fn delete(&mut self, id: &ChannelId) -> Result<(), StoreError> {
        let deleted = diesel::delete(notification_channels::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }
}

impl NotificationSettingRepo for DieselTx<'_> {
    fn find(&mut self, name: &str) -> Result<Option<(JsonText, Timestamp)>, StoreError> {
        let row = notification_settings::table
            .find(name)
            .select((notification_settings::document, notification_settings::updated_at))
            .first::<(String, DbTime)>(self.conn)
            .optional();
        Ok(self.check(row)?.map(|(document, at)| (JsonText::trusted(document), at.into())))
    }

    fn put(
        &mut self,
        name: &str,
        document: &JsonText,
        at: Timestamp,
        unchanged_since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let values = (
            notification_settings::document.eq(document.as_str()),
            notification_settings::updated_at.eq(DbTime::from(at)),
        );
        let written = match unchanged_since {
            Some(since) => {
                let stored = notification_settings::table
                    .find(name)
                    .filter(notification_settings::updated_at.eq(DbTime::from(since)));
                diesel::update(stored).set(values).execute(self.conn)
            }
            None => on_backend!(self.conn, |conn| diesel::insert_into(notification_settings::table)
                .values((notification_settings::name.eq(name), values))
                .on_conflict_do_nothing()
                .execute(conn)),
        };
        exactly_one(self.check(written)?)
    }
}

impl ReconcilerMarkRepo for DieselTx<'_> {
    fn all(&mut self) -> Result<Vec<ReconcilerMark>, StoreError> {
        let rows = reconciler_marks::table
            .order(reconciler_marks::name)
            .select(MarkRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn put(&mut self, mark: &ReconcilerMark) -> Result<(), StoreError> {
        let row = MarkRow::from(mark);
        let written = on_backend!(self.conn, |conn| diesel::insert_into(reconciler_marks::table)
            .values(&row)
            .on_conflict(reconciler_marks::name)
            .do_update()
            .set(&row)
            .execute(conn));
        self.check(written).map(drop)
    }
}
