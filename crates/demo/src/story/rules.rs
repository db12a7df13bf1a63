//! The rules of the invented company: teams, issuers, profiles, policies, groups, bulk operations.

use super::told;
use crate::agents::SimulatedAgent;
use crate::cast::{Part, TEAMS};
use crate::stage::{DemoError, InScene, Stage};
use certctl_domain::agent_group::MembershipType;
use certctl_domain::id::{
    AgentGroupId, CertificateId, IssuerId, OwnerId, ProfileId, RenewalPolicyId, TeamId,
};
use certctl_domain::notification::AlertSeverity;
use certctl_domain::policy::{
    AllowedDomains, AllowedEnvironments, AllowedIssuers, CertificateLifetime, PolicyConfig, PolicySeverity,
    RenewalLeadTime, RequiredMetadata,
};
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, ExtendedKeyUsage, KeyAlgorithm};
use certctl_service_api::Actor;
use certctl_service_api::agent_group::AgentGroupSpec;
use certctl_service_api::issuer::IssuerSpec;
use certctl_service_api::operation::{BULK_REASSIGN, BULK_RENEW, OperationSpec, Selection};
use certctl_service_api::owner::OwnerSpec;
use certctl_service_api::policy::PolicySpec;
use certctl_service_api::profile::ProfileSpec;
use certctl_service_api::renewal_policy::RenewalPolicySpec;
use certctl_service_api::team::TeamSpec;
use serde_json::{Map, json};
use std::collections::BTreeMap;

/// Everything that does not need a host.
pub(super) async fn organisation(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    for (team, name, about, owner, person) in TEAMS {
        let spec = TeamSpec { name: name.to_owned(), description: about.to_owned() };
        let team = TeamId::parse(team)?;
        stage.teams.create(admin, Some(team.clone()), spec).await.scene("team")?;
        let mailbox = owner.trim_start_matches("o-");
        let spec =
            OwnerSpec { name: person.to_owned(), email: format!("{mailbox}@example.com"), team_id: team };
        stage.owners.create(admin, Some(OwnerId::parse(owner)?), spec).await.scene("owner")?;
    }
    issuers(stage, admin).await?;
    profiles(stage, admin).await?;
    renewal_policies(stage, admin).await?;
    policies(stage, admin).await
}

async fn issuers(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    for (id, name, validity) in [
        ("iss-demo-90d", "Demo CA, 90 days", "90d"),
        ("iss-demo-47d", "Demo CA, 47 days", "47d"),
        ("iss-demo-30d", "Demo internal CA, 30 days", "30d"),
        ("iss-demo-short", "Demo workload CA, half an hour", "30m"),
        ("iss-demo-off", "Demo CA that was switched off", "90d"),
    ] {
        let config = json!({"validity": validity, "ca_common_name": name});
        let spec = IssuerSpec {
            name: name.to_owned(),
            kind: "GenericCA".to_owned(),
            config: config.as_object().cloned().unwrap_or_default(),
            enabled: true,
        };
        let id = IssuerId::parse(id)?;
        stage.issuers.create(admin, Some(id.clone()), spec).await.scene("issuer")?;
        stage.issuers.test(admin, &id).await.scene("issuer test")?;
    }
    Ok(())
}

/// Switches an issuer off; what it should renew from then on fails.
pub(super) async fn switch_off(stage: &Stage, admin: &Actor, id: &IssuerId) -> Result<(), DemoError> {
    let edit = Box::new(|row: &certctl_domain::issuer::Issuer| {
        Ok(IssuerSpec {
            name: row.name.clone(),
            kind: row.kind.as_str().to_owned(),
            config: serde_json::from_str(row.public_config.as_str()).unwrap_or_default(),
            enabled: false,
        })
    });
    stage.issuers.change(admin, id, edit, None).await.scene("switching an issuer off").map(drop)
}

