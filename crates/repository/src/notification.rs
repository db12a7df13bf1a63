//! Storage of alerts, notifications, channels and what belongs to them.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::id::{AlertId, CertificateId, ChannelId, NotificationId, VersionId};
use certctl_domain::notification::{
    Alert, AlertSeverity, Attempt, Channel, ChannelHealth, Delivery, Notification, NotificationChannel,
    NotificationStatus, NotificationType,
};
use certctl_domain::{JsonText, Timestamp};

/// Facts that wait for their routing.
pub trait AlertRepo {
    /// Adds one. Belongs in the transaction of the fact.
    fn insert(&mut self, alert: &Alert) -> Result<(), StoreError>;
    /// Adds many.
    fn insert_all(&mut self, alerts: &[Alert]) -> Result<(), StoreError>;
    /// The oldest that are not routed.
    fn unrouted(&mut self, limit: u32) -> Result<Vec<Alert>, StoreError>;
    /// Marks them as routed.
    fn routed(&mut self, ids: &[AlertId], at: Timestamp) -> Result<(), StoreError>;
    /// When the oldest happened that is not routed.
    fn oldest_unrouted(&mut self) -> Result<Option<Timestamp>, StoreError>;
    /// Removes at most `limit` that were routed before `before`; returns how many.
    fn delete_routed(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// Which notifications a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotificationFilter {
    /// Status.
    pub status: Option<NotificationStatus>,
    /// How it was delivered.
    pub delivery: Option<Delivery>,
    /// What it is about.
    pub kind: Option<NotificationType>,
    /// Urgency.
    pub severity: Option<AlertSeverity>,
    /// Kind of channel.
    pub channel: Option<NotificationChannel>,
    /// Channel.
    pub channel_id: Option<ChannelId>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Read, or not.
    pub read: Option<bool>,
    /// Created after this time.
    pub created_after: Option<Timestamp>,
    /// Created before this time.
    pub created_before: Option<Timestamp>,
}

/// A claim of notifications of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneClaim {
    /// The channel; `None` for notifications that have none.
    pub channel: Option<ChannelId>,
    /// Who claims.
    pub owner: String,
    /// Now.
    pub at: Timestamp,
    /// End of the new leases.
    pub until: Timestamp,
    /// At most this many.
    pub limit: u32,
}

/// How many notifications are where. Cheap: costs follow what is not done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotificationCounts {
    /// Not tried yet.
    pub pending: u64,
    /// To be tried again.
    pub failed: u64,
    /// Given up.
    pub dead: u64,
    /// Sent to nobody.
    pub no_notifier: u64,
    /// When the oldest was made that is not tried yet.
    pub oldest_pending_at: Option<Timestamp>,
}

/// Who was told of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Kind of channel.
    pub channel: NotificationChannel,
    /// Channel.
    pub channel_id: Option<ChannelId>,
    /// Recipient.
    pub recipient: String,
    /// What the newest word was about.
    pub kind: NotificationType,
    /// How urgent it was.
    pub severity: AlertSeverity,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it arrived, or may yet.
    pub reached: bool,
}

