//! What must not go through, and what stays in place then.

use anyhow::{Context, Result};
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_api_types::certificate::CertificateVersion;
use certctl_api_types::job::Job;
use certctl_domain::id::CertificateId;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::san::San;
use certctl_e2e::harness::{
    AgentProcess, LedgerCount, Nginx, PairWatch, Scenario, SimulatedAgent, read, write,
};
use certctl_pki::Certificate;
use serde_json::json;
use std::time::Duration;

const NAME: &str = "www.refusal.example";
/// Attempts of a deployment before it fails for good.
const ATTEMPTS: f64 = 4.0;

/// A certificate whose first version is served.
struct Scene {
    certificate: CertificateId,
    first: CertificateVersion,
    nginx: Nginx,
    _agent: AgentProcess,
    scenario: Scenario,
}

impl Scene {
    /// `script` may stand between the agent and nginx's reload.
    async fn with_reload(script: impl FnOnce(&Nginx) -> Result<Vec<String>>) -> Result<Self> {
        let scenario = Scenario::sqlite()?;
        let agent = scenario.agent("web-1").await?;
        let nginx = scenario.nginx(NAME).await?;
        let issuer = scenario.issuer("1h").await?;
        let mut config = nginx.target_config();
        config.insert("reload_command".to_owned(), json!(script(&nginx)?));
        let target = scenario.target("web", &agent.id, config).await?;
        let mut request = Scenario::request(NAME, &issuer, &[&target])?;
        request.renewal_policy_id = scenario.impatient_policy().await?;
        let certificate = scenario.admin.certificates().create(&request).await?.id;
        let first = scenario.issued(&certificate, 1).await?.remove(0);
        scenario.settled(&certificate).await?;
        nginx.serves(&first.fingerprint_sha256).await?;
        Ok(Self { certificate, first, nginx, _agent: agent, scenario })
    }

    /// Renews, and waits for the end of all attempts; the failed deployment.
    async fn fail_to_renew(&self) -> Result<Job> {
        self.scenario.admin.certificates().renew(&self.certificate, false).await?;
        self.scenario.issued(&self.certificate, 2).await?;
        let jobs = self.scenario.settled(&self.certificate).await?;
        let failed = jobs.into_iter().find(|job| job.kind == JobKind::Deployment).context("no deployment")?;
        assert_eq!(failed.status, JobStatus::Failed);
        Ok(failed)
    }

    async fn assert_first_still_in_place(&self) -> Result<()> {
        assert_eq!(self.nginx.served().await?, self.first.fingerprint_sha256);
        let on_disk = Certificate::parse_pem(&read(&self.nginx.certificate())?)?;
        assert_eq!(on_disk.fingerprint(), self.first.fingerprint_sha256);
        Ok(())
    }

    async fn assert_counters(&self, expected: [(&str, f64); 5]) -> Result<()> {
        for (series, value) in expected {
            assert_eq!(self.scenario.counter(series).await?.to_bits(), value.to_bits(), "{series}");
        }
        Ok(())
    }

    /// Deploys what was refused before.
    async fn deploy_again(&self) -> Result<()> {
        self.scenario.admin.certificates().deploy(&self.certificate, None).await?;
        self.scenario.settled(&self.certificate).await?;
        let second = self.scenario.issued(&self.certificate, 2).await?.remove(0);
        self.nginx.serves(&second.fingerprint_sha256).await
    }
}

fn stage(job: &Job) -> Option<&str> {
    job.result.as_ref()?.get("stage")?.as_str()
}

