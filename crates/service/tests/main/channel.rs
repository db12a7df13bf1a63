//! Notification channels.

use crate::bench::{ServiceBench, admin, object, operator, to, viewer};
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, Field, FieldType, NotifierRegistry, RawConfig,
};
use certctl_domain::id::ChannelId;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{
    AlertSeverity, Channel, ChannelHealth, ChannelRef, NotificationChannel as Kind, Routing,
};
use certctl_domain::renewal::RenewalPolicy;
use certctl_service::{
    Channels, EnvironmentChannel, LiveChannels, RenewalPolicies, Routings, Secrets, follow_environment,
};
use certctl_service_api::channel::{ChannelService, ChannelSpec};
use certctl_service_api::list::ListRequest;
use certctl_service_api::renewal_policy::{RenewalPolicyService, RenewalPolicySpec};
use certctl_service_api::routing::RoutingService;
use certctl_service_api::{FieldError, ServiceError};
use certctl_testkit::build;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const SECRET: &str = "hunter2-of-the-channel";

/// Notifiers of one kind with a secret; they refuse URLs without TLS.
#[derive(Debug)]
struct Hooks(Kind);

#[derive(Debug)]
struct Hook;

#[async_trait]
impl Notifier for Hook {
    async fn deliver(&self, _: &Message) -> Result<Receipt, ConnectorError> {
        Ok(Receipt { detail: "200".to_owned() })
    }
}

const FIELDS: &[Field] = &[
    Field::required("url", FieldType::Text, "Where it goes."),
    Field::optional("secret", FieldType::Text, "", "Key of the signature.").secret(),
];

impl NotifierFactory for Hooks {
    fn kind(&self) -> Kind {
        self.0
    }

    fn config_schema(&self) -> ConfigSchema {
        ConfigSchema { fields: FIELDS }
    }

    fn build(
        &self,
        _: &ChannelId,
        config: &RawConfig,
        _: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        match config.fields().get("url").and_then(Value::as_str) {
            Some(url) if url.starts_with("https://") => Ok(Arc::new(Hook)),
            _ => Err(vec![ConfigError::new("url", "must begin with https://")]),
        }
    }
}

fn live(t: &ServiceBench) -> Arc<LiveChannels> {
    live_with(t, &t.secrets)
}

/// Notifiers that open what `secrets` can.
pub(crate) fn live_with(t: &ServiceBench, secrets: &Secrets) -> Arc<LiveChannels> {
    let env = NotifierEnv {
        clock: Arc::clone(&t.base.clock),
        egress: certctl_outbound::EgressPolicy::default(),
        time_limit: Duration::from_secs(5),
        extra_roots_pem: None,
    };
    let registry = NotifierRegistry::new(vec![Arc::new(Hooks(Kind::Webhook)), Arc::new(Hooks(Kind::Slack))]);
    Arc::new(LiveChannels::new(registry, env, secrets.clone()))
}

pub(crate) fn channels(t: &ServiceBench) -> Channels {
    Channels::new(t.base.clone(), live(t), t.secrets.clone())
}

pub(crate) fn spec(name: &str, config: Value) -> ChannelSpec {
    ChannelSpec { name: name.to_owned(), kind: Kind::Webhook, config: object(config), enabled: true }
}

pub(crate) fn hook() -> Value {
    json!({"url": "https://hooks.example.com", "secret": SECRET})
}

fn fields(error: ServiceError) -> Vec<FieldError> {
    match error {
        ServiceError::Unprocessable(fields) | ServiceError::Invalid(fields) => fields,
        other => panic!("not about fields: {other:?}"),
    }
}

async fn stored(t: &ServiceBench, id: &str) -> Channel {
    let id = build::id(id);
    t.read(move |tx| tx.channels().find(&id)).await.unwrap()
}

/// Brings the rows of the environment up to date; `configs` are those of webhooks, one or none.
async fn start(t: &ServiceBench, configs: &[Value]) {
    let wanted: Vec<_> = configs
        .iter()
        .map(|config| EnvironmentChannel { kind: Kind::Webhook, config: object(config.clone()) })
        .collect();
    follow_environment(&t.base, &live(t), &t.secrets, &wanted).await.unwrap();
    t.clock.advance(Duration::from_secs(1));
}

