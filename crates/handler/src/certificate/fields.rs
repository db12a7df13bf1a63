//! Sparse answers: `fields=id,name` leaves everything else out.

use certctl_api_types::certificate::Certificate;
use certctl_http_core::ApiError;
use certctl_service_api::ServiceError;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

/// Which fields of each certificate are wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fields {
    All,
    Only(BTreeSet<String>),
}

impl Fields {
    /// Reads the parameter; a name that no certificate has is refused.
    pub(super) fn parse(parameter: Option<&str>) -> Result<Self, ServiceError> {
        let Some(list) = parameter else { return Ok(Self::All) };
        let known = known();
        let wanted: BTreeSet<String> =
            list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if wanted.is_empty() {
            return Err(ServiceError::invalid("fields", "invalid_value", "name at least one field"));
        }
        match wanted.difference(&known).next() {
            None => Ok(Self::Only(wanted)),
            Some(name) => {
                let shown: String = name.chars().take(64).collect();
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                let message = format!("certificates have no field `{shown}`; they have {known}");
                Err(ServiceError::invalid("fields", "unknown_field", message))
            }
        }
    }

    /// Whether the field is wanted.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(wanted) => wanted.contains(name),
        }
    }

    pub(super) fn apply(&self, certificate: &Certificate) -> Result<Value, ApiError> {
        let mut value = serde_json::to_value(certificate).map_err(ServiceError::internal)?;
        if let (Self::Only(wanted), Value::Object(object)) = (self, &mut value) {
            object.retain(|name, _| wanted.contains(name));
        }
        Ok(value)
    }
}

/// The schema knows also those fields that a given certificate leaves out.
pub(super) fn known() -> BTreeSet<String> {
    match Certificate::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => BTreeSet::new(),
    }
}
