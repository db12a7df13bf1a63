//! Digests as notifications.

use super::collect::Contents;
use super::{html, text};
use certctl_domain::id::{ChannelId, IdSource, NotificationId};
use certctl_domain::notification::{
    AlertSeverity, Notification, NotificationChannel, NotificationStatus, NotificationType, Story,
};
use certctl_domain::{Day, Timestamp};
use certctl_repository::{StoreError, Tx};

/// A digest on its way to an address.
pub(super) struct Mail {
    pub(super) recipient: String,
    pub(super) contents: Contents,
}

/// The mail channel that digests go over: the first enabled one by id.
pub(super) fn mail_channel(tx: &mut dyn Tx) -> Result<Option<ChannelId>, StoreError> {
    let channels = tx.channels().all()?;
    let mail = |kind| kind == NotificationChannel::Email;
    Ok(channels.into_iter().find(|channel| channel.enabled && mail(channel.kind)).map(|channel| channel.id))
}

/// The rows of these mails. `key` is the same for everybody, and never used again.
pub(super) fn notifications(
    ids: &dyn IdSource,
    channel: &ChannelId,
    key: &str,
    at: Timestamp,
    mails: Vec<Mail>,
) -> Vec<Notification> {
    let row = |mail: Mail| Notification {
        id: NotificationId::mint(ids),
        alert_id: None,
        kind: NotificationType::Digest,
        severity: AlertSeverity::Informational,
        resource_type: "digest".to_owned(),
        resource_id: mail.contents.resource_id.clone(),
        certificate_id: None,
        channel: NotificationChannel::Email,
        channel_id: Some(channel.clone()),
        dedup_key: format!("{key}/{}", mail.recipient),
        recipient: mail.recipient,
        story: Story {
            subject: format!("certctl Certificate Digest — {}", Day::of(at)),
            message: text::body(&mail.contents),
            html: Some(html::page(&mail.contents)),
            facts: Vec::new(),
        },
        incident: None,
        threshold_days: None,
        status: NotificationStatus::Pending,
        delivery: None,
        retry_count: 0,
        next_retry_at: None,
        // Its hour was chosen on purpose: quiet hours do not move it.
        not_before: at,
        last_error: None,
        created_at: at,
        sent_at: None,
        read_at: None,
        lease: None,
        claims: 0,
    };
    mails.into_iter().map(row).collect()
}
