//! Notifications: claims under a lease, outcomes, requeues, and the thresholds that were told.

use super::list::filtered;
use crate::dialect;
use crate::rows::{AttemptRow, IntoDomain, NotificationRow, OutcomeRow, domain_values, parse};
use crate::schema::{expiry_alerts, notification_attempts, notification_events};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, ChannelId, NotificationId, VersionId};
use certctl_domain::notification::{Attempt, Delivery, IncidentPhase, Notification, NotificationStatus};
use certctl_repository::{
    Dimension, LaneClaim, NotificationCounts, NotificationFilter, NotificationRepo, Page, PageRequest,
    StoreError, Told, ToldThreshold,
};
use diesel::dsl::min;
use diesel::prelude::*;
use notification_events as n;
use std::collections::BTreeMap;

/// Channel, its id and recipient; phase, type, severity, time, status and delivery.
type Triggered =
    ((String, Option<String>, String), (Option<String>, String, String, DbTime, String, Option<String>));

impl NotificationRepo for DieselTx<'_> {
    fn find(&mut self, id: &NotificationId) -> Result<Option<Notification>, StoreError> {
        let row = n::table.find(id.as_str()).select(NotificationRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(NotificationRow::into_domain).transpose()
    }

    fn list(
        &mut self,
        filter: &NotificationFilter,
        page: &PageRequest,
    ) -> Result<Page<Notification>, StoreError> {
        let created_at = |notification: &Notification| notification.created_at;
        let all = self.count_of(Dimension::Notification, "all")?;
        let total = if *filter == NotificationFilter::default() {
            all
        } else {
            self.counted("notifications", filter, page, all, |tx| {
                let counted = filtered(filter).count().get_result(tx.conn);
                tx.check(counted)
            })?
        };
        Ok(newest_first!(
            self,
            page,
            notification_events.created_at,
            NotificationRow,
            filtered(filter),
            created_at,
            total
        ))
    }

    fn insert(&mut self, notification: &Notification) -> Result<bool, StoreError> {
        let row = NotificationRow::try_from(notification)?;
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(n::table)
            .values(&row)
            .on_conflict(n::dedup_key)
            .do_nothing()
            .execute(conn));
        Ok(self.check(inserted)? == 1)
    }

    fn due_lanes(&mut self, at: Timestamp) -> Result<Vec<Option<ChannelId>>, StoreError> {
        let lanes = n::table
            .filter(n::due_at.le(DbTime::from(at)))
            .select(n::channel_id)
            .distinct()
            .load::<Option<String>>(self.conn);
        let lanes = self.check(lanes)?;
        lanes.iter().map(|id| id.as_deref().map(|id| parse("notification_events", id)).transpose()).collect()
    }

    fn claim(&mut self, request: &LaneClaim) -> Result<Vec<Notification>, StoreError> {
        let lane = request.channel.as_ref().map(ChannelId::as_str);
        let ids = dialect::lock_due_notifications(self.conn, lane, request.at.into(), request.limit.into());
        let ids = self.check(ids)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let until = DbTime::from(request.until);
        let rows = diesel::update(n::table.filter(n::id.eq_any(ids)))
            .set((
                n::claims.eq(n::claims + 1),
                n::lease_owner.eq(&request.owner),
                n::lease_until.eq(until),
                n::due_at.eq(until),
            ))
            .returning(n::all_columns)
            .get_results::<NotificationRow>(self.conn);
        let mut claimed = domain_values(self.check(rows)?)?;
        claimed.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(claimed)
    }

    fn finish(&mut self, after: &Notification, attempt: &Attempt) -> Result<bool, StoreError> {
        let held = n::table
            .find(after.id.as_str())
            .filter(n::claims.eq(after.claims))
            .filter(n::lease_owner.is_not_null());
        let updated = diesel::update(held).set(OutcomeRow::from(after)).execute(self.conn);
        if self.check(updated)? == 0 {
            return Ok(false);
        }
        let row = AttemptRow::of(after, attempt);
        let inserted = diesel::insert_into(notification_attempts::table).values(row).execute(self.conn);
        self.check(inserted)?;
        Ok(true)
    }

    fn release(&mut self, owner: Option<&str>, at: Timestamp) -> Result<u64, StoreError> {
        let mut held = n::table
            .filter(n::due_at.is_not_null())
            .filter(n::lease_owner.is_not_null())
            .into_boxed::<crate::conn::MultiBackend>();
        if let Some(owner) = owner {
            held = held.filter(n::lease_owner.eq(owner.to_owned()));
        }
        let ids = held.select(n::id).load::<String>(self.conn);
        let ids = self.check(ids)?;
        let updated = diesel::update(n::table.filter(n::id.eq_any(ids)))
            .set((
                n::lease_owner.eq(None::<String>),
                n::lease_until.eq(None::<DbTime>),
                n::due_at.eq(DbTime::from(at)),
            ))
            .execute(self.conn);
        Ok(self.check(updated)? as u64)
    }

    fn bind(&mut self, held: &Notification, channel: &ChannelId, at: Timestamp) -> Result<bool, StoreError> {
        let claimed = n::table
            .find(held.id.as_str())
            .filter(n::claims.eq(held.claims))
            .filter(n::lease_owner.is_not_null());
        let updated = diesel::update(claimed)
            .set((
                n::channel_id.eq(channel.as_str()),
                n::lease_owner.eq(None::<String>),
                n::lease_until.eq(None::<DbTime>),
                n::due_at.eq(DbTime::from(at)),
            ))
            .execute(self.conn);
        Ok(self.check(updated)? == 1)
    }

    fn next_due_after(&mut self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let first = n::table
            .filter(n::due_at.gt(DbTime::from(after)))
            .order(n::due_at)
            .select(n::due_at.assume_not_null())
            .first::<DbTime>(self.conn)
            .optional();
        Ok(self.check(first)?.map(Timestamp::from))
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let first = n::table
            .filter(n::due_at.is_not_null())
            .order(n::due_at)
            .select(n::due_at.assume_not_null())
            .first::<DbTime>(self.conn)
            .optional();
        Ok(self.check(first)?.map(Timestamp::from))
    }

    fn mark_read(&mut self, id: &NotificationId, at: Timestamp) -> Result<bool, StoreError> {
        let unread = n::table.find(id.as_str()).filter(n::read_at.is_null());
        let updated = diesel::update(unread).set(n::read_at.eq(DbTime::from(at))).execute(self.conn);
        if self.check(updated)? == 1 {
            return Ok(true);
        }
        let found = n::table.find(id.as_str()).count().get_result::<i64>(self.conn);
        Ok(self.check(found)? == 1)
    }

    fn requeue(
        &mut self,
        id: &NotificationId,
        channel: Option<&ChannelId>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let again = [NotificationStatus::Dead.as_str(), NotificationStatus::Failed.as_str()];
        let stored = n::table
            .find(id.as_str())
            .filter(n::lease_owner.is_null())
            .filter(n::status.eq_any(again).or(n::delivery.eq(Delivery::NoNotifier.as_str())));
        let at = DbTime::from(at);
        let updated = diesel::update(stored)
            .set((
                n::status.eq(NotificationStatus::Pending.as_str()),
                n::delivery.eq(None::<String>),
                n::channel_id.eq(channel.map(ChannelId::as_str)),
                n::retry_count.eq(0),
                n::next_retry_at.eq(None::<DbTime>),
                n::last_error.eq(None::<String>),
                n::sent_at.eq(None::<DbTime>),
                n::not_before.eq(at),
                n::due_at.eq(at),
            ))
            .execute(self.conn);
        Ok(self.check(updated)? == 1)
    }

    fn cancel_incident(&mut self, key: &str, reason: &str) -> Result<u64, StoreError> {
        let live = n::table
            .filter(n::incident_key.eq(key))
            .filter(n::incident_phase.eq(IncidentPhase::Trigger.as_str()))
            .filter(n::due_at.is_not_null())
            .filter(n::lease_owner.is_null());
        let updated = diesel::update(live)
            .set((
                n::status.eq(NotificationStatus::Cancelled.as_str()),
                n::next_retry_at.eq(None::<DbTime>),
                n::last_error.eq(reason),
                n::due_at.eq(None::<DbTime>),
            ))
            .execute(self.conn);
        Ok(self.check(updated)? as u64)
    }

    fn told_of(&mut self, key: &str) -> Result<Vec<Told>, StoreError> {
        let rows = n::table
            .filter(n::incident_key.eq(key))
            .filter(n::status.ne(NotificationStatus::Cancelled.as_str()))
            .order((n::created_at, n::id))
            .select((
                (n::channel, n::channel_id, n::recipient),
                (n::incident_phase, n::kind, n::severity, n::created_at, n::status, n::delivery),
            ))
            .load::<Triggered>(self.conn);
        // The newest word to each recipient counts.
        let newest: BTreeMap<_, _> = self.check(rows)?.into_iter().collect();
        let trigger = Some(IncidentPhase::Trigger.as_str());
        let told = newest.into_iter().filter(|(_, (phase, ..))| phase.as_deref() == trigger);
        told.map(|((channel, channel_id, recipient), (_, kind, severity, at, status, delivery))| {
            let channel_id = channel_id.map(|id| parse("notification_events", &id)).transpose()?;
            Ok(Told {
                channel: parse("notification_events", &channel)?,
                channel_id,
                recipient,
                kind: parse("notification_events", &kind)?,
                severity: parse("notification_events", &severity)?,
                at: at.into(),
                reached: status != NotificationStatus::Dead.as_str()
                    && delivery.as_deref() != Some(Delivery::NoNotifier.as_str()),
            })
        })
        .collect()
    }

    fn counts(&mut self) -> Result<NotificationCounts, StoreError> {
        let waiting = |status: NotificationStatus| {
            n::table.filter(n::due_at.is_not_null()).filter(n::status.eq(status.as_str()))
        };
        let count = |tx: &mut Self, rows: QueryResult<i64>| tx.check(rows).map(i64::unsigned_abs);
        let pending = waiting(NotificationStatus::Pending).count().get_result(self.conn);
        let failed = waiting(NotificationStatus::Failed).count().get_result(self.conn);
        // Literals, so that the partial indexes are known to fit.
        let dead = n::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("status = 'dead'"))
            .count()
            .get_result(self.conn);
        let nobody = n::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("delivery = 'no_notifier'"))
            .count()
            .get_result(self.conn);
        let oldest = waiting(NotificationStatus::Pending)
            .select(min(n::created_at))
            .first::<Option<DbTime>>(self.conn);
        Ok(NotificationCounts {
            pending: count(self, pending)?,
            failed: count(self, failed)?,
            dead: count(self, dead)?,
            no_notifier: count(self, nobody)?,
            oldest_pending_at: self.check(oldest)?.map(Timestamp::from),
        })
    }

    fn attempts(&mut self, id: &NotificationId) -> Result<Vec<Attempt>, StoreError> {
        let rows = notification_attempts::table
            .filter(notification_attempts::notification_id.eq(id.as_str()))
            .order(notification_attempts::number)
            .select(AttemptRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn delete_done(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let done = [NotificationStatus::Sent.as_str(), NotificationStatus::Cancelled.as_str()];
        let ids = n::table
            .filter(n::created_at.lt(DbTime::from(before)))
            .filter(n::status.eq_any(done))
            .order((n::created_at, n::id))
            .limit(limit.into())
            .select(n::id)
            .load::<String>(self.conn);
        let ids = self.check(ids)?;
        let deleted = diesel::delete(n::table.filter(n::id.eq_any(ids))).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }

    fn tell_threshold(&mut self, told: &ToldThreshold, at: Timestamp) -> Result<bool, StoreError> {
        let values = (
            expiry_alerts::certificate_id.eq(told.certificate_id.as_str()),
            expiry_alerts::version_id.eq(told.version_id.as_str()),
            expiry_alerts::threshold_days.eq(i64::from(told.threshold_days)),
            expiry_alerts::channel.eq(&told.channel),
            expiry_alerts::created_at.eq(DbTime::from(at)),
        );
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(expiry_alerts::table)
            .values(values)
            .on_conflict_do_nothing()
            .execute(conn));
        Ok(self.check(inserted)? == 1)
    }

    fn told_threshold(
        &mut self,
        certificate: &CertificateId,
        version: &VersionId,
        channel: &str,
    ) -> Result<Option<u32>, StoreError> {
        let least = expiry_alerts::table
            .filter(expiry_alerts::certificate_id.eq(certificate.as_str()))
            .filter(expiry_alerts::version_id.eq(version.as_str()))
            .filter(expiry_alerts::channel.eq(channel))
            .select(min(expiry_alerts::threshold_days))
            .first::<Option<i64>>(self.conn);
        Ok(self.check(least)?.and_then(|days| u32::try_from(days).ok()))
    }
}
