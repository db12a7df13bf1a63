//! Sample values with sensible defaults, to be adjusted by struct update:
//!
//! ```
//! use certctl_domain::certificate::{Certificate, CertificateStatus};
//! use certctl_testkit::build;
//! let active = Certificate { status: CertificateStatus::Active, ..build::certificate("mc-web") };
//! ```
//!
//! They refer to the rows of [`crate::seed_basics`]. Names, hashes and the like derive from the id,
//! so that values with different ids never collide.

use certctl_domain::access::{ActorType, Role};
use certctl_domain::agent::{Agent, AgentStatus};
use certctl_domain::api_key::ApiKey;
use certctl_domain::audit::AuditEvent;
use certctl_domain::ca_key::{CaKey, CaKeyState};
use certctl_domain::certificate::{Certificate, CertificateSource, CertificateStatus};
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::issuer::{ConnectorSource, Issuer, IssuerKind, TestStatus};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::organisation::{Owner, Team};
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm};
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::san::San;
use certctl_domain::target::{Target, TargetKind};
use certctl_domain::version::CertificateVersion;
use certctl_domain::{JsonText, Timestamp};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Id of the team of the basics.
pub const TEAM: &str = "t-platform";
/// Id of the owner of the basics.
pub const OWNER: &str = "o-platform";
/// Id of the renewal policy of the basics.
pub const POLICY: &str = "rp-standard";
/// Id of the profile of the basics.
pub const PROFILE: &str = "prof-server";
/// Id of the issuer of the basics.
pub const ISSUER: &str = "iss-local";
/// Id of the agent of the basics.
pub const AGENT: &str = "agent-web1";
/// Id of the target of the basics.
pub const TARGET: &str = "tgt-web1";

/// 2026-01-01T00:00:00Z plus `seconds`.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_767_225_600 + seconds)
}

/// An id, or a member of a closed enumeration, from its text.
pub fn id<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// A team.
pub fn team(team: &str) -> Team {
    Team {
        id: id(team),
        name: format!("Team {team}"),
        description: "Runs the platform".to_owned(),
        created_at: at(0),
        updated_at: at(0),
    }
}

/// An owner in the team of the basics.
pub fn owner(owner: &str) -> Owner {
    Owner {
        id: id(owner),
        name: format!("Owner {owner}"),
        email: format!("{owner}@example.com"),
        team_id: id(TEAM),
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A renewal policy: 30 days ahead, automatic, three retries.
pub fn policy(policy: &str) -> RenewalPolicy {
    RenewalPolicy {
        id: id(policy),
        name: format!("Policy {policy}"),
        renewal_window_days: 30,
        auto_renew: true,
        max_retries: 3,
        retry_interval_seconds: 60,
        alert_thresholds_days: vec![30, 14, 7, 0],
        alert_channels: BTreeMap::new(),
        alert_severity_map: BTreeMap::new(),
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A profile for TLS servers: ECDSA from 256 and RSA from 2048 bits, no cap on the lifetime.
pub fn profile(profile: &str) -> CertificateProfile {
    CertificateProfile {
        id: id(profile),
        name: format!("Profile {profile}"),
        description: String::new(),
        allowed_keys: vec![
            AllowedKey { algorithm: KeyAlgorithm::Ecdsa, min_size: 256 },
            AllowedKey { algorithm: KeyAlgorithm::Rsa, min_size: 2048 },
        ],
        max_ttl_seconds: 0,
        allowed_ekus: vec![ExtendedKeyUsage::ServerAuth],
        required_san_patterns: Vec::new(),
        spiffe_uri_pattern: String::new(),
        allow_short_lived: false,
        must_staple: false,
        required_csr_attributes: Vec::new(),
        acme_auth_mode: AcmeAuthMode::TrustAuthenticated,
        requires_approval: false,
        enabled: true,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// An enabled local issuer without sealed configuration.
pub fn issuer(issuer: &str) -> Issuer {
    Issuer {
        id: id(issuer),
        name: format!("Issuer {issuer}"),
        kind: IssuerKind::GenericCa,
        public_config: JsonText::empty_object(),
        sealed_config: None,
        enabled: true,
        last_tested_at: None,
        test_status: TestStatus::Untested,
        source: ConnectorSource::Database,
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// An active key of the issuer of the basics. Neither PEM nor key are real.
pub fn ca_key(key: &str) -> CaKey {
    CaKey {
        id: id(key),
        issuer_id: id(ISSUER),
        state: CaKeyState::Active,
        certificate_pem: format!("certificate of {key}"),
        sealed_key: key.as_bytes().to_vec(),
        not_before: at(0),
        not_after: at(86_400),
        created_at: at(0),
    }
}

/// An agent in service that sent its last heartbeat at `at(0)`.
pub fn agent(agent: &str) -> Agent {
    Agent {
        id: id(agent),
        name: format!("Agent {agent}"),
        hostname: format!("{agent}.example.com"),
        status: AgentStatus::Online,
        last_heartbeat_at: Some(at(0)),
        registered_at: at(0),
        credential_hash: format!("hash of {agent}"),
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        ip_address: "192.0.2.1".to_owned(),
        version: "0.1.0".to_owned(),
        retired_at: None,
        retired_reason: None,
    }
}

/// A token for any agent, valid for an hour.
pub fn enrolment_token(token: &str) -> EnrolmentToken {
    EnrolmentToken {
        id: id(token),
        token_hash: format!("hash of {token}"),
        agent_id: None,
        created_by: "ops".to_owned(),
        created_at: at(0),
        expires_at: at(3600),
        used_at: None,
        used_by: None,
    }
}

/// An enabled nginx target of the agent of the basics.
pub fn target(target: &str) -> Target {
    Target {
        id: id(target),
        name: format!("Target {target}"),
        kind: TargetKind::Nginx,
        agent_id: id(AGENT),
        public_config: JsonText::empty_object(),
        sealed_config: None,
        enabled: true,
        last_tested_at: None,
        test_status: TestStatus::Untested,
        source: ConnectorSource::Database,
        retired_at: None,
        retired_reason: None,
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    }
}

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

/// A key of an operator without an end.
pub fn api_key(key: &str) -> ApiKey {
    ApiKey {
        id: id(key),
        name: format!("Key {key}"),
        role: Role::Operator,
        token_hash: format!("hash of {key}"),
        created_at: at(0),
        expires_at: None,
        revoked_at: None,
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
