//! What an agent asks for and reports.

use crate::{Client, ClientError};
use certctl_api_types::agent::Heartbeat;
use certctl_api_types::work::{Acknowledged, AgentCertificate, CsrAccepted, CsrRequest, JobReport, WorkList};
use certctl_domain::id::{AgentId, CertificateId, JobId, VersionId};
use std::time::Duration;

/// What a long poll may take beyond the wait it asked for.
const POLL_MARGIN: Duration = Duration::from_secs(15);

/// `/agents/{id}/…` for the agent itself. Every call fails with status 410 once it is retired.
#[derive(Debug, Clone, Copy)]
pub struct AgentWork<'c> {
    pub(crate) client: &'c Client,
    pub(crate) id: &'c AgentId,
}

impl AgentWork<'_> {
    /// Tells the server that the agent lives.
    pub async fn heartbeat(&self, facts: &Heartbeat) -> Result<Acknowledged, ClientError> {
        self.client.post(&["agents", self.id.as_str(), "heartbeat"]).json(facts).send().await
    }

    /// Leases due jobs, at most `limit`; waits up to `wait` for some (rounded up to seconds).
    /// `instance` names this process: a new instance takes over the leases of older ones. Not
    /// repeated inside the call, because it has an effect.
    pub async fn claim(&self, instance: &str, wait: Duration, limit: u32) -> Result<WorkList, ClientError> {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.client
            .get(&["agents", self.id.as_str(), "work"])
            .query("wait", &format!("{seconds}s"))
            .query("instance", instance)
            .query("limit", &limit.to_string())
            .timeout(Duration::from_secs(seconds) + POLL_MARGIN)
            .once()
            .send()
            .await
    }

    /// Hands in a CSR. The same CSR for the same job is accepted again.
    pub async fn submit_csr(&self, request: &CsrRequest) -> Result<CsrAccepted, ClientError> {
        self.client.post(&["agents", self.id.as_str(), "csr"]).json(request).send().await
    }

    /// A version of a certificate that this agent holds the key of; the newest when none is named.
    pub async fn certificate(
        &self,
        certificate: &CertificateId,
        version: Option<&VersionId>,
    ) -> Result<AgentCertificate, ClientError> {
        let call = self.client.get(&["agents", self.id.as_str(), "certificates", certificate.as_str()]);
        match version {
            Some(version) => call.query("version", version.as_str()).send().await,
            None => call.send().await,
        }
    }

    /// Reports on a job. The same final report again changes nothing.
    pub async fn report(&self, job: &JobId, report: &JobReport) -> Result<Acknowledged, ClientError> {
        self.client
            .post(&["agents", self.id.as_str(), "jobs", job.as_str(), "status"])
            .json(report)
            .send()
            .await
    }
}