async fn profiles(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    let standard = ProfileSpec {
        name: "Standard web".to_owned(),
        description: "Public web servers".to_owned(),
        allowed_keys: vec![
            AllowedKey { algorithm: KeyAlgorithm::Ecdsa, min_size: 256 },
            AllowedKey { algorithm: KeyAlgorithm::Rsa, min_size: 2048 },
        ],
        max_ttl_seconds: 90 * 86_400,
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
    };
    let all = [
        ("prof-standard", standard.clone()),
        (
            "prof-high-security",
            ProfileSpec {
                name: "High security".to_owned(),
                description: "Payments: a second person agrees to every issuance".to_owned(),
                allowed_keys: vec![AllowedKey { algorithm: KeyAlgorithm::Ecdsa, min_size: 256 }],
                max_ttl_seconds: 47 * 86_400,
                required_san_patterns: vec![r".*\.example\.com".to_owned()],
                requires_approval: true,
                ..standard.clone()
            },
        ),
        (
            "prof-mtls",
            ProfileSpec {
                name: "Internal mTLS".to_owned(),
                description: "Services that prove themselves to each other".to_owned(),
                max_ttl_seconds: 30 * 86_400,
                allowed_ekus: vec![ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth],
                required_san_patterns: vec![r".*\.internal\.example".to_owned()],
                ..standard.clone()
            },
        ),
        (
            "prof-short-lived",
            ProfileSpec {
                name: "Short-lived workload".to_owned(),
                description: "Gone before a CRL would be read".to_owned(),
                max_ttl_seconds: 1_800,
                allow_short_lived: true,
                ..standard.clone()
            },
        ),
        (
            "prof-retired",
            ProfileSpec {
                name: "Old web".to_owned(),
                description: "No longer used".to_owned(),
                enabled: false,
                ..standard
            },
        ),
    ];
    for (id, spec) in all {
        stage.profiles.create(admin, Some(ProfileId::parse(id)?), spec).await.scene("profile")?;
    }
    Ok(())
}

async fn renewal_policies(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    let standard = RenewalPolicySpec {
        name: "Standard".to_owned(),
        renewal_window_days: 30,
        renewal_window_fraction: None,
        maintenance_windows: Vec::new(),
        freeze_periods: Vec::new(),
        override_before_expiry: true,
        agent_group_id: None,
        auto_renew: true,
        max_retries: 2,
        retry_interval_seconds: 600,
        alert_thresholds_days: vec![30, 14, 7, 0],
        alert_channels: told::of_certificates()?,
        alert_severity_map: BTreeMap::from([
            (30, AlertSeverity::Informational),
            (14, AlertSeverity::Warning),
            (7, AlertSeverity::Warning),
            (0, AlertSeverity::Critical),
        ]),
    };
    let manual = RenewalPolicySpec {
        name: "By hand".to_owned(),
        auto_renew: false,
        max_retries: 0,
        ..standard.clone()
    };
    let urgent = RenewalPolicySpec {
        name: "Urgent".to_owned(),
        renewal_window_days: 14,
        max_retries: 5,
        retry_interval_seconds: 60,
        alert_thresholds_days: vec![14, 7, 3, 0],
        alert_severity_map: BTreeMap::from([(3, AlertSeverity::Critical), (0, AlertSeverity::Critical)]),
        ..standard.clone()
    };
    for (id, spec) in [("rp-standard", standard), ("rp-manual", manual), ("rp-urgent", urgent)] {
        let id = RenewalPolicyId::parse(id)?;
        stage.renewal_policies.create(admin, Some(id), spec).await.scene("renewal policy")?;
    }
    Ok(())
}

