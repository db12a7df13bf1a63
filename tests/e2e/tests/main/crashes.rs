//! Processes killed in the worst moment: nothing is lost, nothing happens twice, nothing is mixed.

use anyhow::{Context, Result};
use certctl_domain::id::CertificateId;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_e2e::harness::{
    AgentProcess, Gate, LedgerCount, Nginx, PATIENCE, PairWatch, Scenario, TcpGate, until,
};
use serde_json::{Map, Value, json};
use std::path::Path;

const NAME: &str = "www.crash.example";

/// The server dies at `point` of the first issuance; `ledger` is what the next start leaves behind.
async fn the_server_dies(point: &str, ledger: LedgerCount) -> Result<()> {
    let mut scenario = Scenario::sqlite()?;
    let agent = scenario.agent("web-1").await?;
    let nginx = scenario.nginx(NAME).await?;
    let issuer = scenario.issuer("1h").await?;
    let target = scenario.target("web", &agent.id, nginx.target_config()).await?;
    let normal = scenario.server.settings().clone();
    scenario.server.running.terminate(PATIENCE)?;

    let marker = scenario.directory().join("reached");
    let trap = Path::new(env!("CARGO_BIN_EXE_crashing-server"));
    scenario.restart_with(&normal.clone().program(trap, &[point, &marker.display().to_string()]))?;
    let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?.id;
    scenario.until(point, PATIENCE, async || Ok(marker.exists().then_some(()))).await?;
    scenario.server.running.kill9()?;

    scenario.restart_with(&normal)?;
    let version = scenario.issued(&certificate, 1).await?.remove(0);
    let jobs = scenario.settled(&certificate).await?;
    nginx.serves(&version.fingerprint_sha256).await?;
    assert_eq!(jobs.len(), 2, "one issuance and one deployment: {jobs:?}");
    assert!(jobs.iter().all(|job| job.status == JobStatus::Completed), "{jobs:?}");
    assert_eq!(scenario.versions(&certificate).await?.len(), 1);
    assert_eq!(scenario.database.ledger_of(&certificate).await?, ledger);
    let mut serials: Vec<_> =
        scenario.database.ledger().await?.into_iter().map(|row| row.serial_number).collect();
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), ledger.issued + ledger.abandoned, "every signature has its own serial");
    assert!(serials.iter().all(Option::is_some));
    Ok(())
}

#[tokio::test]
async fn a_server_killed_between_claim_and_signing_issues_once_after_restart() -> Result<()> {
    the_server_dies("claimed", LedgerCount { issued: 1, ..LedgerCount::default() }).await
}

#[tokio::test]
async fn a_server_killed_between_record_and_signing_leaves_an_abandoned_serial() -> Result<()> {
    the_server_dies("recorded", LedgerCount { issued: 1, abandoned: 1, intents: 0 }).await
}

#[tokio::test]
async fn a_server_killed_between_signing_and_commit_leaves_an_abandoned_serial() -> Result<()> {
    the_server_dies("signed", LedgerCount { issued: 1, abandoned: 1, intents: 0 }).await
}

/// One served version, and a second one on its way.
struct Scene {
    certificate: CertificateId,
    first: String,
    agent: AgentProcess,
    nginx: Nginx,
    watch: PairWatch,
    scenario: Scenario,
}

impl Scene {
    async fn start(scenario: Scenario, nginx: Nginx, config: Map<String, Value>) -> Result<Self> {
        let agent = scenario.agent("web-1").await?;
        let issuer = scenario.issuer("1h").await?;
        let target = scenario.target("web", &agent.id, config).await?;
        let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?.id;
        let first = scenario.issued(&certificate, 1).await?.remove(0).fingerprint_sha256;
        scenario.settled(&certificate).await?;
        nginx.serves(&first).await?;
        let watch = PairWatch::start(&nginx.certificate(), &nginx.key());
        Ok(Self { certificate, first, agent, nginx, watch, scenario })
    }

    async fn renew(&self) -> Result<()> {
        self.scenario.admin.certificates().renew(&self.certificate, false).await?;
        Ok(())
    }

