//! State of the server itself.

use crate::ServiceError;
use async_trait::async_trait;

/// Whether the server can do its work, for readiness probes.
#[async_trait]
pub trait SystemService: Send + Sync {
    /// `Unavailable` while starting, stopping or without a database.
    async fn ready(&self) -> Result<(), ServiceError>;
}
