//! What certificates refer to: people, rules, issuers, agents and targets.

use super::{AGENT, ISSUER, TEAM, at, id};
use certctl_domain::JsonText;
use certctl_domain::access::Role;
use certctl_domain::agent::{Agent, AgentStatus};
use certctl_domain::agent_group::AgentGroup;
use certctl_domain::api_key::ApiKey;
use certctl_domain::ca_key::{CaKey, CaKeyState};
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::issuer::{ConnectorSource, Issuer, IssuerKind, TestStatus};
use certctl_domain::organisation::{Owner, Team};
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm};
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::session::{Session, SessionKey};
use certctl_domain::target::{Target, TargetKind};
use std::collections::BTreeMap;

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
        renewal_window_fraction: None,
        maintenance_windows: Vec::new(),
        freeze_periods: Vec::new(),
        override_before_expiry: true,
        agent_group_id: None,
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
        no_rev_avail: false,
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

/// An enabled group without criteria.
pub fn agent_group(group: &str) -> AgentGroup {
    AgentGroup {
        id: id(group),
        name: format!("Group {group}"),
        description: String::new(),
        match_os: String::new(),
        match_architecture: String::new(),
        match_ip_cidr: String::new(),
        match_version: String::new(),
        enabled: true,
        created_at: at(0),
        updated_at: at(0),
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

/// A key of an operator without an end.
pub fn api_key(key: &str) -> ApiKey {
    ApiKey {
        id: id(key),
        name: format!("Key {key}"),
        identity: format!("person of {key}"),
        role: Role::Operator,
        token_hash: format!("hash of {key}"),
        created_by: "creator".to_owned(),
        created_at: at(0),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    }
}

/// A session with a key of the configuration that lasts a thousand seconds.
pub fn session(key: &str) -> Session {
    Session {
        id: id(key),
        token_hash: format!("hash of {key}"),
        key: SessionKey::Configured(format!("binding of {key}")),
        created_at: at(0),
        last_used_at: at(0),
        expires_at: at(1_000),
    }
}
