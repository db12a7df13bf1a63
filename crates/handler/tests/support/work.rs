//! The work of agents in memory.

use super::sample;
use async_trait::async_trait;
use certctl_domain::agent::AgentMetadata;
use certctl_domain::id::{AgentId, CertificateId, JobId, VersionId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::San;
use certctl_domain::target::TargetKind;
use certctl_service_api::agent_work::{
    AgentCertificate, AgentWorkService, CsrAccepted, CsrTemplate, JobReport, WorkItem, WorkTarget,
};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

/// Has one issuance and one deployment for `agent-1`, and nothing, ever, for others.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) facts: Mutex<Option<AgentMetadata>>,
    /// Instance, wait and limit of the last claim.
    pub(crate) claimed: Mutex<Option<(String, Duration, u32)>>,
    pub(crate) report: Mutex<Option<JobReport>>,
}

fn item(job: &str, kind: JobKind, status: JobStatus) -> WorkItem {
    WorkItem {
        job_id: sample::id(job),
        kind,
        status,
        certificate_id: Some(sample::id("mc-1")),
        version_id: None,
        fingerprint_sha256: None,
        csr: None,
        target: None,
        lease_token: 5,
        lease_until: sample::time(1),
        attempt: 2,
    }
}

#[async_trait]
impl AgentWorkService for Work {
    async fn heartbeat(
        &self,
        who: &Actor,
        agent: &AgentId,
        facts: AgentMetadata,
    ) -> Result<(), ServiceError> {
        who.require_agent(agent)?;
        *self.facts.lock().unwrap() = Some(facts);
        Ok(())
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
        *self.claimed.lock().unwrap() = Some((instance.to_owned(), wait, limit));
        if agent.as_str() != "agent-1" {
            tokio::time::sleep(wait).await;
            return Ok(Vec::new());
        }
        let mut issuance = item("job-1", JobKind::Issuance, JobStatus::AwaitingCsr);
        issuance.csr = Some(CsrTemplate {
            common_name: "www.example.com".to_owned(),
            names: BTreeSet::from(["www.example.com", "192.0.2.1"].map(|name| San::parse(name).unwrap())),
            key: KeySpec::P256,
            ekus: vec![ExtendedKeyUsage::ServerAuth],
            must_staple: false,
        });
        let mut deployment = item("job-2", JobKind::Deployment, JobStatus::Running);
        deployment.version_id = Some(sample::id("cv-1"));
        deployment.fingerprint_sha256 = Some("ab".repeat(32));
        let config = serde_json::json!({ "cert_path": "/etc/nginx/tls/web.pem" });
        deployment.target = Some(WorkTarget {
            id: sample::id("tgt-1"),
            kind: TargetKind::Nginx,
            config: config.as_object().unwrap().clone(),
        });
        Ok(vec![issuance, deployment])
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
        if certificate.as_str() != "mc-1" {
            return Err(ServiceError::not_found("certificate", certificate));
        }
        match csr_pem {
            "wrong names" => {
                Err(ServiceError::unprocessable("csr_pem", "san_missing", "www.example.com is missing"))
            }
            "late" => {
                Err(ServiceError::conflict(ConflictCode::NoJobAwaitingCsr, "no job of mc-1 waits for a CSR"))
            }
            _ => Ok(CsrAccepted {
                job_id: job.unwrap_or_else(|| sample::id("job-1")),
                signed: csr_pem == "signed",
            }),
        }
    }

    async fn certificate(
        &self,
        who: &Actor,
        agent: &AgentId,
        certificate: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<AgentCertificate, ServiceError> {
        who.require_agent(agent)?;
        if certificate.as_str() != "mc-1" {
            return Err(ServiceError::not_found("certificate", certificate));
        }
        let version_id = version.unwrap_or_else(|| sample::id("cv-newest"));
        let (pem_chain, fingerprint_sha256) = ("-----BEGIN CERTIFICATE-----\n".to_owned(), "ab".repeat(32));
        Ok(AgentCertificate { version_id, pem_chain, fingerprint_sha256 })
    }

    async fn report(
        &self,
        who: &Actor,
        agent: &AgentId,
        job: &JobId,
        report: JobReport,
    ) -> Result<(), ServiceError> {
        who.require_agent(agent)?;
        if job.as_str() == "job-lost" {
            return Err(ServiceError::conflict(
                ConflictCode::LeaseLost,
                "the lease of job job-lost has moved on",
            ));
        }
        *self.report.lock().unwrap() = Some(report);
        Ok(())
    }
}
