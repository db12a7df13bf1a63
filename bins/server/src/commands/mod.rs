//! The commands beside `run`, one file each.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod check_config;
pub(crate) mod demo;
pub(crate) mod enroll_token;
pub(crate) mod key;
pub(crate) mod migrate;
pub(crate) mod rotate_key;

use crate::database::{Access, open_for};
use crate::{Environment, master_key};
use certctl_config::ServerConfig;
use certctl_repository::Store;
use certctl_service::Foundation;
use std::sync::Arc;

/// The base of the services.
async fn foundation(
    config: &ServerConfig,
    environment: &Environment,
    access: Access,
) -> anyhow::Result<Foundation> {
    let store = Store::new(Arc::new(open_for(config, access, None).await?));
    Ok(Foundation {
        store,
        clock: Arc::clone(&environment.clock),
        ids: Arc::clone(&environment.ids),
        approvals: certctl_service::ApprovalGate::new(
            false,
            Arc::new(certctl_telemetry::ApprovalCounters::register(&certctl_telemetry::Registry::new())?),
        ),
        guards: certctl_service::Guards::default(),
    })
}

/// Refuses early when the configured master key does not fit the database.
async fn check_master_key(config: &ServerConfig, store: &Store) -> anyhow::Result<()> {
    master_key::load(config, store).await.map(|_| ())
}
