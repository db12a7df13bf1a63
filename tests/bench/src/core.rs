//! The services of the server in this process, over a given database.

use anyhow::{Result, anyhow};
use certctl_connector_api::issuer::IssuerEnv;
use certctl_crypto::{Keyring, MasterKey, SecretString};
use certctl_repository::Store;
use certctl_repository_diesel::{DatabaseOptions, DatabaseUrl, open};
use certctl_server::Environment;
use certctl_service::{Foundation, LiveIssuers, SealedCaKeys, Secrets, Wakeups};
use std::sync::Arc;

/// Store, clock, ids, issuers and wake-ups, as the server wires them.
pub(crate) struct Core {
    pub(crate) base: Foundation,
    pub(crate) issuers: Arc<LiveIssuers>,
    pub(crate) secrets: Secrets,
    pub(crate) wakeups: Arc<Wakeups>,
}

impl Core {
    /// Opens a migrated database.
    pub(crate) async fn open(url: DatabaseUrl) -> Result<Self> {
        let environment = Environment::system();
        let store = Store::new(Arc::new(open(DatabaseOptions::new(url)).await?));
        let base = Foundation {
            store,
            clock: Arc::clone(&environment.clock),
            ids: Arc::clone(&environment.ids),
            approvals: certctl_service::ApprovalGate::new(
                false,
                Arc::new(certctl_telemetry::ApprovalCounters::register(&certctl_telemetry::Registry::new())?),
            ),
            guards: certctl_service::Guards::default(),
        };
        let secrets = Secrets::new(Arc::new(keyring()?));
        let env = IssuerEnv {
            clock: Arc::clone(&environment.clock),
            ca_keys: Arc::new(SealedCaKeys::new(base.clone(), secrets.clone())),
            pki_base_url: None,
        };
        let issuers = Arc::new(LiveIssuers::new(environment.issuers, env, secrets.clone()));
        Ok(Self { base, issuers, secrets, wakeups: Arc::default() })
    }
}

/// The master key of every benchmark.
pub(crate) fn keyring() -> Result<Keyring> {
    let key = MasterKey::from_passphrase(&SecretString::new("a master key for the benchmark only"))
        .map_err(|error| anyhow!(error))?;
    Ok(Keyring::new(key, Vec::new()))
}
