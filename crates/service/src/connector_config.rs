//! Connector configurations on their way in: secrets restored, schema checked, masked and sealed.

use crate::secrets::Secrets;
use certctl_connector_api::{ConfigError, ConfigSchema, RawConfig};
use certctl_domain::JsonText;
use certctl_repository::SealedColumn;
use certctl_service_api::{FieldError, ServiceError};
use serde_json::{Map, Value};

/// A configuration that fits its schema.
#[derive(Debug, Clone)]
pub(crate) struct CheckedConfig {
    /// The whole of it, secrets included.
    pub(crate) whole: RawConfig,
    /// What may be shown and audited.
    pub(crate) public: JsonText,
    /// Whether it is the stored one, so that an earlier test still holds.
    pub(crate) unchanged: bool,
}

/// The stored configuration of a row.
pub(crate) struct Stored<'a> {
    pub(crate) column: SealedColumn,
    pub(crate) row: &'a str,
    pub(crate) sealed: Option<&'a [u8]>,
}

impl CheckedConfig {
    /// Takes secrets that read `{"set":true}` from `stored` and checks the result. A stored value
    /// that cannot be opened matters only when a secret of it is wanted.
    pub(crate) fn check(
        schema: ConfigSchema,
        wanted: Map<String, Value>,
        secrets: &Secrets,
        stored: Option<Stored<'_>>,
    ) -> Result<Self, ServiceError> {
        let mut whole = RawConfig::new(wanted);
        let stored = stored.map(|stored| secrets.open_config(stored.column, stored.row, stored.sealed));
        let keeps_secrets = schema.restore_secrets(&mut whole.clone(), None).is_err();
        let stored = match stored {
            Some(Err(unreadable)) if keeps_secrets => return Err(unreadable),
            Some(Ok(stored)) => Some(stored),
            Some(Err(_)) | None => None,
        };
        schema.restore_secrets(&mut whole, stored.as_ref()).map_err(refused)?;
        schema.check(&whole).map_err(refused)?;
        Ok(Self {
            public: JsonText::trusted(schema.mask(&whole).to_json()),
            unchanged: stored.is_some_and(|stored| stored == whole),
            whole,
        })
    }

    /// The whole configuration for its row.
    pub(crate) fn seal(
        &self,
        secrets: &Secrets,
        column: SealedColumn,
        row: &str,
    ) -> Result<Vec<u8>, ServiceError> {
        secrets.seal(column, row, self.whole.to_json().as_bytes())
    }
}

/// Refused configuration fields, as `config.<field>`.
pub(crate) fn refused(problems: Vec<ConfigError>) -> ServiceError {
    let fields = problems.into_iter().map(|problem| {
        let path =
            if problem.field.is_empty() { "config".to_owned() } else { format!("config.{}", problem.field) };
        FieldError::new(path, "invalid_config", problem.message)
    });
    ServiceError::Unprocessable(fields.collect())
}

/// A shown configuration as part of audit details.
pub(crate) fn shown(public: &JsonText) -> Value {
    serde_json::from_str(public.as_str()).unwrap_or(Value::Null)
}
