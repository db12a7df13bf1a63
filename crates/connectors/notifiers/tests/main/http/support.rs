//! A message, an environment that reaches loopback, and channels that lead to a fake receiver.

use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory};
use certctl_connector_api::{ConfigError, ConnectorError, RawConfig};
use certctl_domain::notification::{
    AlertSeverity, Fact, Incident, IncidentPhase, NotificationChannel, NotificationType, Story,
};
use certctl_domain::{Clock, Timestamp};
use certctl_outbound::EgressPolicy;
use certctl_test_support::{FakeReceiver, Received};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// A secret that stands in every configuration and must stand in no error.
pub(super) const SECRET: &str = "hush0123456789abcdef0123456789ab";
pub(super) const NOW: i64 = 1_795_255_200;

#[derive(Debug)]
struct FakeClock;

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(NOW)
    }
}

pub(super) fn env() -> NotifierEnv {
    NotifierEnv {
        clock: Arc::new(FakeClock),
        egress: EgressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap()]),
        time_limit: Duration::from_secs(30),
        extra_roots_pem: None,
    }
}

pub(super) fn message() -> Message {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    Message {
        id: "notif-0198".to_owned(),
        dedup_key: "alert-0198/nc-ops/ops".to_owned(),
        kind: NotificationType::RenewalFailure,
        severity: AlertSeverity::Critical,
        recipient: "ops".to_owned(),
        story: Story {
            subject: "Renewal of mc-web failed".to_owned(),
            message: "The renewal of certificate mc-web (*.example.com) failed at the last attempt: \
                      the issuer iss-corp cannot be reached.\n\nCheck the issuer, then renew again."
                .to_owned(),
            html: None,
            facts: vec![fact("Expires", "2026-12-01T00:00:00Z"), fact("Issuer", "iss-corp")],
        },
        incident: Some(Incident {
            key: "certificate/mc-web/renewal".to_owned(),
            phase: IncidentPhase::Trigger,
        }),
        resource_type: "certificate".to_owned(),
        resource_id: "mc-web".to_owned(),
        link: Some("https://certctl.example.com/certificates/mc-web?tab=history&page=1".to_owned()),
        occurred_at: Timestamp::from_unix_seconds(NOW - 60),
    }
}

/// The end of the same incident.
pub(super) fn resolved() -> Message {
    let mut message = message();
    message.kind = NotificationType::RenewalSuccess;
    message.severity = AlertSeverity::Informational;
    "mc-web was renewed".clone_into(&mut message.story.subject);
    message.incident.as_mut().unwrap().phase = IncidentPhase::Resolve;
    message
}

/// Channels over HTTP.
pub(super) fn kinds() -> Vec<NotificationChannel> {
    let kinds = certctl_notifiers::registry();
    kinds.iter().map(|factory| factory.kind()).filter(|kind| *kind != NotificationChannel::Email).collect()
}

/// A configuration of each kind that leads to `base` and bears [`SECRET`] wherever it may.
pub(super) fn config(kind: NotificationChannel, base: &str) -> Value {
    match kind {
        NotificationChannel::Slack => json!({"webhook_url": format!("{base}/services/T0/B0/{SECRET}")}),
        NotificationChannel::Teams => json!({"webhook_url": format!("{base}/workflows/w?sig={SECRET}")}),
        NotificationChannel::PagerDuty => json!({"routing_key": SECRET, "api_url": base}),
        NotificationChannel::OpsGenie => json!({"api_key": SECRET, "api_url": base}),
        NotificationChannel::Webhook => json!({
            "url": format!("{base}/hook/{SECRET}"), "secret": SECRET,
            "headers": {"X-Api-Key": SECRET},
        }),
        NotificationChannel::Email => panic!("mail is not sent over HTTP"),
    }
}

pub(super) fn with(mut config: Value, name: &str, value: Value) -> Value {
    config[name] = value;
    config
}

pub(super) fn factory(kind: NotificationChannel) -> Arc<dyn NotifierFactory> {
    Arc::clone(certctl_notifiers::registry().get(kind).unwrap())
}

/// As the service does it: first the schema, then the connector.
pub(super) fn try_build(
    kind: NotificationChannel,
    config: &Value,
    env: &NotifierEnv,
) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
    let (factory, config) = (factory(kind), RawConfig::from_json(&config.to_string()).unwrap());
    factory.config_schema().check(&config)?;
    factory.build(&"nc-ops".parse().unwrap(), &config, env)
}

pub(super) fn build(kind: NotificationChannel, config: &Value) -> Arc<dyn Notifier> {
    try_build(kind, config, &env()).unwrap()
}

/// A channel and the receiver it leads to.
pub(super) struct Line {
    pub(super) receiver: FakeReceiver,
    pub(super) channel: Arc<dyn Notifier>,
}

impl Line {
    /// With `change` laid over the configuration of [`config`].
    pub(super) fn new(kind: NotificationChannel, change: &Value) -> Self {
        let receiver = FakeReceiver::start().unwrap();
        let mut config = config(kind, &receiver.url(""));
        for (name, value) in change.as_object().unwrap() {
            config[name] = value.clone();
        }
        Self { channel: build(kind, &config), receiver }
    }

    /// What the receiver gets of a message that it takes.
    pub(super) async fn send(&self, message: &Message) -> Received {
        let before = self.receiver.received().len();
        self.channel.deliver(message).await.unwrap();
        let mut received = self.receiver.received();
        assert_eq!(received.len(), before + 1, "one attempt is one request");
        received.remove(before)
    }
}

/// What a receiver gets of one message.
pub(super) async fn delivered(kind: NotificationChannel, change: Value, message: &Message) -> Received {
    Line::new(kind, &change).send(message).await
}

pub(super) fn document(received: &Received) -> Value {
    serde_json::from_slice(&received.body).unwrap()
}

/// Everything of an error that a log or a database may get to see.
pub(super) fn told(error: &ConnectorError) -> String {
    format!("{} {error:?}", error.chain())
}