#[tokio::test]
async fn a_configuration_that_nginx_refuses_keeps_the_old_certificate_served() -> Result<()> {
    let scene = Scene::with_reload(|nginx| Ok(nginx.reload_command())).await?;
    let watch = PairWatch::start(&scene.nginx.certificate(), &scene.nginx.key());
    let reloads = scene.nginx.reloads();
    scene.nginx.break_configuration()?;

    let failed = scene.fail_to_renew().await?;
    assert_eq!(stage(&failed), Some("validate"));
    let reason = failed.last_error.as_deref().context("no reason")?;
    assert!(reason.contains("no_such_directive"), "{reason}");
    scene.assert_first_still_in_place().await?;
    assert_eq!(scene.nginx.reloads(), reloads, "nginx never saw the new files");
    scene
        .assert_counters([
            (r#"certctl_deploy_validate_failures_total{target_type="NGINX"}"#, ATTEMPTS),
            (r#"certctl_deploy_attempts_total{target_type="NGINX",result="failure"}"#, ATTEMPTS),
            (r#"certctl_deploy_attempts_total{target_type="NGINX",result="success"}"#, 1.0),
            (r#"certctl_deploy_reload_failures_total{target_type="NGINX"}"#, 0.0),
            (r#"certctl_deploy_rollback_total{target_type="NGINX",outcome="restored"}"#, 0.0),
        ])
        .await?;

    scene.nginx.mend_configuration()?;
    scene.deploy_again().await?;
    watch.finish()
}

#[tokio::test]
async fn a_reload_that_fails_is_rolled_back() -> Result<()> {
    // The script refuses to load anything but the accepted files, once there are some.
    let scene = Scene::with_reload(|nginx| {
        let script = nginx.prefix().join("reload.sh");
        let (accepted, certificate) = (nginx.prefix().join("accepted.crt"), nginx.certificate());
        write(
            &script,
            &format!(
                "[ ! -e '{accepted}' ] || cmp -s '{accepted}' '{certificate}' || {{ echo not today; exit 3; }}\nexec {command}\n",
                accepted = accepted.display(),
                certificate = certificate.display(),
                command = nginx.reload_command().join(" ")
            ),
        )?;
        Ok(vec!["/bin/sh".to_owned(), script.display().to_string()])
    })
    .await?;
    let watch = PairWatch::start(&scene.nginx.certificate(), &scene.nginx.key());
    let accepted = scene.nginx.prefix().join("accepted.crt");
    std::fs::copy(scene.nginx.certificate(), &accepted)?;

    let failed = scene.fail_to_renew().await?;
    assert_eq!(stage(&failed), Some("reload"));
    let reason = failed.last_error.as_deref().context("no reason")?;
    assert!(reason.contains("not today") && reason.contains("exit status 3"), "{reason}");
    scene.assert_first_still_in_place().await?;
    scene
        .assert_counters([
            (r#"certctl_deploy_reload_failures_total{target_type="NGINX"}"#, ATTEMPTS),
            (r#"certctl_deploy_rollback_total{target_type="NGINX",outcome="restored"}"#, ATTEMPTS),
            (r#"certctl_deploy_attempts_total{target_type="NGINX",result="failure"}"#, ATTEMPTS),
            (r#"certctl_deploy_rollback_total{target_type="NGINX",outcome="also_failed"}"#, 0.0),
            (r#"certctl_deploy_validate_failures_total{target_type="NGINX"}"#, 0.0),
        ])
        .await?;

    std::fs::remove_file(accepted)?;
    scene.deploy_again().await?;
    watch.finish()
}

#[tokio::test]
async fn a_csr_for_other_names_than_ordered_is_refused_and_nothing_is_signed() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
    let mut agent = SimulatedAgent::enrol(&scenario.server, &token, "sim-1").await?;
    let issuer = scenario.issuer("1h").await?;
    let config = json!({"cert_path": "/nonexistent/site.crt", "reload_command": "true"});
    let config = config.as_object().cloned().context("no object")?;
    let target = scenario.target("web", &agent.id, config).await?;
    let certificate = scenario.certificate(NAME, &issuer, &[&target]).await?.id;
    let wait = Duration::from_secs(20);
    let item = agent.claim(wait).await?.pop().context("no work")?;

    for names in [&["www.evil.example"][..], &[NAME, "www.evil.example"], &["10.0.0.1"]] {
        let sans = names.iter().map(|name| San::parse(name)).collect::<Result<Vec<_>, _>>()?;
        let refused = agent.submit(&item, &sans).await.err().context("the CSR was accepted")?;
        let refused = refused.downcast::<certctl_client::ClientError>()?;
        assert_eq!(refused.status(), Some(422), "{refused}");
        assert!(refused.body().and_then(|body| body.details.as_ref()).is_some(), "the findings are told");
    }
    assert_eq!(scenario.database.ledger_of(&certificate).await?, LedgerCount::default());
    assert!(scenario.versions(&certificate).await?.is_empty());

    agent.work(&item).await?;
    scenario.issued(&certificate, 1).await?;
    while agent.round(wait).await? == 0 {}
    let jobs = scenario.settled(&certificate).await?;
    assert!(jobs.iter().all(|job| job.status == JobStatus::Completed), "{jobs:?}");
    Ok(())
}
