//! Probes, version, identity, metrics.

use crate::{Client, ClientError};
use certctl_api_types::connector::ConnectorTypes;
use certctl_api_types::metrics::Metrics;
use certctl_api_types::session::Session;
use certctl_api_types::system::{AuthCheck, AuthInfo, Health, Ready, SchedulerHealth, Version};
use reqwest::Method;

/// Routes about the server itself.
#[derive(Debug, Clone, Copy)]
pub struct System<'c>(pub(crate) &'c Client);

impl System<'_> {
    /// Whether the process lives.
    pub async fn health(&self) -> Result<Health, ClientError> {
        self.0.absolute(Method::GET, &["health"]).send().await
    }

    /// Whether it can serve; status 503 when not. Asked once: a probe wants the state of now.
    pub async fn ready(&self) -> Result<Ready, ClientError> {
        self.0.absolute(Method::GET, &["ready"]).once().send().await
    }

    /// How the periodic tasks fare; the answer says `unhealthy` when one is late.
    pub async fn scheduler(&self) -> Result<SchedulerHealth, ClientError> {
        self.0.absolute(Method::GET, &["health", "scheduler"]).once().or_status(503).send().await
    }

    /// Version of the server.
    pub async fn version(&self) -> Result<Version, ClientError> {
        self.0.get(&["version"]).send().await
    }

    /// Which credentials the server wants.
    pub async fn auth_info(&self) -> Result<AuthInfo, ClientError> {
        self.0.get(&["auth", "info"]).send().await
    }

    /// Who the server takes this client for.
    pub async fn auth_check(&self) -> Result<AuthCheck, ClientError> {
        self.0.get(&["auth", "check"]).send().await
    }

    /// Who the server takes this client for, and what it may do.
    pub async fn session(&self) -> Result<Session, ClientError> {
        self.0.get(&["auth", "session"]).send().await
    }

    /// Which kinds of issuers, targets and channels there can be.
    pub async fn connector_types(&self) -> Result<ConnectorTypes, ClientError> {
        self.0.get(&["connector-types"]).send().await
    }

    /// The OpenAPI document of the server.
    pub async fn openapi(&self) -> Result<serde_json::Value, ClientError> {
        self.0.get(&["openapi.json"]).send().await
    }

    /// The main figures.
    pub async fn metrics(&self) -> Result<Metrics, ClientError> {
        self.0.get(&["metrics"]).send().await
    }

    /// Metrics in the Prometheus text format 0.0.4.
    pub async fn prometheus(&self) -> Result<String, ClientError> {
        self.0.get(&["metrics", "prometheus"]).send_text().await
    }
}