/// Notifications and their attempts.
pub trait NotificationRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &NotificationId) -> Result<Option<Notification>, StoreError>;
    /// One page, newest first.
    fn list(
        &mut self,
        filter: &NotificationFilter,
        page: &PageRequest,
    ) -> Result<Page<Notification>, StoreError>;
    /// Adds a row; false when its dedup key was used before.
    fn insert(&mut self, notification: &Notification) -> Result<bool, StoreError>;
    /// Channels that have due notifications.
    fn due_lanes(&mut self, at: Timestamp) -> Result<Vec<Option<ChannelId>>, StoreError>;
    /// Leases due notifications of a channel: `pending` or `failed` ones whose time has come and that
    /// nobody holds, oldest first. Each returned one has the claim applied.
    fn claim(&mut self, request: &LaneClaim) -> Result<Vec<Notification>, StoreError>;
    /// Writes where a notification stands after an attempt, and the attempt, if the claim is still the
    /// newest; otherwise changes nothing and returns false. Clears the lease.
    fn finish(&mut self, after: &Notification, attempt: &Attempt) -> Result<bool, StoreError>;
    /// Gives the leases of `owner` (or of everybody, when absent) back, untried ones due at `at`;
    /// returns how many. For shutdown, and for start on an exclusive database.
    fn release(&mut self, owner: Option<&str>, at: Timestamp) -> Result<u64, StoreError>;
    /// Names the channel of a claimed notification that had none and gives the claim back, due at `at`;
    /// false when the claim is no longer the newest.
    fn bind(&mut self, held: &Notification, channel: &ChannelId, at: Timestamp) -> Result<bool, StoreError>;
    /// When the next notification becomes due.
    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError>;
    /// When the next notification becomes due after a time.
    fn next_due_after(&mut self, after: Timestamp) -> Result<Option<Timestamp>, StoreError>;
    /// Marks as read, once; false when it does not exist.
    fn mark_read(&mut self, id: &NotificationId, at: Timestamp) -> Result<bool, StoreError>;
    /// Makes one `pending` again, with no failures and no error, over this channel, if it is `dead`,
    /// `failed` or was sent to nobody, and nobody holds it; otherwise false.
    fn requeue(
        &mut self,
        id: &NotificationId,
        channel: Option<&ChannelId>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Cancels live notifications that opened an incident and that nobody holds; returns how many.
    fn cancel_incident(&mut self, key: &str, reason: &str) -> Result<u64, StoreError>;
    /// Who was told that an incident began, and was not told of an end since.
    fn told_of(&mut self, key: &str) -> Result<Vec<Told>, StoreError>;
    /// How many are where.
    fn counts(&mut self) -> Result<NotificationCounts, StoreError>;
    /// Attempts of a notification, oldest first.
    fn attempts(&mut self, id: &NotificationId) -> Result<Vec<Attempt>, StoreError>;
    /// Removes at most `limit` `sent` and `cancelled` ones created before `before`; returns how many.
    fn delete_done(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
    /// Remembers that a threshold of a leaf is told over a channel; false when it was told before.
    fn tell_threshold(&mut self, told: &ToldThreshold, at: Timestamp) -> Result<bool, StoreError>;
    /// The smallest threshold of a leaf that was told over a channel.
    fn told_threshold(
        &mut self,
        certificate: &CertificateId,
        version: &VersionId,
        channel: &str,
    ) -> Result<Option<u32>, StoreError>;
}

/// A threshold of a leaf, told over a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldThreshold {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Leaf.
    pub version_id: VersionId,
    /// Days before its end.
    pub threshold_days: u32,
    /// Channel id, or the kind of channel when there is none.
    pub channel: String,
}

/// Channels.
pub trait ChannelRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &ChannelId) -> Result<Option<Channel>, StoreError>;
    /// One page, newest first.
    fn list(
        &mut self,
        kind: Option<NotificationChannel>,
        page: &PageRequest,
    ) -> Result<Page<Channel>, StoreError>;
    /// All of them, by id. There are few.
    fn all(&mut self) -> Result<Vec<Channel>, StoreError>;
    /// Adds a row. `Duplicate{channel.id|channel.name}`.
    fn insert(&mut self, channel: &Channel) -> Result<(), StoreError>;
    /// Writes the row, but not its health, if its last change was at `unchanged_since`; otherwise
    /// `Stale`. `Duplicate{channel.name}`.
    fn update(&mut self, channel: &Channel, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// Writes the health; a channel that is gone is no error.
    fn record_health(&mut self, id: &ChannelId, health: &ChannelHealth) -> Result<(), StoreError>;
    /// Removes a row; `Stale` when absent. Its notifications stay.
    fn delete(&mut self, id: &ChannelId) -> Result<(), StoreError>;
}

/// Documents of which there is one each.
pub trait NotificationSettingRepo {
    /// The document, and when it was last changed.
    fn find(&mut self, name: &str) -> Result<Option<(JsonText, Timestamp)>, StoreError>;
    /// Writes the document if its last change was at `unchanged_since` (`None`: it does not exist);
    /// otherwise `Stale`.
    fn put(
        &mut self,
        name: &str,
        document: &JsonText,
        at: Timestamp,
        unchanged_since: Option<Timestamp>,
    ) -> Result<(), StoreError>;
}

/// How a loop fared, whichever replica ran it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconcilerMark {
    /// Name of the loop.
    pub name: String,
    /// Seconds from the beginning of one run to that of the next.
    pub period_seconds: u64,
    /// When it last began.
    pub last_started_at: Timestamp,
    /// When it last ended well.
    pub last_success_at: Option<Timestamp>,
    /// When it last failed.
    pub last_failure_at: Option<Timestamp>,
    /// Why it last failed.
    pub last_error: Option<String>,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Since when the oldest work waits that it has not looked at, if it knows.
    pub oldest_work_at: Option<Timestamp>,
}

/// Marks of the loops.
pub trait ReconcilerMarkRepo {
    /// All of them, by name.
    fn all(&mut self) -> Result<Vec<ReconcilerMark>, StoreError>;
    /// Adds or replaces one.
    fn put(&mut self, mark: &ReconcilerMark) -> Result<(), StoreError>;
}
