//! Connectors with a secret field, which the real ones of this crate's tests do not have.

use async_trait::async_trait;
use certctl_connector_api::issuer::{
    IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities, IssuerEnv, IssuerFactory, Prepared,
};
use certctl_connector_api::target::{TargetConnector, TargetEnv, TargetFactory};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, Field, FieldType, RawConfig,
};
use certctl_domain::Timestamp;
use certctl_domain::id::{IssuerId, TargetId};
use certctl_domain::issuer::IssuerKind;
use certctl_domain::target::TargetKind;
use parking_lot::Mutex;
use std::sync::Arc;

/// A secret that must never be seen.
pub(crate) const TARGET_TOKEN: &str = "hunter2-of-the-target";

/// Targets of kind NGINX with `cert_path`, `port` (1 to 65535) and the secret `token`.
#[derive(Debug)]
pub(crate) struct SecretiveTargets;

impl TargetFactory for SecretiveTargets {
    fn kind(&self) -> TargetKind {
        TargetKind::Nginx
    }

    fn config_schema(&self) -> ConfigSchema {
        const FIELDS: &[Field] = &[
            Field::required("cert_path", FieldType::Text, "Path."),
            Field::optional("port", FieldType::Integer, "443", "Port."),
            Field::optional("token", FieldType::Text, "", "Secret.").secret(),
        ];
        ConfigSchema { fields: FIELDS }
    }

    fn check(&self, config: &RawConfig) -> Result<(), Vec<ConfigError>> {
        match config.fields().get("port").and_then(serde_json::Value::as_i64) {
            Some(port) if !(1..=65_535).contains(&port) => {
                Err(vec![ConfigError::new("port", "must be a port number")])
            }
            _ => Ok(()),
        }
    }

    fn build(
        &self,
        _id: &TargetId,
        _config: &RawConfig,
        _env: &TargetEnv,
    ) -> Result<Arc<dyn TargetConnector>, Vec<ConfigError>> {
        Err(vec![ConfigError::new("", "the server never builds target connectors")])
    }
}

/// Issuers with `url` and the secret `token`; the test reads what they were built with.
#[derive(Debug, Default)]
pub(crate) struct SecretiveIssuers {
    pub(crate) tokens: Mutex<Vec<String>>,
}

impl IssuerFactory for SecretiveIssuers {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn config_schema(&self) -> ConfigSchema {
        const FIELDS: &[Field] = &[
            Field::required("url", FieldType::Text, "Address."),
            Field::required("token", FieldType::Text, "Secret.").secret(),
        ];
        ConfigSchema { fields: FIELDS }
    }

    fn build(
        &self,
        _id: &IssuerId,
        config: &RawConfig,
        _env: &IssuerEnv,
    ) -> Result<Arc<dyn Issuer>, Vec<ConfigError>> {
        let text = |name: &str| config.fields()[name].as_str().unwrap().to_owned();
        self.tokens.lock().push(text("token"));
        let url = text("url");
        if url.starts_with("https://") {
            Ok(Arc::new(Unreachable(url)))
        } else {
            Err(vec![ConfigError::new("url", "must be an https URL")])
        }
    }
}

/// An authority that never answers.
#[derive(Debug)]
struct Unreachable(String);

#[async_trait]
impl Issuer for Unreachable {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn capabilities(&self) -> IssuerCapabilities {
        IssuerCapabilities::default()
    }

    async fn prepare(&self, _order: IssuanceOrder, _now: Timestamp) -> Result<Prepared, ConnectorError> {
        Err(self.unreachable())
    }

    async fn issue(&self, _prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError> {
        Err(self.unreachable())
    }

    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError> {
        Err(self.unreachable())
    }

    async fn check(&self, _now: Timestamp) -> Result<(), ConnectorError> {
        Err(self.unreachable())
    }
}

impl Unreachable {
    fn unreachable(&self) -> ConnectorError {
        ConnectorError::transient(ErrorKind::Network, format!("{} cannot be reached", self.0))
    }
}