    /// The killed agent starts again: the newest version is served, by one completed deployment.
    async fn recover(mut self) -> Result<()> {
        self.agent.restart()?;
        let jobs = match self.scenario.settled(&self.certificate).await {
            Ok(jobs) => jobs,
            Err(error) => return Err(error.context(self.agent.running.story())),
        };
        let newest = self.scenario.issued(&self.certificate, 2).await?.remove(0);
        self.nginx.serves(&newest.fingerprint_sha256).await?;
        assert_ne!(newest.fingerprint_sha256, self.first);
        assert!(jobs.iter().all(|job| job.status == JobStatus::Completed), "{jobs:?}");
        let deployments = jobs.iter().filter(|job| job.kind == JobKind::Deployment).count();
        assert_eq!((deployments, self.scenario.versions(&self.certificate).await?.len()), (2, 2));
        self.watch.finish()
    }
}

#[tokio::test]
async fn an_agent_killed_before_the_swap_has_changed_nothing_and_goes_on_after_restart() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let nginx = scenario.nginx(NAME).await?;
    // The agent looks at the endpoint before it touches a file, so it can be held there.
    let gate = TcpGate::before(&nginx.address()).await?;
    let mut config = nginx.target_config();
    config.insert("verify".to_owned(), json!({"endpoint": gate.address(), "sni": NAME, "timeout": "1m"}));
    let mut scene = Scene::start(scenario, nginx, config).await?;
    gate.close();
    scene.renew().await?;
    gate.reached().await?;
    scene.agent.running.kill9()?;
    assert_eq!(scene.nginx.served().await?, scene.first);
    gate.open();
    scene.recover().await
}

/// Kills the agent while the command called `field` runs.
async fn the_agent_dies_in(field: &str, command: impl FnOnce(&Nginx) -> Vec<String>) -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let nginx = scenario.nginx(NAME).await?;
    let gate = Gate::before(scenario.directory(), field, &command(&nginx))?;
    let mut config = nginx.target_config();
    config.insert(field.to_owned(), json!(gate.command()));
    let mut scene = Scene::start(scenario, nginx, config).await?;
    gate.close()?;
    scene.renew().await?;
    gate.reached().await.with_context(|| scene.agent.running.story())?;
    scene.agent.running.kill9()?;
    assert_eq!(scene.nginx.served().await?, scene.first, "nothing was reloaded yet");
    gate.open();
    scene.recover().await
}

#[tokio::test]
async fn an_agent_killed_after_the_swap_and_before_validation_recovers() -> Result<()> {
    the_agent_dies_in("validate_command", Nginx::validate_command).await
}

#[tokio::test]
async fn an_agent_killed_after_the_swap_and_before_the_reload_recovers() -> Result<()> {
    the_agent_dies_in("reload_command", Nginx::reload_command).await
}

#[tokio::test]
async fn an_agent_killed_with_a_key_but_no_certificate_uses_it_after_restart() -> Result<()> {
    let mut scenario = Scenario::sqlite()?;
    let mut agent = scenario.agent("web-1").await?;
    let nginx = scenario.nginx(NAME).await?;
    let issuer = scenario.issuer("1h").await?;
    let target = scenario.target("web", &agent.id, nginx.target_config()).await?;
    // A server that never signs leaves the agent with a pending key.
    let normal = scenario.server.settings().clone();
    scenario.server.running.terminate(PATIENCE)?;
    let marker = scenario.directory().join("reached");
    let trap = Path::new(env!("CARGO_BIN_EXE_crashing-server"));
    scenario.restart_with(&normal.clone().program(trap, &["claimed", &marker.display().to_string()]))?;
    let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?.id;
    until("sending the CSR", PATIENCE, async || Ok(marker.exists().then_some(()))).await?;
    agent.running.kill9()?;
    scenario.server.running.kill9()?;

    scenario.restart_with(&normal)?;
    agent.restart()?;
    let version = scenario.issued(&certificate, 1).await?.remove(0);
    scenario.settled(&certificate).await?;
    nginx.serves(&version.fingerprint_sha256).await?;
    assert_eq!(scenario.versions(&certificate).await?.len(), 1);
    Ok(())
}
