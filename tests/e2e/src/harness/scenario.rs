//! A server with its database and what tests ask of it all the time.

use super::{
    AgentProcess, AgentSettings, Database, Nginx, PATIENCE, PostgresServer, ServerProcess, ServerSettings,
    until,
};
use anyhow::{Context, Result, bail};
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_api_types::certificate::{Certificate, CertificateRequest, CertificateVersion};
use certctl_api_types::issuer::IssuerRequest;
use certctl_api_types::job::Job;
use certctl_api_types::target::TargetRequest;
use certctl_client::{Client, ListQuery};
use certctl_crypto::SecretString;
use certctl_domain::id::{AgentId, CertificateId, IssuerId, OwnerId, RenewalPolicyId, TargetId, TeamId};
use certctl_domain::renewal::RenewalPolicy;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The policy of [`Scenario::impatient_policy`].
const IMPATIENT: &str = "rp-impatient";

/// What a scenario is made of, before anything runs.
#[derive(Debug)]
pub struct ScenarioSettings {
    directory: TempDir,
    database: Database,
    /// The server, to be adjusted.
    pub server: ServerSettings,
}

impl ScenarioSettings {
    /// A server without any configuration but its directory and port.
    pub fn sqlite() -> Result<Self> {
        Self::within(tempfile::Builder::new().prefix("certctl-e2e-").tempdir()?)
    }

    /// The same in a directory of the caller's choice.
    pub fn within(directory: TempDir) -> Result<Self> {
        let server = ServerSettings::new(directory.path(), "server")?;
        let database = Database::sqlite(&server.data_dir());
        Ok(Self { directory, database, server })
    }

    /// A server on a fresh database of the shared PostgreSQL.
    pub fn postgres() -> Result<Self> {
        Self::on(PostgresServer::shared()?)
    }

    /// A server on a fresh database of this PostgreSQL, set up so that others can join it.
    pub fn on(postgres: PostgresServer) -> Result<Self> {
        let settings = Self::sqlite()?;
        let database = Database::postgres(postgres)?;
        let server = settings.server.clone();
        let server = server
            .with("CERTCTL_DATABASE_URL", database.url())
            .with("CERTCTL_DATABASE_AUTO_MIGRATE", "true")
            .with("CERTCTL_DATABASE_MAX_CONNS", 8)
            .with("CERTCTL_CONFIG_ENCRYPTION_KEY", "one key for all replicas of this scenario")
            // Load comes from one address here.
            .with("CERTCTL_RATE_LIMIT_ENABLED", false)
            // Long enough for a stall of a busy machine, short enough to see a takeover.
            .with("CERTCTL_JOB_LEASE", "10s")
            .with("CERTCTL_AGENT_LEASE", "15s");
        Ok(Self { database, server, ..settings })
    }

    /// Where everything of the scenario lies.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Starts the server.
    pub fn start(self) -> Result<Scenario> {
        let server = self.server.start()?;
        let admin_key = server.first_key().context("the first start printed no admin key")?;
        let admin = server.client(&admin_key)?;
        Ok(Scenario { server, database: self.database, admin_key, admin, directory: self.directory })
    }
}

/// A running server with an administrator. Dropping it ends everything and removes its files.
#[derive(Debug)]
pub struct Scenario {
    /// The server.
    pub server: ServerProcess,
    /// Its database.
    pub database: Database,
    /// The key the first start printed.
    pub admin_key: SecretString,
    /// A client with that key.
    pub admin: Client,
    directory: TempDir,
}

impl Scenario {
    /// On SQLite, with the defaults.
    pub fn sqlite() -> Result<Self> {
        ScenarioSettings::sqlite()?.start()
    }

