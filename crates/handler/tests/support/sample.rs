//! One object of each kind, with every field filled.

use certctl_domain::access::Role;
use certctl_domain::agent::{Agent, AgentStatus};
use certctl_domain::agent_group::AgentGroup;
use certctl_domain::api_key::ApiKey;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::certificate::{Certificate, CertificateSource, CertificateStatus};
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::issuer::{ConnectorSource, Issuer, IssuerKind, TestStatus};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, Lease, VerificationStatus};
use certctl_domain::notification::{
    AlertSeverity, Channel, ChannelHealth, Fact, Incident, IncidentPhase, Notification, NotificationChannel,
    NotificationStatus, NotificationType, Story,
};
use certctl_domain::organisation::{Owner, Team};
use certctl_domain::policy::{AllowedDomains, PolicyConfig, PolicyRule, PolicySeverity, PolicyViolation};
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm};
use certctl_domain::renewal::{FreezePeriod, MaintenanceWindow, RenewalPolicy, Weekday};
use certctl_domain::san::San;
use certctl_domain::target::{Target, TargetKind};
use certctl_domain::version::CertificateVersion;
use certctl_domain::{JsonText, Timestamp};
use certctl_service_api::certificate::CertificateView;
use std::collections::BTreeMap;

/// An identifier of whatever kind is wanted.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// `day` days after 2026-01-01.
pub(crate) fn time(day: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_767_225_600 + day * 86_400)
}

pub(crate) fn certificate(name: &str) -> CertificateView {
    CertificateView {
        certificate: Certificate {
            id: id(name),
            name: format!("{name} certificate"),
            common_name: "www.example.com".to_owned(),
            sans: vec![San::parse("www.example.com").unwrap(), San::parse("192.0.2.1").unwrap()],
            environment: "production".to_owned(),
            owner_id: id("o-1"),
            team_id: id("t-1"),
            issuer_id: id("iss-1"),
            renewal_policy_id: id("rp-1"),
            profile_id: Some(id("prof-1")),
            status: CertificateStatus::Active,
            valid_from: Some(time(0)),
            expires_at: Some(time(90)),
            expiring_from: Some(time(60)),
            next_action_at: Some(time(60)),
            failed_issuances: 0,
            retry_at: None,
            paused_at: None,
            pause_reason: None,
            tags: BTreeMap::from([("tier".to_owned(), "front".to_owned())]),
            last_renewal_at: Some(time(0)),
            last_deployment_at: Some(time(1)),
            revoked_at: None,
            revocation_reason: None,
            source: Some(CertificateSource::Api),
            revision: 7,
            created_at: time(0),
            updated_at: time(1),
        },
        status: CertificateStatus::Expiring,
        target_ids: vec![id("tgt-1")],
    }
}

pub(crate) fn policy_rule(name: &str) -> PolicyRule {
    let allowed_domains = vec!["*.example.com".parse().unwrap(), "example.com".parse().unwrap()];
    PolicyRule {
        id: id(name),
        name: format!("{name} rule"),
        config: PolicyConfig::AllowedDomains(AllowedDomains { allowed_domains }),
        enabled: true,
        severity: PolicySeverity::Error,
        created_at: time(0),
        updated_at: time(1),
    }
}

pub(crate) fn violation(name: &str) -> PolicyViolation {
    PolicyViolation {
        id: id(name),
        certificate_id: id("mc-1"),
        rule_id: id("sample-1"),
        message: "the name `evil.test` is in none of the allowed domains".to_owned(),
        severity: PolicySeverity::Error,
        created_at: time(1),
        last_seen_at: time(2),
        resolved_at: Some(time(3)),
    }
}

pub(crate) fn version() -> CertificateVersion {
    CertificateVersion {
        id: id("cv-1"),
        certificate_id: id("mc-1"),
        issuer_id: id("iss-1"),
        job_id: Some(id("job-1")),
        agent_id: Some(id("agent-1")),
        serial_number: "0a1b".to_owned(),
        not_before: time(0),
        not_after: time(90),
        fingerprint_sha256: "ab".repeat(32),
        pem_chain: "-----BEGIN CERTIFICATE-----\n".to_owned(),
        csr_pem: "-----BEGIN CERTIFICATE REQUEST-----\n".to_owned(),
        key_algorithm: "ECDSA".to_owned(),
        key_size: 256,
        created_at: time(0),
    }
}

