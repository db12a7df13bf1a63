//! Which connectors the server was built with.

use async_trait::async_trait;
use certctl_connector_api::schema::{ConfigSchema, Field, FieldType};
use certctl_connector_api::{IssuerRegistry, NotifierRegistry, TargetRegistry};
use certctl_domain::access::Permission;
use certctl_service_api::connector::{ConnectorFamily, ConnectorField, ConnectorService, ConnectorType};
use certctl_service_api::{Actor, ServiceError};

/// Use cases of connectors. What a build has never changes, so it is described once.
#[derive(Debug)]
pub struct Connectors(Vec<ConnectorType>);

impl Connectors {
    /// Describes everything in the registries.
    pub fn new(issuers: &IssuerRegistry, targets: &TargetRegistry, notifiers: &NotifierRegistry) -> Self {
        let issuers = issuers
            .iter()
            .map(|one| described(ConnectorFamily::Issuer, one.kind().as_str(), one.config_schema()));
        let targets = targets
            .iter()
            .map(|one| described(ConnectorFamily::Target, one.kind().as_str(), one.config_schema()));
        let channels = notifiers
            .iter()
            .map(|one| described(ConnectorFamily::Channel, one.kind().as_str(), one.config_schema()));
        let mut all: Vec<_> = issuers.chain(targets).chain(channels).collect();
        all.sort_by_key(|one| (one.family.as_str(), one.name));
        Self(all)
    }
}

fn described(family: ConnectorFamily, name: &'static str, schema: ConfigSchema) -> ConnectorType {
    ConnectorType { family, name, fields: fields(schema.fields) }
}

fn fields(fields: &[Field]) -> Vec<ConnectorField> {
    fields.iter().map(field).collect()
}

fn field(field: &Field) -> ConnectorField {
    let (choices, inner): (&[&'static str], &[Field]) = match field.kind {
        FieldType::Choice(choices) => (choices, &[]),
        FieldType::Object(inner) => (&[], inner),
        _ => (&[], &[]),
    };
    ConnectorField {
        name: field.name,
        kind: kind(field.kind),
        choices: choices.to_vec(),
        fields: fields(inner),
        required: field.required,
        secret: field.secret,
        default: Some(field.default).filter(|text| !text.is_empty()),
        help: field.help,
    }
}

const fn kind(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "text",
        FieldType::Choice(_) => "choice",
        FieldType::Integer => "integer",
        FieldType::Boolean => "boolean",
        FieldType::Duration => "duration",
        FieldType::FileMode => "file_mode",
        FieldType::TextList => "text_list",
        FieldType::TextMap => "text_map",
        FieldType::Command => "command",
        FieldType::Object(_) => "object",
    }
}

#[async_trait]
impl ConnectorService for Connectors {
    async fn list(&self, who: &Actor) -> Result<Vec<ConnectorType>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        Ok(self.0.clone())
    }
}
