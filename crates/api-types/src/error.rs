//! The error body of every route.

use serde::{Deserialize, Serialize};

/// Body of every response with a status of 400 or more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// Stable `snake_case` code, for programs.
    pub error: String,
    /// What happened, to which object, what to do next, for people.
    pub message: String,
    /// Id of the request, also in the `X-Request-ID` header and the server's log.
    pub request_id: String,
    /// Further facts, for example `fields` or `counts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub details: Option<serde_json::Value>,
}
