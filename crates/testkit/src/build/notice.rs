//! Alerts, notifications and channels.

use super::{at, id};
use certctl_domain::JsonText;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{
    Alert, AlertSeverity, Channel, ChannelHealth, Notification, NotificationChannel, NotificationStatus,
    NotificationType, Story,
};

/// A warning about no certificate in particular, outside of any incident.
pub fn alert(alert: &str) -> Alert {
    Alert {
        id: id(alert),
        kind: NotificationType::JobDead,
        severity: AlertSeverity::Warning,
        resource_type: "job".to_owned(),
        resource_id: "job-one".to_owned(),
        certificate_id: None,
        incident: None,
        story: story(alert),
        occurred_at: at(0),
    }
}

/// A warning on its way to a mailbox that was not tried yet; there is no channel for it.
pub fn notification(notification: &str) -> Notification {
    Notification {
        id: id(notification),
        alert_id: None,
        kind: NotificationType::JobDead,
        severity: AlertSeverity::Warning,
        resource_type: "job".to_owned(),
        resource_id: "job-one".to_owned(),
        certificate_id: None,
        channel: NotificationChannel::Email,
        channel_id: None,
        recipient: "ops@example.com".to_owned(),
        story: story(notification),
        incident: None,
        threshold_days: None,
        dedup_key: format!("key of {notification}"),
        status: NotificationStatus::Pending,
        delivery: None,
        retry_count: 0,
        next_retry_at: None,
        not_before: at(0),
        last_error: None,
        created_at: at(0),
        sent_at: None,
        read_at: None,
        lease: None,
        claims: 0,
    }
}

fn story(of: &str) -> Story {
    Story {
        subject: format!("Subject of {of}"),
        message: format!("Message of {of}."),
        html: None,
        facts: Vec::new(),
    }
}

/// An enabled channel for mail. Its configuration is not sealed by any key.
pub fn channel(channel: &str) -> Channel {
    Channel {
        id: id(channel),
        name: format!("Channel {channel}"),
        kind: NotificationChannel::Email,
        public_config: JsonText::trusted("{}".to_owned()),
        sealed_config: b"sealed".to_vec(),
        enabled: true,
        source: ConnectorSource::Database,
        health: ChannelHealth::default(),
        created_at: at(0),
        updated_at: at(0),
    }
}
