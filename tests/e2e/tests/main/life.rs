//! The main job: issued, deployed, served, renewed.

use anyhow::{Context, Result, ensure};
use certctl_crypto::KeyPair;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::job::JobStatus;
use certctl_domain::ledger::IssuanceState;
use certctl_e2e::harness::{Nginx, PATIENCE, PairWatch, Scenario, ScenarioSettings, read};
use certctl_pki::Certificate;

const NAME: &str = "www.life.example";

async fn a_whole_life(scenario: Scenario) -> Result<()> {
    let agent = scenario.agent("web-1").await?;
    let nginx = scenario.nginx(NAME).await?;
    let placeholder = nginx.served().await?;
    let watch = PairWatch::start(&nginx.certificate(), &nginx.key());
    let issuer = scenario.issuer("1m").await?;
    let target = scenario.target("web", &agent.id, nginx.target_config()).await?;
    let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?;

    let first = scenario.issued(&certificate.id, 1).await?.remove(0);
    nginx.serves(&first.fingerprint_sha256).await?;
    assert_ne!(first.fingerprint_sha256, placeholder);
    // The second one comes by itself, 40 s after the first. A third would 40 s later, which is no
    // time at all on a busy machine.
    scenario.issued(&certificate.id, 2).await?;
    scenario.admin.certificates().pause(&certificate.id, "two versions are enough").await?;
    let jobs = scenario.settled(&certificate.id).await?;
    let versions = scenario.versions(&certificate.id).await?;
    let newest = versions.first().context("no version")?;
    nginx.serves(&newest.fingerprint_sha256).await?;
    assert_pair_on_disk(&nginx, &newest.fingerprint_sha256)?;
    watch.finish()?;

    let ledger = scenario.database.ledger().await?;
    assert_eq!(ledger.len(), versions.len(), "one row per signature");
    for (row, version) in ledger.iter().zip(&versions) {
        assert_eq!(row.state, IssuanceState::Issued);
        assert_eq!(row.fingerprint_sha256.as_ref(), Some(&version.fingerprint_sha256));
        assert_eq!(row.serial_number.as_ref(), Some(&version.serial_number));
    }
    assert_eq!(jobs.len(), versions.len() * 2, "an issuance or renewal and a deployment for each");
    assert!(jobs.iter().all(|job| job.status == JobStatus::Completed && job.attempts == 1), "{jobs:?}");
    let shown = scenario.admin.certificates().get(&certificate.id).await?;
    assert!(
        matches!(shown.status, CertificateStatus::Active | CertificateStatus::Expiring),
        "{}",
        shown.status
    );
    let deployments = scenario.admin.certificates().deployments(&certificate.id).await?;
    assert!(deployments.data.iter().all(|deployment| deployment.status == DeploymentStatus::Served));
    assert_eq!(nginx.reloads(), versions.len());
    Ok(())
}

fn assert_pair_on_disk(nginx: &Nginx, fingerprint: &str) -> Result<()> {
    let certificate = Certificate::parse_pem(&read(&nginx.certificate())?)?;
    let key = KeyPair::from_pem(&read(&nginx.key())?)?;
    ensure!(certificate.fingerprint() == fingerprint, "the file holds {}", certificate.fingerprint());
    ensure!(certctl_pki::key_matches(&certificate, &key), "the key file does not fit the certificate");
    Ok(())
}

#[tokio::test]
async fn a_certificate_is_issued_deployed_served_and_renewed_on_sqlite() -> Result<()> {
    a_whole_life(Scenario::sqlite()?).await
}

#[tokio::test]
async fn a_certificate_is_issued_deployed_served_and_renewed_on_postgresql() -> Result<()> {
    a_whole_life(ScenarioSettings::postgres()?.start()?).await
}

#[tokio::test]
async fn every_periodic_task_tells_from_outside_that_it_ran() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let health = scenario.until("every task running once", PATIENCE, async || {
        let health = scenario.admin.system().scheduler().await?;
        Ok(health.loops.iter().all(|one| one.last_success_at.is_some()).then_some(health))
    });
    let health = health.await?;
    assert_eq!(health.status, "healthy", "{health:?}");
    for name in ["renewal-sweep", "notification-delivery", "notification-retry", "notification-retention"] {
        assert!(health.loops.iter().any(|one| one.name == name), "{name} is missing: {health:?}");
    }
    let metrics = scenario.admin.system().prometheus().await?;
    assert!(metrics.contains("certctl_reconciler_last_success_timestamp_seconds{name=\"renewal-sweep\"} "));
    Ok(())
}
