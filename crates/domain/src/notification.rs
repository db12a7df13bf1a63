//! What people are told: alerts (facts), notifications (one alert on its way to one recipient over
//! one channel), channels and the routing between them.
//!
//! An [`Alert`] is written in the transaction of its fact. Routing turns it into [`Notification`]s,
//! delivery claims those with a lease and ends each as `sent`, `dead` or `cancelled`.

mod channel;
mod delivery;
mod digest;
mod routing;

pub use channel::{Channel, ChannelHealth, ChannelRef};
pub use delivery::{Attempt, AttemptResult, Delivery, NotificationStatus, delivery_backoff};
pub use digest::DigestSchedule;
pub use routing::{Cell, QuietHours, Recipients, Routing, RoutingInput};

use crate::Timestamp;
use crate::id::{AlertId, CertificateId, ChannelId, NotificationId};
use crate::job::Lease;

string_enum! {
    /// Urgency tier.
    pub enum AlertSeverity ("alert severity") {
        /// For information.
        Informational = "informational",
        /// Needs attention.
        Warning = "warning",
        /// Needs action now.
        Critical = "critical",
    }
}

string_enum! {
    /// Kind of a notification channel.
    pub enum NotificationChannel ("notification channel") {
        /// Mail.
        Email = "Email",
        /// Signed webhook.
        Webhook = "Webhook",
        /// Slack.
        Slack = "Slack",
        /// Microsoft Teams.
        Teams = "Teams",
        /// PagerDuty.
        PagerDuty = "PagerDuty",
        /// OpsGenie.
        OpsGenie = "OpsGenie",
    }
}

string_enum! {
    /// What an alert is about.
    pub enum NotificationType ("notification type") {
        /// A certificate's leaf comes near its end.
        ExpirationWarning = "ExpirationWarning",
        /// A certificate was renewed.
        RenewalSuccess = "RenewalSuccess",
        /// An issuance or renewal ended in failure.
        RenewalFailure = "RenewalFailure",
        /// A version is served by a target.
        DeploymentSuccess = "DeploymentSuccess",
        /// A version did not get to a target.
        DeploymentFailure = "DeploymentFailure",
        /// A deployment failed and the target serves what it served before.
        DeploymentRollback = "DeploymentRollback",
        /// A job used up its attempts.
        JobDead = "JobDead",
        /// A certificate breaks a compliance rule.
        PolicyViolation = "PolicyViolation",
        /// A certificate was revoked.
        Revocation = "Revocation",
        /// A certificate in use was revoked by its CA without us.
        RevokedInUse = "RevokedInUse",
        /// Somebody has to decide about a request.
        ApprovalRequested = "ApprovalRequested",
        /// A request is about to expire without a decision.
        ApprovalExpiring = "ApprovalExpiring",
        /// An agent is not heard of.
        AgentOffline = "AgentOffline",
        /// An agent is heard of again.
        AgentOnline = "AgentOnline",
        /// An endpoint does not serve what it should.
        EndpointDown = "EndpointDown",
        /// An endpoint serves what it should again.
        EndpointRecovered = "EndpointRecovered",
        /// An issuer keeps failing.
        IssuerFailing = "IssuerFailing",
        /// An issuer works again.
        IssuerRecovered = "IssuerRecovered",
        /// A notification channel keeps failing.
        ChannelFailing = "ChannelFailing",
        /// A notification channel works again.
        ChannelRecovered = "ChannelRecovered",
        /// A CRL was not renewed in time.
        CrlLapse = "CrlLapse",
        /// The regular overview.
        Digest = "Digest",
        /// Somebody tries a channel.
        Test = "Test",
    }
}

string_enum! {
    /// What an alert means for the incident it belongs to.
    pub enum IncidentPhase ("incident phase") {
        /// It opens the incident, or keeps it open.
        Trigger = "trigger",
        /// It ends the incident.
        Resolve = "resolve",
    }
}

/// A trouble that has a beginning and an end, so that on-call tools can close what they opened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Incident {
    /// The same for everything about this trouble, for example `certificate/mc-web/renewal`.
    pub key: String,
    /// Beginning or end.
    pub phase: IncidentPhase,
}

/// A labelled value that a channel may show beside the text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fact {
    /// Label, for example `Expires`.
    pub label: String,
    /// Value, one line.
    pub value: String,
}

/// What happened, in words: the part of an alert that every channel shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// One line without control characters, at most 200 characters.
    pub subject: String,
    /// Plain text: what happened, to which object, what to do next.
    pub message: String,
    /// HTML of the same, for mail that is laid out (the digest); other mail is laid out by the channel.
    pub html: Option<String>,
    /// Labelled values.
    pub facts: Vec<Fact>,
}

/// A fact that people should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Identifier.
    pub id: AlertId,
    /// What it is about.
    pub kind: NotificationType,
    /// Urgency.
    pub severity: AlertSeverity,
    /// Kind of the object, for example `certificate`.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Certificate concerned; its policy, owner and team take part in the routing.
    pub certificate_id: Option<CertificateId>,
    /// Incident it opens or ends.
    pub incident: Option<Incident>,
    /// What happened.
    pub story: Story,
    /// When.
    pub occurred_at: Timestamp,
}

/// An alert on its way to one recipient over one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// Alert it tells; absent for expiry alerts, digests and tests, which are made for their recipient.
    pub alert_id: Option<AlertId>,
    /// What it is about.
    pub kind: NotificationType,
    /// Urgency.
    pub severity: AlertSeverity,
    /// Kind of the object.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Certificate concerned.
    pub certificate_id: Option<CertificateId>,
    /// Kind of the channel.
    pub channel: NotificationChannel,
    /// The channel, if one of this kind existed when the notification was made.
    pub channel_id: Option<ChannelId>,
    /// Mail address, or the name of the channel for channels without addresses.
    pub recipient: String,
    /// What happened.
    pub story: Story,
    /// Incident it opens or ends.
    pub incident: Option<Incident>,
    /// Threshold in days of an expiry alert.
    pub threshold_days: Option<u32>,
    /// Unique: the same alert, channel and recipient never make a second notification. Given to
    /// channels that recognise repeats.
    pub dedup_key: String,
    /// Where it stands.
    pub status: NotificationStatus,
    /// How it was delivered, once it is `sent`.
    pub delivery: Option<Delivery>,
    /// Failed attempts since it was made or requeued.
    pub retry_count: u32,
    /// When a `failed` one is tried again.
    pub next_retry_at: Option<Timestamp>,
    /// No attempt before this time (quiet hours).
    pub not_before: Timestamp,
    /// Why the last attempt failed, or why it is cancelled.
    pub last_error: Option<String>,
    /// Creation time.
    pub created_at: Timestamp,
    /// When the channel took it.
    pub sent_at: Option<Timestamp>,
    /// When somebody marked it as read.
    pub read_at: Option<Timestamp>,
    /// Who is delivering it.
    pub lease: Option<Lease>,
    /// Number of claims so far. Outcomes are written under the number of their claim, so a holder whose
    /// lease was taken over can no longer change anything.
    pub claims: i64,
}
