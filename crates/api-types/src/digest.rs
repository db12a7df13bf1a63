//! The digest.

use serde::{Deserialize, Serialize};

/// Answer of `POST /digest/send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DigestSent {
    /// Always `sent`.
    pub status: String,
    /// How many people it is on its way to.
    pub recipients: u64,
}
