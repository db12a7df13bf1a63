//! What an agent asks for and reports. Every call demands that the actor is that agent.

use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::agent::AgentMetadata;
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId, VersionId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::San;
use certctl_domain::target::TargetKind;
use std::collections::BTreeSet;
use std::time::Duration;

/// A target as its own agent gets it: secrets in clear, for this agent only.
#[derive(Clone, PartialEq)]
pub struct WorkTarget {
    /// Target.
    pub id: TargetId,
    /// Kind.
    pub kind: TargetKind,
    /// Whole configuration.
    pub config: serde_json::Map<String, serde_json::Value>,
}

impl std::fmt::Debug for WorkTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkTarget").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What a CSR must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsrTemplate {
    /// Common name.
    pub common_name: String,
    /// Exactly these names.
    pub names: BTreeSet<San>,
    /// Kind of key to make.
    pub key: KeySpec,
    /// Extended key usages to ask for.
    pub ekus: Vec<ExtendedKeyUsage>,
    /// Whether to ask for the TLS feature extension.
    pub must_staple: bool,
}

/// A leased job.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItem {
    /// Job.
    pub job_id: JobId,
    /// Kind.
    pub kind: JobKind,
    /// Status after the claim.
    pub status: JobStatus,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Version to deploy.
    pub version_id: Option<VersionId>,
    /// Fingerprint of that version.
    pub fingerprint_sha256: Option<String>,
    /// What the CSR must hold, for an issuance.
    pub csr: Option<CsrTemplate>,
    /// Target, for a deployment or validation.
    pub target: Option<WorkTarget>,
    /// Fencing token of the lease.
    pub lease_token: i64,
    /// End of the lease.
    pub lease_until: Timestamp,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// How an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedStatus {
    /// Still at it: prolongs the lease.
    Running,
    /// Done.
    Completed,
    /// Failed.
    Failed,
}

/// An agent's report on a job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobReport {
    /// How it stands.
    pub status: ReportedStatus,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether trying again can help.
    pub retryable: bool,
    /// Fencing token; absent from old agents, which then count as the current holder.
    pub lease_token: Option<i64>,
    /// Stage at which it failed (`prepare`, `validate`, `swap`, `reload`, `verify`).
    pub stage: Option<String>,
    /// Whether a rollback failed, so that a person must act.
    pub rollback_failed: bool,
    /// Fingerprint the endpoint serves; absent when none is configured or it did not answer.
    pub served_fingerprint: Option<String>,
    /// Counters of this attempt, summed once.
    pub counters: Vec<DeployCounter>,
    /// Further facts for people, a JSON object.
    pub details: serde_json::Map<String, serde_json::Value>,
}

/// A certificate for its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentCertificate {
    /// Version.
    pub version_id: VersionId,
    /// Leaf, then its chain, PEM.
    pub pem_chain: String,
    /// Fingerprint of the leaf.
    pub fingerprint_sha256: String,
}

/// How a CSR fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsrAccepted {
    /// The job that will have it signed.
    pub job_id: JobId,
    /// Whether it has been signed already.
    pub signed: bool,
}

/// Use cases of an agent.
#[async_trait]
pub trait AgentWorkService: Send + Sync {
    /// Records a heartbeat.
    async fn heartbeat(&self, who: &Actor, agent: &AgentId, facts: AgentMetadata)
    -> Result<(), ServiceError>;
    /// Leases due jobs of the agent, at most `limit`; waits up to `wait` when there are none.
    async fn claim(
        &self,
        who: &Actor,
        agent: &AgentId,
        instance: &str,
        wait: Duration,
        limit: u32,
    ) -> Result<Vec<WorkItem>, ServiceError>;
    /// Accepts a CSR for an issuance job after checking it against inventory and profile. The same
    /// CSR again is accepted again; without `job` the agent's newest waiting job of the certificate is meant.
    async fn submit_csr(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        job: Option<JobId>,
        csr_pem: &str,
    ) -> Result<CsrAccepted, ServiceError>;
    /// The agent's newest version of a certificate, or the named one.
    async fn certificate(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<AgentCertificate, ServiceError>;
    /// Takes a report. The same terminal report again changes nothing.
    async fn report(
        &self,
        who: &Actor,
        agent: &AgentId,
        job: &JobId,
        report: JobReport,
    ) -> Result<(), ServiceError>;
}
