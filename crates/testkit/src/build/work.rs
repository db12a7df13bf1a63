//! Certificates and what happens to them.

use super::{AGENT, ISSUER, OWNER, POLICY, PROFILE, TARGET, TEAM, at, id};
use certctl_domain::JsonText;
use certctl_domain::access::ActorType;
use certctl_domain::api_call::ApiCall;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::audit::{AuditEvent, AuditKey};
use certctl_domain::certificate::{Certificate, CertificateSource, CertificateStatus};
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::san::San;
use certctl_domain::version::CertificateVersion;
use std::collections::BTreeMap;

/// A mapping to the target of the basics on which nothing was deployed yet.
pub fn mapping(certificate: &str) -> TargetMapping {
    TargetMapping {
        certificate_id: id(certificate),
        target_id: id(TARGET),
        status: DeploymentStatus::Pending,
        deployed_version_id: None,
        deployed_at: None,
        last_job_id: None,
        last_error: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A certificate for `<id>.example.com` that was never issued.
pub fn certificate(certificate: &str) -> Certificate {
    let common_name = format!("{certificate}.example.com");
    Certificate {
        id: id(certificate),
        name: certificate.to_owned(),
        sans: vec![San::dns(&common_name).unwrap()],
        common_name,
        environment: "production".to_owned(),
        owner_id: id(OWNER),
        team_id: id(TEAM),
        issuer_id: id(ISSUER),
        renewal_policy_id: id(POLICY),
        profile_id: Some(id(PROFILE)),
        status: CertificateStatus::Pending,
        valid_from: None,
        expires_at: None,
        expiring_from: None,
        next_action_at: None,
        failed_issuances: 0,
        retry_at: None,
        paused_at: None,
        pause_reason: None,
        tags: BTreeMap::new(),
        last_renewal_at: None,
        last_deployment_at: None,
        revoked_at: None,
        revocation_reason: None,
        source: Some(CertificateSource::Api),
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A version, valid for a day, whose key the agent of the basics holds. Its PEM is not real.
pub fn version(version: &str, certificate: &str) -> CertificateVersion {
    CertificateVersion {
        id: id(version),
        certificate_id: id(certificate),
        issuer_id: id(ISSUER),
        job_id: None,
        agent_id: Some(id(AGENT)),
        serial_number: format!("serial of {version}"),
        not_before: at(0),
        not_after: at(86_400),
        fingerprint_sha256: format!("fingerprint of {version}"),
        pem_chain: format!("chain of {version}"),
        csr_pem: format!("request of {version}"),
        key_algorithm: "ECDSA".to_owned(),
        key_size: 256,
        created_at: at(0),
    }
}

/// An open intent of the issuer of the basics.
pub fn issuance(issuance: &str) -> Issuance {
    Issuance {
        id: id(issuance),
        issuer_id: id(ISSUER),
        serial_number: Some(format!("serial of {issuance}")),
        state: IssuanceState::Intent,
        certificate_id: None,
        job_id: None,
        names_hash: None,
        spki_sha256: None,
        crl_shard: 0,
        source: CertificateSource::Api,
        tbs_sha256: None,
        fingerprint_sha256: None,
        not_before: None,
        not_after: None,
        recorded_at: at(0),
        finished_at: None,
    }
}

/// A due deployment job for the server that concerns nothing in particular.
pub fn job(job: &str) -> Job {
    Job {
        id: id(job),
        kind: JobKind::Deployment,
        certificate_id: None,
        target_id: None,
        agent_id: None,
        version_id: None,
        status: JobStatus::Pending,
        executor: Executor::Server,
        attempts: 0,
        max_attempts: 3,
        last_error: None,
        run_after: at(0),
        lease: None,
        lease_token: 0,
        dedup_key: None,
        payload: JsonText::empty_object(),
        result: None,
        requested_by: "ops".to_owned(),
        started_at: None,
        completed_at: None,
        verification_status: VerificationStatus::Pending,
        verified_at: None,
        verification_fingerprint: None,
        verification_error: None,
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A job with which the agent of the basics issues `certificate`: it waits for the CSR.
pub fn issuance_job(job: &str, certificate: &str) -> Job {
    Job {
        kind: JobKind::Issuance,
        certificate_id: Some(id(certificate)),
        agent_id: Some(id(AGENT)),
        status: JobStatus::AwaitingCsr,
        executor: Executor::Agent,
        ..self::job(job)
    }
}

/// The event that a certificate was created.
pub fn audit_event(event: &str) -> AuditEvent {
    AuditEvent {
        id: id(event),
        actor: "ops".to_owned(),
        actor_type: ActorType::User,
        action: "certificate_created".to_owned(),
        resource_type: "certificate".to_owned(),
        resource_id: "mc-web".to_owned(),
        details: JsonText::empty_object(),
        request_id: None,
        client_address: None,
        timestamp: at(0),
    }
}

/// A pending request about `certificate`, of a job of its own.
pub fn approval(request: &str, certificate: &str) -> ApprovalRequest {
    ApprovalRequest {
        id: id(request),
        certificate_id: id(certificate),
        job_id: id(&format!("job-{request}")),
        profile_id: id(super::PROFILE),
        requested_by: "ops".to_owned(),
        requested_by_principal: None,
        state: ApprovalState::Pending,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        metadata: BTreeMap::from([("common_name".to_owned(), "www.example.com".to_owned())]),
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A `GET /api/v1/teams` of `ops` at `at(0)`.
pub fn api_call(call: &str) -> ApiCall {
    ApiCall {
        id: id(call),
        method: "GET".to_owned(),
        path: "/api/v1/teams".to_owned(),
        route: Some("/api/v1/teams".to_owned()),
        actor: "ops".to_owned(),
        actor_type: Some(ActorType::User),
        body_sha256: String::new(),
        status: Some(200),
        latency_ms: 3,
        request_id: Some("req-1".to_owned()),
        client_address: Some("192.0.2.7".to_owned()),
        lost: 0,
        timestamp: at(0),
    }
}

/// A key whose sealed half is three bytes.
pub fn audit_key(key: &str) -> AuditKey {
    AuditKey {
        id: key.to_owned(),
        public_key: format!("public half of {key}"),
        sealed_key: vec![1, 2, 3],
        created_at: at(0),
    }
}
