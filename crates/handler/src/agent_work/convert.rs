//! Between the agent's use cases and their JSON bodies.

use certctl_api_types::agent::Heartbeat;
use certctl_api_types::work as api;
use certctl_domain::agent::AgentMetadata;
use certctl_service_api::agent_work::{self, AgentCertificate, CsrAccepted, JobReport, WorkItem};

pub(super) fn facts(heartbeat: Heartbeat) -> AgentMetadata {
    let Heartbeat { version, hostname, os, architecture, ip_address } = heartbeat;
    AgentMetadata { hostname, os, architecture, ip_address, version }
}

pub(super) fn work_item(item: WorkItem) -> api::WorkItem {
    let mut wire = api::WorkItem {
        id: item.job_id,
        kind: item.kind,
        certificate_id: item.certificate_id,
        common_name: None,
        sans: None,
        key_algorithm: None,
        key_size: None,
        ekus: None,
        must_staple: None,
        target_id: None,
        target_type: None,
        target_config: None,
        version_id: item.version_id,
        fingerprint_sha256: item.fingerprint_sha256,
        status: item.status,
        lease_token: item.lease_token,
        lease_until: item.lease_until,
        attempt: item.attempt,
    };
    if let Some(csr) = item.csr {
        wire.common_name = Some(csr.common_name);
        wire.sans = Some(csr.names.iter().map(ToString::to_string).collect());
        wire.key_algorithm = Some(csr.key.algorithm);
        wire.key_size = Some(csr.key.size);
        wire.ekus = Some(csr.ekus);
        wire.must_staple = Some(csr.must_staple);
    }
    if let Some(target) = item.target {
        wire.target_id = Some(target.id);
        wire.target_type = Some(target.kind);
        wire.target_config = Some(target.config);
    }
    wire
}

pub(super) fn csr_accepted(accepted: CsrAccepted) -> api::CsrAccepted {
    let status = if accepted.signed { "csr_signed" } else { "csr_accepted" };
    api::CsrAccepted { status: status.to_owned(), job_id: accepted.job_id }
}

pub(super) fn certificate(certificate: AgentCertificate) -> api::AgentCertificate {
    api::AgentCertificate {
        certificate_pem: certificate.pem_chain,
        version_id: certificate.version_id,
        fingerprint_sha256: certificate.fingerprint_sha256,
    }
}

pub(super) fn report(report: api::JobReport) -> JobReport {
    JobReport {
        status: match report.status {
            api::ReportedStatus::Running => agent_work::ReportedStatus::Running,
            api::ReportedStatus::Completed => agent_work::ReportedStatus::Completed,
            api::ReportedStatus::Failed => agent_work::ReportedStatus::Failed,
        },
        error: report.error,
        retryable: report.retryable,
        lease_token: report.lease_token,
        stage: report.stage,
        rollback_failed: report.rollback_failed,
        served_fingerprint: report.served_fingerprint,
        counters: report.counters,
        details: report.details,
    }
}

pub(super) fn acknowledged(status: &str) -> api::Acknowledged {
    api::Acknowledged { status: status.to_owned() }
}
