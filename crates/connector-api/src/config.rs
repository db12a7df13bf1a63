//! Connector configuration before it is typed.

use serde_json::{Map, Value};

/// A connector's configuration as a JSON object, secrets included. Debug output shows field names only.
#[derive(Clone, Default, PartialEq)]
pub struct RawConfig(Map<String, Value>);

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct ConfigError {
    /// Field, for example `cert_path`; empty when the whole document is meant.
    pub field: String,
    /// What is wrong and what would be right. Never holds the value of a secret field.
    pub message: String,
}

impl ConfigError {
    /// A problem of one field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl RawConfig {
    /// Wraps an object.
    pub const fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// Parses a JSON object.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            ConfigError::new(
                "",
                format!(
                    "the configuration is not a JSON object (line {}, column {})",
                    error.line(),
                    error.column()
                ),
            )
        })
    }

    /// The object.
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The object, to change.
    pub const fn fields_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }

    /// The object as JSON text.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Decodes into a typed configuration.
    pub fn decode<T: serde::de::DeserializeOwned>(&self) -> Result<T, ConfigError> {
        // serde's message may quote a value, so only its type mismatch part is of use for
        // non-secret fields; the schema check has run before and covers those.
        serde_json::from_value(Value::Object(self.0.clone()))
            .map_err(|error| ConfigError::new("", format!("the configuration cannot be read: {error}")))
    }
}

impl std::fmt::Debug for RawConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
