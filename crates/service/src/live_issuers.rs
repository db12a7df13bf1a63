//! Connectors of the stored issuers, built when first needed and again when their row has changed.

use crate::connector_config::refused;
use crate::secrets::Secrets;
use certctl_connector_api::issuer::{Issuer as Connector, IssuerEnv, IssuerFactory};
use certctl_connector_api::{ConfigSchema, IssuerRegistry, RawConfig};
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, IssuerKind};
use certctl_repository::SealedColumn;
use certctl_service_api::ServiceError;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The connectors of this process. Nothing needs to be told about changes: whoever uses an issuer
/// has just read its row, and the row's revision says whether the connector is the current one.
pub struct LiveIssuers {
    registry: IssuerRegistry,
    env: IssuerEnv,
    secrets: Secrets,
    built: Mutex<HashMap<IssuerId, Built>>,
}

struct Built {
    version: Version,
    connector: Arc<dyn Connector>,
}

/// An id can be used again after its issuer was deleted, so the revision alone is not enough.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    created_at: Timestamp,
    revision: i64,
}

impl fmt::Debug for LiveIssuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveIssuers").field("registry", &self.registry).finish_non_exhaustive()
    }
}

impl LiveIssuers {
    /// Connectors of these factories in this environment.
    pub fn new(registry: IssuerRegistry, env: IssuerEnv, secrets: Secrets) -> Self {
        Self { registry, env, secrets, built: Mutex::default() }
    }

    /// The connector of an issuer as its row stands. Fails with `Upstream` when it cannot be built,
    /// for example because a file it needs is gone.
    pub fn connector(&self, row: &Issuer) -> Result<Arc<dyn Connector>, ServiceError> {
        let version = Version { created_at: row.created_at, revision: row.revision };
        if let Some(built) = self.built.lock().get(&row.id).filter(|built| built.version == version) {
            return Ok(Arc::clone(&built.connector));
        }
        // Built without the lock: a slow one must not hold up the others.
        let config = match &row.sealed_config {
            Some(sealed) => {
                self.secrets.open_config(SealedColumn::IssuerConfig, row.id.as_str(), Some(sealed))?
            }
            None => RawConfig::from_json(row.public_config.as_str()).map_err(ServiceError::internal)?,
        };
        let connector = self.factory(row.kind)?.build(&row.id, &config, &self.env).map_err(|problems| {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            ServiceError::Upstream {
                message: format!("issuer {} cannot be used: {}", row.id, texts.join("; ")),
            }
        })?;
        let mut built = self.built.lock();
        if built.get(&row.id).is_none_or(|other| other.version <= version) {
            built.insert(row.id.clone(), Built { version, connector: Arc::clone(&connector) });
        }
        Ok(connector)
    }

    /// The configuration of a kind.
    pub(crate) fn schema(&self, kind: IssuerKind) -> Result<ConfigSchema, ServiceError> {
        Ok(self.factory(kind)?.config_schema())
    }

    /// Builds a connector to see whether its configuration is usable, and drops it.
    pub(crate) fn try_out(
        &self,
        kind: IssuerKind,
        id: &IssuerId,
        config: &RawConfig,
    ) -> Result<(), ServiceError> {
        self.factory(kind)?.build(id, config, &self.env).map(drop).map_err(refused)
    }

    fn factory(&self, kind: IssuerKind) -> Result<&Arc<dyn IssuerFactory>, ServiceError> {
        self.registry.get(kind).ok_or_else(|| {
            ServiceError::unprocessable(
                "type",
                "unsupported_type",
                format!("this server has no connector for issuers of type {kind}"),
            )
        })
    }
}
