//! nginx: certificate, key and chain files, `nginx -t`, `nginx -s reload`.

mod config;

use async_trait::async_trait;
use certctl_connector_api::target::{
    DeployFailure, Deployed, Deployment, TargetConnector, TargetEnv, TargetFactory,
};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, RawConfig};
use certctl_crypto::SecretBytes;
use certctl_deploy::{Disk, FileTarget};
use certctl_domain::id::TargetId;
use certctl_domain::target::TargetKind;
use config::NginxConfig;
use std::sync::Arc;

const CERT: &str = "cert";
const KEY: &str = "key";
const CHAIN: &str = "chain";

/// Builds nginx targets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NginxFactory;

impl TargetFactory for NginxFactory {
    fn kind(&self) -> TargetKind {
        TargetKind::Nginx
    }

    fn config_schema(&self) -> ConfigSchema {
        config::SCHEMA
    }

    fn check(&self, config: &RawConfig) -> Result<(), Vec<ConfigError>> {
        NginxConfig::read(config).map(drop)
    }

    fn build(
        &self,
        id: &TargetId,
        config: &RawConfig,
        env: &TargetEnv,
    ) -> Result<Arc<dyn TargetConnector>, Vec<ConfigError>> {
        let config = NginxConfig::read(config)?;
        let fullchain = config.fullchain;
        let files = FileTarget::new(id.clone(), config.into_settings(), env.clone(), Disk::default());
        Ok(Arc::new(Nginx { fullchain, files }))
    }
}

#[derive(Debug)]
struct Nginx {
    /// `ssl_certificate` holds the chain too; without it clients get no intermediates.
    fullchain: bool,
    files: FileTarget,
}

#[async_trait]
impl TargetConnector for Nginx {
    async fn dry_run(&self) -> Result<String, ConnectorError> {
        self.files.dry_run().await
    }

    async fn recover(&self) -> Result<(), ConnectorError> {
        self.files.recover().await
    }

    async fn deploy(&self, plan: &Deployment) -> Result<Deployed, DeployFailure> {
        let chain = lines(&plan.chain_pem);
        let mut cert = lines(&plan.leaf_pem);
        if self.fullchain {
            cert.push_str(&chain);
        }
        let mut contents =
            vec![(CERT, SecretBytes::new(cert)), (KEY, SecretBytes::new(plan.key_pem.expose().as_bytes()))];
        // nginx refuses an empty `ssl_trusted_certificate`, so an empty chain is no file.
        if !chain.is_empty() {
            contents.push((CHAIN, SecretBytes::new(chain)));
        }
        self.files.deploy(plan, &contents).await
    }
}

/// PEM text ending in exactly one line feed; empty when it is blank.
fn lines(pem: &str) -> String {
    match pem.trim() {
        "" => String::new(),
        text => format!("{text}\n"),
    }
}