#[tokio::test]
async fn every_field_survives_creation_and_change_on_both_engines() {
    for t in ServiceBench::both().await {
        let id: ChannelId = build::id("nc-ops");
        let created = channels(&t).create(&admin(), Some(id.clone()), spec("Ops", hook())).await.unwrap();
        assert_eq!(channels(&t).get(&viewer(), &id).await.unwrap(), created);
        assert_eq!(
            (created.kind, created.source, created.enabled),
            (Kind::Webhook, ConnectorSource::Database, true)
        );
        assert_eq!(
            created.public_config.as_str(),
            r#"{"secret":{"set":true},"url":"https://hooks.example.com"}"#
        );

        let shown = json!({"url": "https://other.example.com", "secret": {"set": true}});
        let changed = ChannelSpec { enabled: false, ..spec("Edge", shown) };
        let changed =
            channels(&t).change(&admin(), &id, to(changed), Some(created.revision())).await.unwrap();
        assert_eq!(channels(&t).get(&viewer(), &id).await.unwrap(), changed);
        assert_eq!((&*changed.name, changed.enabled), ("Edge", false));
        let stale = channels(&t).change(&admin(), &id, to(spec("x", hook())), Some(created.revision())).await;
        assert_eq!(stale.unwrap_err().code(), "stale");

        // The secret was kept: the notifier can be built.
        let row = stored(&t, "nc-ops").await;
        live(&t).notifier(&row).unwrap();
        let page = channels(&t).list(&viewer(), Some(Kind::Webhook), ListRequest::default()).await.unwrap();
        assert_eq!((page.total, page.items), (1, vec![changed]));
        let none = channels(&t).list(&viewer(), Some(Kind::Slack), ListRequest::default()).await.unwrap();
        assert_eq!(none.total, 0);
        channels(&t).delete(&admin(), &id).await.unwrap();
        let trail = format!("{:?} {row:?}", t.audit().await);
        assert!(!trail.contains(SECRET), "{trail}");
        assert_eq!(
            t.audited().await,
            ["notification_channel_created", "notification_channel_updated", "notification_channel_deleted"]
        );
    }
}

