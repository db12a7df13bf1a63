//! JSON documents that the domain carries as text.

use certctl_domain::JsonText;
use certctl_service_api::ServiceError;
use serde_json::{Map, Value};

/// A stored document.
pub(crate) fn value(text: &JsonText) -> Result<Value, ServiceError> {
    serde_json::from_str(text.as_str()).map_err(ServiceError::internal)
}

/// A stored object.
pub(crate) fn object(text: &JsonText) -> Result<Map<String, Value>, ServiceError> {
    serde_json::from_str(text.as_str()).map_err(ServiceError::internal)
}
