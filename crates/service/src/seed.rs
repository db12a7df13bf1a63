//! First start: the rows without which nothing could be created through the API.

use crate::connector_config::{CheckedConfig, shown};
use crate::failure::Failure;
use crate::live_issuers::LiveIssuers;
use crate::secrets::Secrets;
use crate::support::{Foundation, audit_event};
use certctl_domain::Timestamp;
use certctl_domain::id::{IssuerId, OwnerId, RenewalPolicyId, TeamId};
use certctl_domain::issuer::{ConnectorSource, Issuer, IssuerKind, TestStatus};
use certctl_domain::organisation::{Owner, Team};
use certctl_domain::renewal::RenewalPolicy;
use certctl_repository::{IssuerFilter, PageRequest, SealedColumn, StoreError, Tx};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What the configuration says about the first rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeedOptions {
    /// Certificate and key file of the local CA; without them certctl makes its own root.
    pub local_ca: Option<LocalCaFiles>,
}

/// A CA in files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalCaFiles {
    /// PEM file with the CA certificate, then those above it.
    pub certificate: PathBuf,
    /// PEM file with its private key.
    pub key: PathBuf,
}

/// Adds team `t-default`, owner `o-default`, renewal policy `rp-default` and the local CA
/// `iss-local` to an empty database; true when it did. A database that ever had a team, owner,
/// policy or issuer is left alone, so what an administrator removed stays removed. Several
/// replicas may start at once. Fails when the CA files are not usable.
pub async fn seed(
    base: &Foundation,
    live: &LiveIssuers,
    secrets: &Secrets,
    options: &SeedOptions,
) -> Result<bool, ServiceError> {
    let checked = base.store.read("seed.check", |tx| Ok::<_, Failure>(is_empty(tx)?));
    if !checked.await? {
        return Ok(false);
    }
    let now = base.clock.now();
    let rows = Rows::new(live, secrets, options, now)?;
    let ids = Arc::clone(&base.ids);
    let seeded = base.store.write("seed", move |tx| {
        if !is_empty(tx)? {
            return Ok(false);
        }
        rows.insert(tx)?;
        for (kind, id, after) in rows.facts() {
            let action = format!("{kind}_created");
            let details = json!({"after": after, "reason": "first start"});
            tx.audit().append(&audit_event(&*ids, &Actor::system(), now, &action, (kind, &id), &details))?;
        }
        Ok::<_, Failure>(true)
    });
    match seeded.await {
        // Another replica was faster.
        Err(Failure::Store(StoreError::Duplicate { .. })) => Ok(false),
        other => Ok(other?),
    }
}

fn is_empty(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    let one = PageRequest::first(1);
    Ok(tx.teams().list(&one)?.total == 0
        && tx.owners().list(None, &one)?.total == 0
        && tx.renewal_policies().list(&one)?.total == 0
        && tx.issuers().list(&IssuerFilter::default(), &one)?.total == 0)
}

#[derive(Debug)]
struct Rows {
    team: Team,
    owner: Owner,
    policy: RenewalPolicy,
    issuer: Issuer,
}

impl Rows {
    fn new(
        live: &LiveIssuers,
        secrets: &Secrets,
        options: &SeedOptions,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        let team_id = TeamId::parse("t-default").map_err(ServiceError::internal)?;
        Ok(Self {
            team: Team {
                id: team_id.clone(),
                name: "Default".to_owned(),
                description: String::new(),
                created_at: now,
                updated_at: now,
            },
            owner: Owner {
                id: OwnerId::parse("o-default").map_err(ServiceError::internal)?,
                name: "Default".to_owned(),
                email: String::new(),
                team_id,
                created_at: now,
                updated_at: now,
            },
            policy: RenewalPolicy {
                id: RenewalPolicyId::parse("rp-default").map_err(ServiceError::internal)?,
                name: "Default".to_owned(),
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
                created_at: now,
                updated_at: now,
            },
            issuer: local_ca(live, secrets, options, now)?,
        })
    }

    fn insert(&self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        tx.teams().insert(&self.team)?;
        tx.owners().insert(&self.owner)?;
        tx.renewal_policies().insert(&self.policy)?;
        tx.issuers().insert(&self.issuer)
    }

    /// Kind, id and facts of each row for the audit trail.
    fn facts(&self) -> [(&'static str, String, serde_json::Value); 4] {
        [
            ("team", self.team.id.to_string(), json!({"name": self.team.name})),
            (
                "owner",
                self.owner.id.to_string(),
                json!({"name": self.owner.name, "team_id": self.owner.team_id}),
            ),
            ("renewal_policy", self.policy.id.to_string(), json!({"name": self.policy.name})),
            (
                "issuer",
                self.issuer.id.to_string(),
                json!({"name": self.issuer.name, "type": self.issuer.kind, "config": shown(&self.issuer.public_config)}),
            ),
        ]
    }
}

fn local_ca(
    live: &LiveIssuers,
    secrets: &Secrets,
    options: &SeedOptions,
    now: Timestamp,
) -> Result<Issuer, ServiceError> {
    let id = IssuerId::parse("iss-local").map_err(ServiceError::internal)?;
    let mut config = Map::new();
    if let Some(files) = &options.local_ca {
        config.insert("ca_cert_path".to_owned(), files.certificate.display().to_string().into());
        config.insert("ca_key_path".to_owned(), files.key.display().to_string().into());
    }
    let kind = IssuerKind::GenericCa;
    let config = CheckedConfig::check(live.schema(kind)?, config, secrets, None)?;
    live.try_out(kind, &id, &config.whole)?;
    Ok(Issuer {
        sealed_config: Some(config.seal(secrets, SealedColumn::IssuerConfig, id.as_str())?),
        id,
        name: "Local CA".to_owned(),
        kind,
        public_config: config.public,
        enabled: true,
        last_tested_at: None,
        test_status: TestStatus::Untested,
        source: ConnectorSource::Env,
        revision: 0,
        created_at: now,
        updated_at: now,
    })
}
