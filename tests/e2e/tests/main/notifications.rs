//! What people are told by the real server: mail and webhooks that arrive, and what a crash does to them.

use anyhow::{Context, Result};
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_api_types::notification::{Notification, NotificationTestRequest};
use certctl_api_types::routing::RoutingRequest;
use certctl_client::ListQuery;
use certctl_crypto::hash::{hex, hmac_sha256};
use certctl_domain::notification::{Delivery, NotificationStatus, NotificationType};
use certctl_e2e::harness::{
    Cli, PATIENCE, Scenario, ScenarioSettings, ServerSettings, SimulatedAgent, self_signed, write,
};
use certctl_test_support::{FakeReceiver, Received, Reply, TestSmtp};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const SECRET: &str = "a-key-of-the-signature";
const CONSOLE: &str = "https://certctl.example.com";

/// With a signed webhook of the environment.
fn with_webhook(server: ServerSettings, hook: &FakeReceiver) -> ServerSettings {
    server
        .with("CERTCTL_WEBHOOK_URL", hook.url("/hook/hush"))
        .with("CERTCTL_WEBHOOK_SECRET", SECRET)
        .with("CERTCTL_EGRESS_ALLOW", "127.0.0.1")
}

fn to_webhook(hook: &FakeReceiver) -> Result<Scenario> {
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = with_webhook(settings.server, hook);
    settings.start()
}

/// The message, once the signature was found to be the one of these bytes.
fn verified(request: &Received) -> Result<Value> {
    let header = request.header("x-signature").context("it is not signed")?;
    let (time, signature) =
        header.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).context("another signature")?;
    let signed = [time.as_bytes(), b".", &request.body].concat();
    assert_eq!(signature, hex(&hmac_sha256(SECRET.as_bytes(), &signed)));
    serde_json::from_slice(&request.body).context("the body is no JSON")
}

/// Has a message sent over the webhook.
async fn tried(scenario: &Scenario) -> Result<Notification> {
    let request: NotificationTestRequest = serde_json::from_value(json!({"channel": "Webhook"}))?;
    Ok(scenario.admin.notifications().test(&request).await?)
}

/// Waits until a notification stands so.
async fn becomes(
    scenario: &Scenario,
    told: &Notification,
    status: NotificationStatus,
) -> Result<Notification> {
    let what = format!("{} being {status}", told.id);
    scenario
        .until(&what, PATIENCE, async || {
            let now = scenario.admin.notifications().get(&told.id).await?;
            Ok((now.status == status).then_some(now))
        })
        .await
}

/// A certificate whose issuance waits for the CA, quick to try again.
async fn waits_for_the_ca(scenario: &Scenario) -> Result<()> {
    let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
    let mut agent = SimulatedAgent::enrol(&scenario.server, &token, "web-1").await?;
    let config = json!({"cert_path": "/nonexistent/site.crt", "reload_command": "true"});
    let config = config.as_object().cloned().context("no object")?;
    let target = scenario.target("web", &agent.id, config).await?;
    let issuer = scenario.issuer("1h").await?;
    let mut request = Scenario::request("www.told.example", &issuer, &[&target])?;
    request.renewal_policy_id = scenario.impatient_policy().await?;
    scenario.admin.certificates().create(&request).await?;
    scenario
        .until("the CSR", PATIENCE, async || {
            Ok((agent.round(Duration::from_secs(1)).await? > 0).then_some(()))
        })
        .await
}

