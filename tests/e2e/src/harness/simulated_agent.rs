//! An agent inside the test: the same HTTP conversation, no process, no target.

use super::ServerProcess;
use anyhow::{Context, Result, bail};
use certctl_api_types::agent::EnrolRequest;
use certctl_api_types::work::{CsrRequest, JobReport, ReportedStatus, WorkItem};
use certctl_client::{Client, ClientError};
use certctl_crypto::{KeyPair, SecretString};
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::AgentId;
use certctl_domain::job::JobKind;
use certctl_domain::profile::KeySpec;
use certctl_domain::san::San;
use certctl_pki::RequestTemplate;
use std::time::Duration;

/// As many jobs as are done well within a lease, also on a busy machine.
const BATCH: u32 = 8;

/// Answers work lists: makes keys and CSRs, and reports every deployment as served.
#[derive(Debug, Clone)]
pub struct SimulatedAgent {
    /// Its id.
    pub id: AgentId,
    /// Its credential.
    pub token: SecretString,
    instance: String,
    /// One per server it may talk to; the first is asked until it fails.
    clients: Vec<Client>,
}

impl SimulatedAgent {
    /// Enrols with a one-time token.
    pub async fn enrol(server: &ServerProcess, token: &str, name: &str) -> Result<Self> {
        let request = EnrolRequest {
            name: name.to_owned(),
            version: String::new(),
            hostname: name.to_owned(),
            os: String::new(),
            architecture: String::new(),
            ip_address: String::new(),
        };
        let enrolled = server.anonymous()?.agents().enrol(&SecretString::new(token), &request).await?;
        let token = SecretString::new(enrolled.api_key);
        let clients = vec![server.client(&token)?];
        // Any UUID that no other process of this agent uses.
        let random = certctl_crypto::random_bytes::<16>()?;
        let hex = certctl_crypto::sha256_hex(&random);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
        let instance =
            format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32));
        Ok(Self { id: enrolled.agent_id, token, instance, clients })
    }

    /// Lets it talk to another server too.
    pub fn also_at(&mut self, server: &ServerProcess) -> Result<()> {
        self.clients.push(server.client(&self.token)?);
        Ok(())
    }

    /// Prefers the next server.
    pub fn turn(&mut self) {
        self.clients.rotate_left(1);
    }

    /// The client in use.
    pub fn client(&self) -> Result<&Client> {
        self.clients.first().context("the agent knows no server")
    }

    /// Leases due work; waits up to `wait`.
    pub async fn claim(&self, wait: Duration) -> Result<Vec<WorkItem>, ClientError> {
        let Some(client) = self.clients.first() else { return Ok(Vec::new()) };
        Ok(client.agent_work(&self.id).claim(&self.instance, wait, BATCH).await?.jobs)
    }

    /// One round: takes work and does it. Passing failures (a server or database that is away, a
    /// lease that ended) turn to the next server; the number of jobs done otherwise.
    pub async fn round(&mut self, wait: Duration) -> Result<usize> {
        let work = match self.claim(wait).await {
            Ok(work) => work,
            Err(error) => return self.passing(error).await,
        };
        let mut done = 0;
        for item in &work {
            match self.work(item).await {
                Ok(()) => done += 1,
                Err(error) => match error.downcast::<ClientError>() {
                    // The lease was lost meanwhile: somebody else does it.
                    Ok(error) if error.status() == Some(409) => {}
                    Ok(error) => drop(self.passing(error).await?),
                    Err(error) => return Err(error),
                },
            }
        }
        Ok(done)
    }

    /// Does one leased job.
    pub async fn work(&self, item: &WorkItem) -> Result<()> {
        match item.kind {
            JobKind::Issuance | JobKind::Renewal => self.submit(item, &sans(item)?).await,
            JobKind::Deployment | JobKind::Validation => self.report_served(item).await,
        }
    }

    /// Makes a key and sends a CSR for `sans`.
    pub async fn submit(&self, item: &WorkItem, sans: &[San]) -> Result<()> {
        self.submit_for(&KeyPair::generate(KeySpec::P256)?, item, sans).await
    }

    /// Sends a CSR for `sans` and this key.
    pub async fn submit_for(&self, key: &KeyPair, item: &WorkItem, sans: &[San]) -> Result<()> {
        let template = RequestTemplate {
            common_name: item.common_name.clone(),
            sans: sans.to_vec(),
            extended_key_usages: item.ekus.clone().unwrap_or_default(),
            must_staple: item.must_staple.unwrap_or_default(),
        };
        let request = CsrRequest {
            csr_pem: template.sign(key)?.to_pem(),
            certificate_id: item.certificate_id.clone().context("the job names no certificate")?,
            job_id: Some(item.id.clone()),
        };
        self.client()?.agent_work(&self.id).submit_csr(&request).await?;
        Ok(())
    }

    async fn report_served(&self, item: &WorkItem) -> Result<()> {
        let report = JobReport {
            status: ReportedStatus::Completed,
            error: None,
            retryable: true,
            lease_token: Some(item.lease_token),
            stage: None,
            rollback_failed: false,
            served_fingerprint: item.fingerprint_sha256.clone(),
            counters: vec![DeployCounter::AttemptSuccess],
            details: serde_json::Map::new(),
        };
        self.client()?.agent_work(&self.id).report(&item.id, &report).await?;
        Ok(())
    }

    async fn passing(&mut self, error: ClientError) -> Result<usize> {
        match error.status() {
            None | Some(500..) => {
                self.turn();
                // A dead server refuses at once; asking it without a pause would only burn time.
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(0)
            }
            Some(_) => bail!("{}", error.chain()),
        }
    }
}

/// The names that a CSR must carry.
pub(crate) fn sans(item: &WorkItem) -> Result<Vec<San>> {
    let names = item.sans.as_deref().context("the job names no SANs")?;
    names.iter().map(|name| San::parse(name).with_context(|| format!("`{name}` is no SAN"))).collect()
}