    /// Where everything of the scenario lies.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A new directory in it.
    pub fn subdirectory(&self, name: &str) -> Result<PathBuf> {
        let path = self.directory().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Starts the server again, on the same address, after it has ended; `settings` may differ.
    pub fn restart_with(&mut self, settings: &ServerSettings) -> Result<()> {
        let port = self.server.url().rsplit(':').next().unwrap_or_default().to_owned();
        self.server = settings.clone().with("CERTCTL_SERVER_PORT", port).start()?;
        self.admin = self.server.client(&self.admin_key)?;
        Ok(())
    }

    /// Starts the server again as it was.
    pub fn restart(&mut self) -> Result<()> {
        let settings = self.server.settings().clone();
        self.restart_with(&settings)
    }

    /// Enrols and starts an agent.
    pub async fn agent(&self, name: &str) -> Result<AgentProcess> {
        let token = self.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?;
        let settings = AgentSettings::new(self.directory(), name, &self.server)?;
        settings.enrol(&token.token)?;
        settings.start()
    }

    /// Starts a private nginx.
    pub async fn nginx(&self, name: &str) -> Result<Nginx> {
        Nginx::start(self.directory(), name).await
    }

    /// Adds a local CA whose leaves live for `validity`.
    pub async fn issuer(&self, validity: &str) -> Result<IssuerId> {
        let config = json!({"validity": validity, "ca_common_name": "End-to-end CA"});
        self.issuer_with(&format!("local, {validity}"), &config).await
    }

    /// Adds a local CA with this configuration.
    pub async fn issuer_with(&self, name: &str, config: &Value) -> Result<IssuerId> {
        let request = IssuerRequest {
            id: None,
            name: name.to_owned(),
            kind: "GenericCA".to_owned(),
            config: config.as_object().cloned().unwrap_or_default(),
            enabled: true,
        };
        Ok(self.admin.issuers().create(&request).await?.id)
    }

    /// Adds an nginx target.
    pub async fn target(&self, name: &str, agent: &AgentId, config: Map<String, Value>) -> Result<TargetId> {
        let request = TargetRequest {
            id: None,
            name: name.to_owned(),
            kind: "NGINX".to_owned(),
            agent_id: agent.clone(),
            config,
            enabled: true,
        };
        Ok(self.admin.targets().create(&request).await?.id)
    }

    /// The description of a certificate with one name.
    pub fn request(name: &str, issuer: &IssuerId, targets: &[&TargetId]) -> Result<CertificateRequest> {
        Ok(CertificateRequest {
            id: None,
            name: name.to_owned(),
            common_name: name.to_owned(),
            sans: Vec::new(),
            environment: String::new(),
            owner_id: OwnerId::parse("o-default")?,
            team_id: TeamId::parse("t-default")?,
            issuer_id: issuer.clone(),
            renewal_policy_id: RenewalPolicyId::parse("rp-default")?,
            certificate_profile_id: None,
            tags: std::collections::BTreeMap::new(),
            target_ids: Some(targets.iter().map(|target| (*target).clone()).collect()),
        })
    }

    /// Adds a certificate with one name; its issuance begins by itself.
    pub async fn certificate(
        &self,
        name: &str,
        issuer: &IssuerId,
        targets: &[&TargetId],
    ) -> Result<Certificate> {
        Ok(self.admin.certificates().create(&Self::request(name, issuer, targets)?).await?)
    }

    /// A policy with a second between attempts, so that a job fails for good within seconds.
    pub async fn impatient_policy(&self) -> Result<RenewalPolicyId> {
        let id = RenewalPolicyId::parse(IMPATIENT)?;
        let wanted = id.clone();
        self.database
            .with(move |tx| {
                let template = tx.renewal_policies().find(
                    &RenewalPolicyId::parse("rp-default")
                        .map_err(|error| certctl_repository::StoreError::Other(error.into()))?,
                )?;
                let Some(template) = template else { return Ok(()) };
                tx.renewal_policies().insert(&RenewalPolicy {
                    id: wanted.clone(),
                    name: IMPATIENT.to_owned(),
                    retry_interval_seconds: 1,
                    ..template
                })
            })
            .await?;
        Ok(id)
    }

    /// What was issued for a certificate, newest first.
    pub async fn versions(&self, certificate: &CertificateId) -> Result<Vec<CertificateVersion>> {
        Ok(self
            .admin
            .certificates()
            .versions(certificate, &ListQuery::new().filter("include", "pem").per_page(500))
            .await?
            .data)
    }

    /// Waits until at least `count` versions exist; the newest first.
    pub async fn issued(&self, certificate: &CertificateId, count: usize) -> Result<Vec<CertificateVersion>> {
        self.until(&format!("issuing version {count}"), PATIENCE, async || {
            let versions = self.versions(certificate).await?;
            Ok((versions.len() >= count).then_some(versions))
        })
        .await
    }

    /// The jobs of a certificate, newest first.
    pub async fn jobs(&self, certificate: &CertificateId) -> Result<Vec<Job>> {
        let query = ListQuery::new().filter("certificate_id", certificate.as_str()).per_page(500);
        Ok(self.admin.jobs().list(&query).await?.data)
    }

    /// Waits until no job of a certificate is under way; the jobs, newest first.
    pub async fn settled(&self, certificate: &CertificateId) -> Result<Vec<Job>> {
        self.until("the end of every job", PATIENCE, async || {
            let jobs = self.jobs(certificate).await?;
            Ok((!jobs.is_empty() && jobs.iter().all(|job| !job.status.is_live())).then_some(jobs))
        })
        .await
    }

    /// Value of a counter in the Prometheus exposition; zero when it is not there.
    pub async fn counter(&self, series: &str) -> Result<f64> {
        self.counter_at(&self.server, series).await
    }

    /// The same of another server on this database.
    pub async fn counter_at(&self, server: &ServerProcess, series: &str) -> Result<f64> {
        let text = server.client(&self.admin_key)?.system().prometheus().await?;
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(Ok(0.0), |value| value.trim().parse().with_context(|| format!("{series} is `{value}`")))
    }

    /// Like [`until`], with the server's last words when it takes too long.
    pub async fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        look: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        match until(what, limit, look).await {
            Ok(value) => Ok(value),
            Err(error) => {
                let jobs = self.database.jobs().await.unwrap_or_default();
                let jobs: Vec<String> = jobs
                    .iter()
                    .take(12)
                    .map(|job| format!("{} {} {} {:?}", job.id, job.kind, job.status, job.last_error))
                    .collect();
                bail!("{error:#}\n{}\njobs:\n{}", self.server.running.story(), jobs.join("\n"))
            }
        }
    }
}