#[tokio::test]
async fn people_hear_by_mail_and_signed_webhook_that_an_issuer_keeps_failing() -> Result<()> {
    let hook = FakeReceiver::start()?;
    let mut settings = ScenarioSettings::sqlite()?;
    let (certificate, key) = self_signed(&["localhost", "127.0.0.1"])?;
    let (certificate_path, key_path) =
        (settings.directory().join("mail.crt"), settings.directory().join("mail.key"));
    write(&certificate_path, &certificate)?;
    write(&key_path, &key)?;
    let smtp = TestSmtp::with_tls(&certificate_path, &key_path)?;
    let trap = Path::new(env!("CARGO_BIN_EXE_crashing-server"));
    settings.server = with_webhook(settings.server, &hook)
        .with("CERTCTL_SMTP_HOST", "127.0.0.1")
        .with("CERTCTL_SMTP_PORT", smtp.port)
        .with("CERTCTL_SMTP_USERNAME", "certctl")
        .with("CERTCTL_SMTP_PASSWORD", "pass-word")
        .with("CERTCTL_SMTP_FROM_ADDRESS", "certctl@example.com")
        .with("CERTCTL_NOTIFICATION_CA_BUNDLE_PATH", certificate_path.display())
        .with("CERTCTL_PUBLIC_URL", CONSOLE)
        .program(trap, &["silent", "none"]);
    let scenario = settings.start()?;
    let routing: RoutingRequest = serde_json::from_value(json!({
        "emails": ["ops@example.com"],
        "cells": [{"type": "IssuerFailing", "severity": "critical", "channels": ["Email", "Webhook"]}],
    }))?;
    scenario.admin.notifications().replace_routing(&routing, None).await?;
    waits_for_the_ca(&scenario).await?;

    let request =
        scenario.until("a webhook", PATIENCE, async || Ok(hook.received().into_iter().next())).await?;
    let event = verified(&request)?;
    assert_eq!((&event["event_type"], &event["severity"]), (&json!("IssuerFailing"), &json!("critical")));
    assert_eq!(event["incident"]["phase"], "trigger");
    let issuer = event["resource"]["id"].as_str().context("no issuer")?;
    assert_eq!(event["link"], format!("{CONSOLE}/issuers/{issuer}"));
    let mail = scenario
        .until("a mail", PATIENCE, async || {
            let mails = smtp.mails()?;
            let mails = mails.iter().map(|mail| serde_json::from_str::<Value>(mail).context("no mail"));
            let mails = mails.collect::<Result<Vec<_>>>()?;
            let of_issuer =
                |mail: &Value| mail["data"].as_str().is_some_and(|data| data.contains("keeps failing"));
            Ok(mails.into_iter().find(of_issuer))
        })
        .await?;
    assert_eq!((&mail["from"], &mail["to"]), (&json!("certctl@example.com"), &json!(["ops@example.com"])));
    assert_eq!((&mail["tls"], &mail["authenticated"]), (&json!(true), &json!(true)));
    let said = format!("{}{}", scenario.server.running.log(), scenario.server.running.output());
    assert!(
        !["hush", "pass-word", SECRET].iter().any(|secret| said.contains(secret)),
        "a secret is in the log"
    );
    Ok(())
}

#[tokio::test]
async fn a_server_killed_between_sending_and_recording_sends_again_with_the_same_key() -> Result<()> {
    let hook = FakeReceiver::start()?;
    let mut scenario = to_webhook(&hook)?;
    // It takes the message and never says so.
    hook.answer(Reply::Silence);
    let told = tried(&scenario).await?;
    scenario
        .until("the first message", PATIENCE, async || Ok((hook.received().len() == 1).then_some(())))
        .await?;
    scenario.server.running.kill9()?;
    hook.answer(Reply::status(204));
    scenario.restart()?;
    let sent = becomes(&scenario, &told, NotificationStatus::Sent).await?;
    assert_eq!((sent.delivery, sent.retry_count), (Some(Delivery::Delivered), 0), "{sent:?}");
    let received = hook.received();
    let [first, second] = &received[..] else { panic!("{} messages", received.len()) };
    let (before, after) = (verified(first)?, verified(second)?);
    assert_eq!(before["dedup_key"], after["dedup_key"]);
    assert_eq!(before["event_id"], told.id.as_str());
    assert_eq!(first.header("x-certctl-delivery"), second.header("x-certctl-delivery"));
    Ok(())
}

