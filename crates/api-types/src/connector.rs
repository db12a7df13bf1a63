//! Connectors the server was built with.

use serde::{Deserialize, Serialize};

/// Answer of `GET /api/v1/connector-types`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectorTypes {
    /// Every kind, by family and name.
    pub data: Vec<ConnectorType>,
}

/// One kind of connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectorType {
    /// `issuer`, `target` or `channel`.
    pub family: String,
    /// What to give as `type` of an issuer, target or channel.
    #[serde(rename = "type")]
    pub name: String,
    /// The fields of `config`, in the order of forms.
    pub fields: Vec<ConnectorField>,
}

/// One field of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectorField {
    /// JSON name.
    pub name: String,
    /// `text`, `choice`, `integer`, `boolean`, `duration` (`"90s"`, `"47d"`), `file_mode` (`"0640"`),
    /// `text_list`, `text_map` (texts under names of one's own), `command` (a list of arguments, or a
    /// text) or `object`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What a choice may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Fields of an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub fields: Vec<Self>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether its value is never shown again: `{"set":true}` stands for it, and sent back keeps it.
    pub secret: bool,
    /// Default as people would write it; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// One sentence about it.
    pub help: String,
}