pub(crate) fn mapping() -> (TargetMapping, Target) {
    let mapping = TargetMapping {
        certificate_id: id("mc-1"),
        target_id: id("tgt-1"),
        status: DeploymentStatus::Served,
        deployed_version_id: Some(id("cv-1")),
        deployed_at: Some(time(1)),
        last_job_id: Some(id("job-2")),
        last_error: None,
        created_at: time(0),
        updated_at: time(1),
    };
    (mapping, target("tgt-1"))
}

pub(crate) fn issuer(name: &str) -> Issuer {
    Issuer {
        id: id(name),
        name: format!("{name} issuer"),
        kind: IssuerKind::GenericCa,
        public_config: JsonText::trusted(r#"{"ca_key":{"set":true},"validity_days":90}"#),
        sealed_config: Some(b"sealed".to_vec()),
        enabled: true,
        last_tested_at: Some(time(2)),
        test_status: TestStatus::Success,
        source: ConnectorSource::Database,
        revision: 3,
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn channel(name: &str) -> Channel {
    Channel {
        id: id(name),
        name: format!("{name} channel"),
        kind: NotificationChannel::Webhook,
        public_config: JsonText::trusted(r#"{"secret":{"set":true},"url":"https://hooks.example.com"}"#),
        sealed_config: b"sealed".to_vec(),
        enabled: true,
        source: ConnectorSource::Database,
        health: ChannelHealth {
            consecutive_failures: 2,
            last_success_at: Some(time(3)),
            last_failure_at: Some(time(4)),
            last_error: Some("503".to_owned()),
            failing_since: Some(time(5)),
        },
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn notification(name: &str) -> Notification {
    Notification {
        id: id(name),
        alert_id: Some(id("alert-1")),
        kind: NotificationType::RenewalFailure,
        severity: AlertSeverity::Critical,
        resource_type: "certificate".to_owned(),
        resource_id: "mc-1".to_owned(),
        certificate_id: Some(id("mc-1")),
        channel: NotificationChannel::Email,
        channel_id: Some(id("nc-1")),
        recipient: "ops@example.com".to_owned(),
        story: Story {
            subject: "Renewal of www.example.com failed".to_owned(),
            message: "The issuer refused it.".to_owned(),
            html: None,
            facts: vec![Fact { label: "Expires".to_owned(), value: "in 3 days".to_owned() }],
        },
        incident: Some(Incident {
            key: "certificate/mc-1/renewal".to_owned(),
            phase: IncidentPhase::Trigger,
        }),
        threshold_days: Some(7),
        dedup_key: "alert-1/nc-1".to_owned(),
        status: NotificationStatus::Failed,
        delivery: None,
        retry_count: 2,
        next_retry_at: Some(time(9)),
        not_before: time(1),
        last_error: Some("the mailbox is full".to_owned()),
        created_at: time(1),
        sent_at: None,
        read_at: Some(time(3)),
        lease: Some(Lease { owner: "server".to_owned(), until: time(4) }),
        claims: 3,
    }
}

pub(crate) fn team(name: &str) -> Team {
    Team {
        id: id(name),
        name: format!("{name} team"),
        description: "runs the edge".to_owned(),
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner {
        id: id(name),
        name: format!("{name} owner"),
        email: "edge@example.com".to_owned(),
        team_id: id("t-1"),
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn api_key(name: &str) -> ApiKey {
    ApiKey {
        id: id(name),
        name: format!("{name} key"),
        identity: "alice".to_owned(),
        role: Role::Admin,
        token_hash: "ef".repeat(32),
        created_by: "admin".to_owned(),
        created_at: time(0),
        expires_at: Some(time(90)),
        last_used_at: Some(time(2)),
        revoked_at: None,
    }
}

pub(crate) fn agent_group(name: &str) -> AgentGroup {
    AgentGroup {
        id: id(name),
        name: format!("{name} group"),
        description: "all of the edge".to_owned(),
        match_os: "linux".to_owned(),
        match_architecture: "amd64".to_owned(),
        match_ip_cidr: "192.0.2.0/24".to_owned(),
        match_version: ">=1.2, <2".to_owned(),
        enabled: true,
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn profile(name: &str) -> CertificateProfile {
    CertificateProfile {
        id: id(name),
        name: format!("{name} profile"),
        description: "for servers".to_owned(),
        allowed_keys: vec![AllowedKey { algorithm: KeyAlgorithm::Ecdsa, min_size: 256 }],
        max_ttl_seconds: 3000,
        allowed_ekus: vec![ExtendedKeyUsage::ServerAuth],
        required_san_patterns: vec![r".+\.example\.com".to_owned()],
        spiffe_uri_pattern: "spiffe://.+".to_owned(),
        allow_short_lived: true,
        must_staple: true,
        no_rev_avail: false,
        required_csr_attributes: vec!["challengePassword".to_owned()],
        acme_auth_mode: AcmeAuthMode::Challenge,
        requires_approval: true,
        enabled: false,
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn renewal_policy(name: &str) -> RenewalPolicy {
    RenewalPolicy {
        id: id(name),
        name: format!("{name} policy"),
        renewal_window_days: 21,
        renewal_window_fraction: Some(0.25.try_into().unwrap()),
        maintenance_windows: vec![MaintenanceWindow {
            days: vec![Weekday::Sat, Weekday::Sun],
            start: "22:00".parse().unwrap(),
            end: "04:00".parse().unwrap(),
            timezone: "Europe/Paris".parse().unwrap(),
        }],
        freeze_periods: vec![FreezePeriod { from: time(3), until: time(5), reason: "Sale".to_owned() }],
        override_before_expiry: false,
        agent_group_id: Some(id("sample-1")),
        auto_renew: false,
        max_retries: 5,
        retry_interval_seconds: 600,
        alert_thresholds_days: vec![30, 7],
        alert_channels: BTreeMap::from([(
            AlertSeverity::Critical,
            vec![NotificationChannel::PagerDuty.into()],
        )]),
        alert_severity_map: BTreeMap::from([(7, AlertSeverity::Critical)]),
        created_at: time(0),
        updated_at: time(2),
    }
}

pub(crate) fn target(name: &str) -> Target {
    Target {
        id: id(name),
        name: format!("{name} target"),
        kind: TargetKind::Nginx,
        agent_id: id("agent-1"),
        public_config: JsonText::trusted(r#"{"cert_path":"/etc/nginx/tls/web.pem"}"#),
        sealed_config: Some(b"sealed".to_vec()),
        enabled: true,
        last_tested_at: None,
        test_status: TestStatus::Untested,
        source: ConnectorSource::Database,
        retired_at: None,
        retired_reason: None,
        revision: 4,
        created_at: time(0),
        updated_at: time(0),
    }
}

pub(crate) fn agent(name: &str) -> Agent {
    Agent {
        id: id(name),
        name: format!("{name} host"),
        hostname: "web-1.example.com".to_owned(),
        status: AgentStatus::Online,
        last_heartbeat_at: Some(time(3)),
        registered_at: time(0),
        credential_hash: "cd".repeat(32),
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        ip_address: "192.0.2.10".to_owned(),
        version: "1.2.3".to_owned(),
        retired_at: None,
        retired_reason: None,
    }
}

pub(crate) fn job(name: &str, status: JobStatus) -> Job {
    Job {
        id: id(name),
        kind: JobKind::Deployment,
        certificate_id: Some(id("mc-1")),
        target_id: Some(id("tgt-1")),
        agent_id: Some(id("agent-1")),
        version_id: Some(id("cv-1")),
        status,
        executor: Executor::Agent,
        attempts: 1,
        max_attempts: 3,
        last_error: None,
        run_after: time(0),
        lease: None,
        lease_token: 1,
        dedup_key: Some("deploy:cv-1:tgt-1".to_owned()),
        payload: JsonText::trusted(r#"{"secret":"never shown"}"#),
        result: Some(JsonText::trusted(r#"{"details":{"reloaded":true}}"#)),
        requested_by: "operator".to_owned(),
        started_at: Some(time(1)),
        completed_at: None,
        verification_status: VerificationStatus::Success,
        verified_at: Some(time(1)),
        verification_fingerprint: Some("ab".repeat(32)),
        verification_error: None,
        revision: 2,
        created_at: time(0),
        updated_at: time(1),
    }
}

/// A pending request that `admin` is behind.
pub(crate) fn approval(name: &str, job: &str) -> ApprovalRequest {
    ApprovalRequest {
        id: id(name),
        certificate_id: id("mc-1"),
        job_id: id(job),
        profile_id: id("prof-1"),
        requested_by: "admin-laptop".to_owned(),
        requested_by_principal: Some("admin".to_owned()),
        state: ApprovalState::Pending,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        metadata: BTreeMap::from([("common_name".to_owned(), "www.example.com".to_owned())]),
        created_at: time(0),
        updated_at: time(0),
    }
}