#[tokio::test]
async fn only_administrators_change_channels() {
    let t = ServiceBench::new().await;
    t.write(|tx| tx.channels().insert(&build::channel("nc-one"))).await;
    for who in [operator(), viewer()] {
        let (service, id) = (channels(&t), build::id("nc-one"));
        let errors = [
            service.create(&who, None, spec("Ops", hook())).await.unwrap_err(),
            service.change(&who, &id, to(spec("Ops", hook())), None).await.unwrap_err(),
            service.delete(&who, &id).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
    }
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn a_configuration_is_refused_with_the_path_of_each_field() {
    let t = ServiceBench::empty().await;
    let refused = async |spec| {
        let problems = fields(channels(&t).create(&admin(), None, spec).await.unwrap_err());
        problems.into_iter().map(|field| (field.field, field.code)).collect::<Vec<_>>()
    };
    let at = |field: &str, code| vec![(field.to_owned(), code)];
    assert_eq!(refused(spec("Ops", json!({}))).await, at("config.url", "invalid_config"));
    assert_eq!(refused(spec("Ops", json!({"url": "http://x"}))).await, at("config.url", "invalid_config"));
    assert_eq!(refused(spec("", hook())).await, at("name", "invalid_length"));
    let pager = ChannelSpec { kind: Kind::PagerDuty, ..spec("Ops", hook()) };
    assert_eq!(refused(pager).await, at("type", "unsupported_type"));
    // A broken one can be kept switched off, and its kind never changes.
    let off = ChannelSpec { enabled: false, ..spec("Ops", json!({"url": "http://x"})) };
    let kept = channels(&t).create(&admin(), None, off).await.unwrap();
    let other = ChannelSpec { kind: Kind::Slack, ..spec("Ops", hook()) };
    let refusal = channels(&t).change(&admin(), &kept.id, to(other), None).await.unwrap_err();
    assert_eq!(fields(refusal)[0].field, "type");
}

#[tokio::test]
async fn a_new_configuration_begins_with_a_clean_health() {
    let t = ServiceBench::empty().await;
    let id: ChannelId = build::id("nc-ops");
    channels(&t).create(&admin(), Some(id.clone()), spec("Ops", hook())).await.unwrap();
    let health = ChannelHealth { consecutive_failures: 7, ..ChannelHealth::default() };
    t.write(move |tx| tx.channels().record_health(&build::id("nc-ops"), &health)).await;
    let kept = channels(&t).change(&admin(), &id, to(spec("Renamed", hook())), None).await.unwrap();
    assert_eq!(kept.health.consecutive_failures, 7);
    let other = json!({"url": "https://other.example.com"});
    let changed = channels(&t).change(&admin(), &id, to(spec("Renamed", other)), None).await.unwrap();
    assert_eq!(changed.health, ChannelHealth::default());
    assert_eq!(stored(&t, "nc-ops").await.health, ChannelHealth::default());
}

fn policy_to(channel: &str) -> RenewalPolicySpec {
    let row: RenewalPolicy = build::policy("rp-x");
    RenewalPolicySpec {
        name: "Told".to_owned(),
        renewal_window_days: row.renewal_window_days,
        renewal_window_fraction: None,
        agent_group_id: None,
        maintenance_windows: Vec::new(),
        freeze_periods: Vec::new(),
        override_before_expiry: true,
        auto_renew: true,
        max_retries: 1,
        retry_interval_seconds: 60,
        alert_thresholds_days: vec![7],
        alert_channels: [(AlertSeverity::Critical, vec![Kind::Email.into(), channel.parse().unwrap()])]
            .into(),
        alert_severity_map: std::collections::BTreeMap::new(),
    }
}

#[tokio::test]
async fn a_channel_that_is_named_stays_and_only_existing_ones_can_be_named() {
    let t = ServiceBench::new().await;
    let policies = RenewalPolicies::new(t.base.clone(), Arc::clone(&t.wakeups));
    let unknown = fields(policies.create(&operator(), None, policy_to("nc-ops")).await.unwrap_err());
    assert_eq!((&*unknown[0].field, unknown[0].code), ("alert_channels.critical[1]", "unknown_reference"));
    let id: ChannelId = build::id("nc-ops");
    channels(&t).create(&admin(), Some(id.clone()), spec("Ops", hook())).await.unwrap();
    let policy = policies.create(&operator(), None, policy_to("nc-ops")).await.unwrap();
    let named = Routing { emails: Vec::new(), ..Routing::default() };
    let mut named = named;
    named.defaults.insert(AlertSeverity::Warning, vec![ChannelRef::Channel(id.clone())]);
    Routings::new(t.base.clone()).change(&operator(), to(named), None).await.unwrap();

    let refusal = channels(&t).delete(&admin(), &id).await.unwrap_err();
    assert_eq!(refusal.code(), "in_use");
    assert!(refusal.to_string().contains("1 routings and 1 renewal policies"), "{refusal}");
    policies.delete(&operator(), &policy.id).await.unwrap();
    Routings::new(t.base.clone()).change(&operator(), to(Routing::default()), None).await.unwrap();
    channels(&t).delete(&admin(), &id).await.unwrap();
}

#[tokio::test]
async fn a_channel_follows_the_environment_from_start_to_start() {
    for t in ServiceBench::both().await {
        start(&t, &[]).await;
        assert!(t.read(|tx| tx.channels().all()).await.is_empty());
        start(&t, &[hook()]).await;
        let first = stored(&t, "nc-env-webhook").await;
        assert_eq!(
            (&*first.name, first.source, first.enabled),
            ("Webhook (environment)", ConnectorSource::Env, true)
        );
        live(&t).notifier(&first).unwrap();
        // The same again changes nothing.
        start(&t, &[hook()]).await;
        assert_eq!(stored(&t, "nc-env-webhook").await, first);
        start(&t, &[json!({"url": "https://other.example.com"})]).await;
        let changed = stored(&t, "nc-env-webhook").await;
        assert_eq!(changed.public_config.as_str(), r#"{"url":"https://other.example.com"}"#);

        // Its variables are gone: switched off, with a note and without its secrets; and back again.
        start(&t, &[]).await;
        let gone = stored(&t, "nc-env-webhook").await;
        assert_eq!((gone.enabled, gone.public_config.as_str()), (false, "{}"));
        assert!(gone.health.last_error.as_deref().unwrap().contains("gone from the environment"));
        start(&t, &[]).await;
        assert_eq!(stored(&t, "nc-env-webhook").await, gone);
        start(&t, &[hook()]).await;
        let back = stored(&t, "nc-env-webhook").await;
        assert_eq!((back.enabled, back.health.last_error), (true, None));

        let trail = t.audit().await;
        assert!(!format!("{trail:?}").contains(SECRET));
        let actions: Vec<_> =
            trail.iter().map(|event| (event.actor.as_str(), event.action.as_str())).collect();
        let updated = ("system", "notification_channel_updated");
        assert_eq!(actions, [("system", "notification_channel_created"), updated, updated, updated]);
    }
}

#[tokio::test]
async fn of_a_channel_of_the_environment_only_the_switch_can_be_moved() {
    let t = ServiceBench::empty().await;
    start(&t, &[hook()]).await;
    let id: ChannelId = build::id("nc-env-webhook");
    let service = channels(&t);
    let shown = json!({"url": "https://hooks.example.com", "secret": {"set": true}});
    let same = |enabled| ChannelSpec { enabled, ..spec("Webhook (environment)", shown.clone()) };
    let off = service.change(&admin(), &id, to(same(false)), None).await.unwrap();
    assert!(!off.enabled);
    for wanted in
        [spec("Mine", shown.clone()), spec("Webhook (environment)", json!({"url": "https://evil.example"}))]
    {
        let refusal = service.change(&admin(), &id, to(wanted), None).await.unwrap_err();
        assert_eq!(refusal.code(), "owned_by_environment");
        assert!(refusal.to_string().contains("environment variables"), "{refusal}");
    }
    assert_eq!(service.delete(&admin(), &id).await.unwrap_err().code(), "owned_by_environment");
    // Who switched it off finds it off after the next start, even with another configuration.
    start(&t, &[json!({"url": "https://other.example.com"})]).await;
    assert!(!stored(&t, "nc-env-webhook").await.enabled);

    // Without its variables it cannot be switched on, but removed.
    start(&t, &[]).await;
    let on = spec("Webhook (environment)", json!({}));
    assert_eq!(service.change(&admin(), &id, to(on), None).await.unwrap_err().code(), "owned_by_environment");
    service.delete(&admin(), &id).await.unwrap();
}

#[tokio::test]
async fn a_refused_configuration_of_the_environment_stops_nothing_and_is_told_at_the_channel() {
    let t = ServiceBench::empty().await;
    start(&t, &[json!({"url": "http://plain.example.com", "secret": SECRET})]).await;
    let row = stored(&t, "nc-env-webhook").await;
    assert!(!row.enabled);
    let told = row.health.last_error.unwrap();
    assert!(told.contains("config.url") && told.contains("https://") && !told.contains(SECRET), "{told}");
    start(&t, &[hook()]).await;
    assert!(stored(&t, "nc-env-webhook").await.enabled);
}

#[tokio::test]
async fn a_name_or_an_id_that_somebody_took_is_left_to_them() {
    let t = ServiceBench::empty().await;
    let taken = Channel { name: "Webhook (environment)".to_owned(), ..build::channel("nc-mine") };
    let ours = Channel { name: "Mine".to_owned(), ..build::channel("nc-env-slack") };
    t.write(move |tx| {
        tx.channels().insert(&taken)?;
        tx.channels().insert(&ours)
    })
    .await;
    let slack = EnvironmentChannel { kind: Kind::Slack, config: object(hook()) };
    follow_environment(&t.base, &live(&t), &t.secrets, &[slack]).await.unwrap();
    assert_eq!(stored(&t, "nc-env-slack").await.name, "Mine");
    start(&t, &[hook()]).await;
    assert_eq!(stored(&t, "nc-env-webhook").await.name, "Webhook (environment 2)");
}