async fn policies(stage: &Stage, admin: &Actor) -> Result<(), DemoError> {
    let domains = [
        "example.com",
        "*.example.com",
        "*.apps.example.com",
        "*.internal.example",
        "*.example.nl",
        "*.example.fr",
    ];
    let patterns = domains.iter().filter_map(|text| text.parse().ok()).collect();
    let issuers = ["iss-demo-90d", "iss-demo-47d", "iss-demo-30d", "iss-demo-short", "iss-demo-off"];
    let issuers = issuers.into_iter().map(IssuerId::parse).collect::<Result<_, _>>()?;
    let rules = [
        (
            "Own domains only",
            PolicySeverity::Error,
            PolicyConfig::AllowedDomains(AllowedDomains { allowed_domains: patterns }),
            true,
        ),
        (
            "Every certificate names its service",
            PolicySeverity::Warning,
            PolicyConfig::RequiredMetadata(RequiredMetadata { required_keys: vec!["service".to_owned()] }),
            true,
        ),
        (
            "Known environments",
            PolicySeverity::Error,
            PolicyConfig::AllowedEnvironments(AllowedEnvironments {
                allowed: ["production", "staging"].map(ToOwned::to_owned).into(),
            }),
            true,
        ),
        (
            "Nothing lives longer than 90 days",
            PolicySeverity::Critical,
            PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 91 }),
            true,
        ),
        (
            "Two weeks of reserve",
            PolicySeverity::Warning,
            PolicyConfig::RenewalLeadTime(RenewalLeadTime { lead_time_days: 14 }),
            true,
        ),
        (
            "Our CAs only",
            PolicySeverity::Critical,
            PolicyConfig::AllowedIssuers(AllowedIssuers { allowed_issuer_ids: issuers }),
            false,
        ),
    ];
    for (name, severity, config, enabled) in rules {
        let spec = PolicySpec { name: name.to_owned(), config, enabled, severity };
        stage.policies.create(admin, None, spec).await.scene("policy rule")?;
    }
    Ok(())
}

/// Groups by what agents are, with one agent taken out by hand.
pub(super) async fn groups(
    stage: &Stage,
    admin: &Actor,
    agents: &BTreeMap<&'static str, SimulatedAgent>,
) -> Result<(), DemoError> {
    let none = AgentGroupSpec {
        name: String::new(),
        description: String::new(),
        match_os: String::new(),
        match_architecture: String::new(),
        match_ip_cidr: String::new(),
        match_version: String::new(),
        enabled: true,
    };
    let groups = [
        (
            "grp-linux",
            AgentGroupSpec { name: "Linux hosts".to_owned(), match_os: "linux".to_owned(), ..none.clone() },
        ),
        (
            "grp-edge",
            AgentGroupSpec {
                name: "Edge network".to_owned(),
                match_ip_cidr: "198.51.100.0/24".to_owned(),
                ..none.clone()
            },
        ),
        (
            "grp-outdated",
            AgentGroupSpec {
                name: "Agents to update".to_owned(),
                match_version: "<0.1.0".to_owned(),
                ..none
            },
        ),
    ];
    for (id, spec) in groups {
        stage.agent_groups.create(admin, Some(AgentGroupId::parse(id)?), spec).await.scene("agent group")?;
    }
    let lab = agents.get("shop-2").ok_or(DemoError::Missing("agent"))?;
    let edge = AgentGroupId::parse("grp-edge")?;
    stage
        .agent_groups
        .set_member(admin, &edge, &lab.id, MembershipType::Exclude)
        .await
        .scene("group member")
        .map(drop)
}

/// What a team calls its certificates; some forget it, which a rule finds.
pub(super) fn tags(part: &Part) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::from([("tier".to_owned(), if part.team < 3 { "1" } else { "2" }.to_owned())]);
    if part.team != 5 {
        tags.insert("service".to_owned(), part.id.trim_start_matches("mc-").to_owned());
    }
    tags
}

/// Bulk operations: one that only asked, one that has to be done yet.
pub(super) async fn operations(stage: &Stage, operator: &Actor) -> Result<(), DemoError> {
    let ask = OperationSpec {
        kind: BULK_RENEW,
        selection: Selection { team_id: Some(TeamId::parse("t-data")?), ..Selection::default() },
        parameters: Map::new(),
        dry_run: true,
        expected_count: None,
    };
    stage.operations.start(operator, ask).await.scene("dry run")?;
    let parameters = json!({"owner_id": "o-tomas", "team_id": "t-storefront"});
    let give = OperationSpec {
        kind: BULK_REASSIGN,
        selection: Selection {
            certificate_ids: vec![
                CertificateId::parse("mc-ends-in-90")?,
                CertificateId::parse("mc-planned")?,
            ],
            ..Selection::default()
        },
        parameters: parameters.as_object().cloned().unwrap_or_default(),
        dry_run: false,
        expected_count: Some(2),
    };
    stage.operations.start(operator, give).await.scene("bulk reassignment").map(drop)
}
