//! The agent's side: heartbeat, leased work, CSRs, certificates and reports.

mod claim;
mod csr;
mod report;

pub(crate) use claim::note_failure;
pub(crate) use csr::{blocked as blocked_key, check as check_csr, check_key, profile_of};
pub(crate) use report::job_backoff;

use crate::agent::check_facts;
use crate::failure::Failure;
use crate::notification::{raise, stories};
use crate::policy::PolicyGate;
use crate::secrets::Secrets;
use crate::support::{Foundation, audit_event};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::agent::{AgentMetadata, AgentStatus};
use certctl_domain::id::{AgentId, CertificateId, JobId, VersionId};
use certctl_service_api::agent_work::{AgentCertificate, AgentWorkService, CsrAccepted, JobReport, WorkItem};
use certctl_service_api::{Actor, ServiceError};
use certctl_telemetry::DeployCounters;
use std::sync::Arc;
use std::time::Duration;

/// Times of agent leases and polls.
#[derive(Debug, Clone, Copy)]
pub struct AgentWorkOptions {
    /// Length of a lease; `Running` reports prolong it by the same.
    pub lease: Duration,
    /// How often a waiting poll looks at the database by itself (work of other replicas, retries).
    pub recheck: Duration,
}

/// Use cases of agents at work.
#[derive(Debug)]
pub struct AgentWork {
    base: Foundation,
    secrets: Secrets,
    wakeups: Arc<Wakeups>,
    counters: Arc<DeployCounters>,
    options: AgentWorkOptions,
    gate: PolicyGate,
}

impl AgentWork {
    /// Over a store; sums the deploy counters that agents report.
    pub const fn new(
        base: Foundation,
        secrets: Secrets,
        wakeups: Arc<Wakeups>,
        counters: Arc<DeployCounters>,
        options: AgentWorkOptions,
    ) -> Self {
        Self { base, secrets, wakeups, counters, options, gate: PolicyGate::open() }
    }

    /// Takes no CSR for what breaks the compliance rules of `gate`.
    #[must_use]
    pub fn guarded(self, gate: PolicyGate) -> Self {
        Self { gate, ..self }
    }

    async fn record_heartbeat(
        &self,
        who: &Actor,
        agent: &AgentId,
        facts: AgentMetadata,
    ) -> Result<(), ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let agent = agent.clone();
        let recorded = self.base.store.write("agent.heartbeat", move |tx| {
            let before = tx.agents().find(&agent)?.ok_or_else(|| ServiceError::not_found("agent", &agent))?;
            if !tx.agents().record_heartbeat(&agent, &facts, AgentStatus::Online, now)? {
                return Err(Failure::Service(ServiceError::Retired { id: agent.clone() }));
            }
            // Two heartbeats at once change the same row: one of them runs again and finds it online.
            if before.status == AgentStatus::Offline {
                let details = serde_json::json!({"last_heartbeat_at": before.last_heartbeat_at});
                let subject = ("agent", agent.as_str());
                tx.audit().append(&audit_event(&*ids, &who, now, "agent_online", subject, &details))?;
                // One that was never heard of before was never missed.
                if before.last_heartbeat_at.is_some() {
                    raise::alert(tx, &*ids, stories::agent_online(&before), now)?;
                }
            }
            Ok(())
        });
        Ok(recorded.await?)
    }

    async fn fetch(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<AgentCertificate, ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let (agent, certificate) = (agent.clone(), certificate.clone());
        let found = self.base.store.write("agent.certificate", move |tx| {
            let found = match &version {
                Some(version) => tx.versions().find(version)?,
                None => tx.versions().latest_of_agent(&certificate, &agent)?,
            };
            // A version of another certificate or agent is answered like one that does not exist.
            let found = found
                .filter(|found| {
                    found.certificate_id == certificate && found.agent_id.as_ref() == Some(&agent)
                })
                .ok_or_else(|| ServiceError::not_found("certificate of this agent", &certificate))?;
            let details = serde_json::json!({"version": found.serial_number, "version_id": found.id});
            let subject = ("certificate", certificate.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "certificate_retrieved", subject, &details))?;
            Ok::<_, Failure>(AgentCertificate {
                version_id: found.id,
                pem_chain: found.pem_chain,
                fingerprint_sha256: found.fingerprint_sha256,
            })
        });
        Ok(found.await?)
    }
}

#[async_trait]
impl AgentWorkService for AgentWork {
    async fn heartbeat(
        &self,
        who: &Actor,
        agent: &AgentId,
        facts: AgentMetadata,
    ) -> Result<(), ServiceError> {
        who.require_agent(agent)?;
        check_facts(&facts)?;
        self.record_heartbeat(who, agent, facts).await
    }

    async fn claim(
        &self,
        who: &Actor,
        agent: &AgentId,
        instance: &str,
        wait: Duration,
        limit: u32,
    ) -> Result<Vec<WorkItem>, ServiceError> {
        who.require_agent(agent)?;
        self.wait_for_work(agent, instance, wait, limit).await
    }

    async fn submit_csr(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        job: Option<JobId>,
        csr_pem: &str,
    ) -> Result<CsrAccepted, ServiceError> {
        who.require_agent(agent)?;
        self.accept_csr(who, agent, certificate, job, csr_pem).await
    }

    async fn certificate(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<AgentCertificate, ServiceError> {
        who.require_agent(agent)?;
        self.fetch(who, agent, certificate, version).await
    }

    async fn report(
        &self,
        who: &Actor,
        agent: &AgentId,
        job: &JobId,
        report: JobReport,
    ) -> Result<(), ServiceError> {
        who.require_agent(agent)?;
        self.take_report(who, agent, job, report).await
    }
}
