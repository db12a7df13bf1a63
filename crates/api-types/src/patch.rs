//! Partial changes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A JSON merge patch (RFC 7396): fields of the resource's request that change. A field that is
/// `null` gets its default; one that is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", schema(value_type = Object))]
pub struct MergePatch(pub Map<String, Value>);
