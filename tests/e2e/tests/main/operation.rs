//! Starting, stopping, restarting and changing a running system.

use anyhow::{Context, Result};
use certctl_domain::id::IssuerId;
use certctl_e2e::harness::{
    AgentProcess, PATIENCE, Scenario, ScenarioSettings, fingerprint_at, self_signed, tail, until, write,
};
use certctl_pki::Certificate;
use nix::sys::signal::Signal;
use std::time::{Duration, Instant};

const NAME: &str = "www.operation.example";
/// Stopping does not wait for long polls (30 s), probes or schedules.
const PROMPT: Duration = Duration::from_secs(20);

/// Waits for a heartbeat; enrolment alone is none.
async fn heard_from(scenario: &Scenario, agent: &AgentProcess) -> Result<()> {
    let heard = async || {
        let shown = scenario.admin.agents().get(&agent.id).await?;
        Ok(shown.last_heartbeat_at.filter(|at| *at > shown.registered_at).map(drop))
    };
    scenario.until("the first heartbeat", PATIENCE, heard).await
}

#[tokio::test]
async fn server_and_agent_end_promptly_and_in_order_when_asked() -> Result<()> {
    let mut scenario = Scenario::sqlite()?;
    let mut agent = scenario.agent("web-1").await?;
    // The agent is in its long poll once the server has heard from it.
    heard_from(&scenario, &agent).await?;
    let asked = Instant::now();
    assert_eq!(agent.running.terminate(PATIENCE)?.code(), Some(0), "{}", agent.running.story());
    assert!(asked.elapsed() < PROMPT, "the agent took {:?}", asked.elapsed());

    let second = scenario.agent("web-2").await?;
    heard_from(&scenario, &second).await?;
    let asked = Instant::now();
    assert_eq!(
        scenario.server.running.terminate(PATIENCE)?.code(),
        Some(0),
        "{}",
        scenario.server.running.story()
    );
    assert!(asked.elapsed() < PROMPT, "the server took {:?} with an agent in its long poll", asked.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_retired_agent_ends_by_itself_without_an_error() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let mut agent = scenario.agent("web-1").await?;
    heard_from(&scenario, &agent).await?;
    scenario.admin.agents().retire(&agent.id, false, None).await?.context("it was retired before")?;
    let status = until("the agent's end", PATIENCE, async || agent.running.exit_status()).await?;
    assert_eq!(status.code(), Some(0), "{}", agent.running.story());
    // It stays out.
    agent.restart()?;
    let status = until("the agent's second end", PATIENCE, async || agent.running.exit_status()).await?;
    assert_eq!(status.code(), Some(0), "{}", agent.running.story());
    Ok(())
}

#[tokio::test]
async fn the_local_ca_survives_a_restart_of_the_server() -> Result<()> {
    let mut scenario = Scenario::sqlite()?;
    let agent = scenario.agent("web-1").await?;
    let nginx = scenario.nginx(NAME).await?;
    let issuer = scenario.issuer("1h").await?;
    let target = scenario.target("web", &agent.id, nginx.target_config()).await?;
    let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?.id;
    scenario.issued(&certificate, 1).await?;
    scenario.settled(&certificate).await?;
    let before = authority(&scenario, &issuer).await?;

    assert_eq!(scenario.server.running.terminate(PATIENCE)?.code(), Some(0));
    scenario.restart()?;
    scenario.admin.certificates().renew(&certificate, false).await?;
    let second = scenario.issued(&certificate, 2).await?.remove(0);
    assert_eq!(authority(&scenario, &issuer).await?, before);
    let ca = Certificate::parse_pem(&before)?;
    Certificate::parse_pem(&second.pem_chain.unwrap_or_default())?.verify_signed_by(&ca)?;
    scenario.settled(&certificate).await?;
    nginx.serves(&second.fingerprint_sha256).await
}

/// The certificate of the one CA key of `issuer`.
async fn authority(scenario: &Scenario, issuer: &IssuerId) -> Result<String> {
    let issuer = issuer.clone();
    let keys = scenario.database.with(move |tx| tx.ca_keys().list(&issuer)).await?;
    assert_eq!(keys.len(), 1);
    Ok(keys.first().context("no key")?.certificate_pem.clone())
}

#[tokio::test]
async fn a_new_server_certificate_is_served_after_sighup_without_a_restart() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    let (certificate, key) = (settings.directory().join("tls.crt"), settings.directory().join("tls.key"));
    let install = || -> Result<()> {
        let (new_certificate, new_key) = self_signed(&["localhost", "127.0.0.1"])?;
        write(&key, &new_key)?;
        write(&certificate, &new_certificate)
    };
    install()?;
    settings.server = settings
        .server
        .with("CERTCTL_SERVER_TLS_CERT_PATH", certificate.display())
        .with("CERTCTL_SERVER_TLS_KEY_PATH", key.display());
    let scenario = settings.start()?;
    let address = scenario.server.url().trim_start_matches("https://").to_owned();
    let first = fingerprint_at(&address, "localhost").await?;

    // Half a pair is not taken: the old certificate stays.
    let good = std::fs::read_to_string(&certificate)?;
    write(&certificate, "not a certificate")?;
    scenario.server.running.signal(Signal::SIGHUP)?;
    until("a word about the refused file", PATIENCE, async || {
        Ok(scenario.server.running.log().contains("tls.crt").then_some(()))
    })
    .await?;
    assert_eq!(fingerprint_at(&address, "localhost").await?, first);
    write(&certificate, &good)?;

    install()?;
    scenario.server.running.signal(Signal::SIGHUP)?;
    let second = until("serving the new certificate", PATIENCE, async || {
        let served = fingerprint_at(&address, "localhost").await?;
        Ok((served != first).then_some(served))
    })
    .await?;
    let wanted = Certificate::parse_pem(&std::fs::read_to_string(&certificate)?)?.fingerprint();
    assert_eq!(second, wanted);
    let fresh = scenario.server.client(&scenario.admin_key)?;
    fresh.system().auth_check().await?;
    Ok(())
}

#[tokio::test]
async fn a_second_server_on_the_same_sqlite_database_refuses_with_a_hint() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let settings = scenario.server.settings().clone().with("CERTCTL_SERVER_PORT", 0);
    let mut second = settings.launch()?;
    let status = second.running.wait(PATIENCE)?;
    let log = second.running.log();
    assert_eq!(status.code(), Some(1), "{}", tail(&log, 20));
    assert!(log.contains("hint:") && log.contains("PostgreSQL"), "{}", tail(&log, 20));
    scenario.admin.system().auth_check().await?;
    Ok(())
}
