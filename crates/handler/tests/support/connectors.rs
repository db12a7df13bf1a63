//! One kind of connector.

use async_trait::async_trait;
use certctl_service_api::connector::{ConnectorFamily, ConnectorField, ConnectorService, ConnectorType};
use certctl_service_api::{Actor, ServiceError};

/// Has a channel with a secret, a choice and a nested field.
pub(crate) struct Connectors;

fn field(name: &'static str, kind: &'static str) -> ConnectorField {
    ConnectorField {
        name,
        kind,
        choices: Vec::new(),
        fields: Vec::new(),
        required: false,
        secret: false,
        default: None,
        help: "What it is for.",
    }
}

#[async_trait]
impl ConnectorService for Connectors {
    async fn list(&self, _: &Actor) -> Result<Vec<ConnectorType>, ServiceError> {
        let fields = vec![
            ConnectorField { required: true, secret: true, ..field("token", "text") },
            ConnectorField { choices: vec!["a", "b"], default: Some("a"), ..field("mode", "choice") },
            ConnectorField { fields: vec![field("port", "integer")], ..field("proxy", "object") },
        ];
        Ok(vec![ConnectorType { family: ConnectorFamily::Channel, name: "Slack", fields }])
    }
}