#[tokio::test]
async fn a_restart_neither_repeats_a_digest_nor_moves_a_retry() -> Result<()> {
    let hook = FakeReceiver::start()?;
    let smtp = TestSmtp::plain()?;
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = with_webhook(settings.server, &hook)
        .with("CERTCTL_SMTP_HOST", "127.0.0.1")
        .with("CERTCTL_SMTP_PORT", smtp.port)
        .with("CERTCTL_SMTP_USE_TLS", false)
        .with("CERTCTL_SMTP_FROM_ADDRESS", "certctl@example.com")
        .with("CERTCTL_DIGEST_ENABLED", true)
        .with("CERTCTL_DIGEST_RECIPIENTS", "ops@example.com");
    let mut scenario = settings.start()?;
    scenario.until("the digest", PATIENCE, async || Ok((smtp.mails()?.len() == 1).then_some(()))).await?;
    hook.answer(Reply::status(503));
    let told = tried(&scenario).await?;
    let before = becomes(&scenario, &told, NotificationStatus::Failed).await?;
    assert!(before.next_retry_at.is_some() && before.retry_count == 1, "{before:?}");

    let stopped = scenario.server.running.terminate(PATIENCE)?;
    assert_eq!(stopped.code(), Some(0));
    scenario.restart()?;
    // Both loops have run since.
    scenario
        .until("the loops of the new server", PATIENCE, async || {
            let health = scenario.admin.system().scheduler().await?;
            let of = |name: &str| health.loops.iter().find(|one| one.name == name);
            let ran = ["digest", "notification-delivery"].iter().all(|name| {
                of(name).is_some_and(|one| one.last_success_at.is_some_and(|at| at > before.created_at))
            });
            Ok(ran.then_some(()))
        })
        .await?;
    let after = scenario.admin.notifications().get(&told.id).await?;
    assert_eq!((after.next_retry_at, after.retry_count), (before.next_retry_at, 1));
    assert_eq!(hook.received().len(), 1);
    let digests = ListQuery::new().filter("type", NotificationType::Digest.as_str());
    assert_eq!(scenario.admin.notifications().list(&digests).await?.total, 1);
    assert_eq!(smtp.mails()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_doctor_names_what_was_given_up_and_what_reached_nobody() -> Result<()> {
    let hook = FakeReceiver::start()?;
    let scenario = to_webhook(&hook)?;
    let cli = Cli::admin(&scenario)?;
    let well = cli.told(&["doctor"])?;
    assert!(well.contains("ok       dead") && well.contains("ok       no_notifier"), "{well}");

    hook.answer(Reply::status(404));
    let refused = tried(&scenario).await?;
    becomes(&scenario, &refused, NotificationStatus::Dead).await?;
    let nobody: NotificationTestRequest = serde_json::from_value(json!({"channel": "Slack"}))?;
    let nobody = scenario.admin.notifications().test(&nobody).await?;
    becomes(&scenario, &nobody, NotificationStatus::Sent).await?;
    let told = cli.told(&["doctor"])?;
    let since = |told: &Notification| told.created_at.to_rfc3339();
    let dead = format!("1 notifications were given up; the oldest is of {}", since(&refused));
    assert!(told.contains(&dead) && told.contains("requeue-all --status dead"), "{told}");
    assert!(told.contains("1 notifications reached nobody"), "{told}");
    assert!(told.contains(&since(&nobody)) && told.contains("--delivery no_notifier"), "{told}");

    // What the hints say helps.
    hook.answer(Reply::status(200));
    cli.told(&["notifications", "requeue-all", "--status", "dead", "--yes"])?;
    becomes(&scenario, &refused, NotificationStatus::Sent).await?;
    Ok(())
}

#[tokio::test]
async fn a_watcher_outside_hears_a_heartbeat_whose_url_is_told_to_nobody() -> Result<()> {
    let watcher = FakeReceiver::start()?;
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings
        .server
        .with("CERTCTL_HEARTBEAT_URL", watcher.url("/ping/hush"))
        .with("CERTCTL_EGRESS_ALLOW", "127.0.0.1");
    let scenario = settings.start()?;
    let request =
        scenario.until("a heartbeat", PATIENCE, async || Ok(watcher.received().into_iter().next())).await?;
    assert_eq!((&*request.method, &*request.target), ("GET", "/ping/hush"));
    let health = scenario
        .until("the mark of the heartbeat", PATIENCE, async || {
            let health = scenario.admin.system().scheduler().await?;
            let beat =
                health.loops.iter().find(|one| one.name == "heartbeat" && one.last_success_at.is_some());
            Ok(beat.is_some().then_some(health))
        })
        .await?;
    assert_eq!(health.status, "healthy", "{health:?}");
    let said = format!("{}{}", scenario.server.running.log(), scenario.server.running.output());
    assert!(!said.contains("hush"), "{said}");
    let settings = scenario.server.settings().command(&["check-config"])?;
    assert!(!String::from_utf8_lossy(&settings.stdout).contains("hush"));
    Ok(())
}
