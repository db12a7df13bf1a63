//! The digest: what is urgent in the inventory, by mail at regular times.

use crate::{Actor, ServiceError};
use async_trait::async_trait;

/// Use cases of the digest. All fail with `NotConfigured` while digests are switched off (`digest_off`) or
/// no mail channel takes them (`no_email_channel`).
#[async_trait]
pub trait DigestService: Send + Sync {
    /// The digest of everything as it would be sent now: a whole HTML document.
    async fn preview(&self, who: &Actor) -> Result<String, ServiceError>;
    /// Queues a digest for everybody who gets the regular one, and says for how many; its times stay.
    /// Fails with `NotConfigured` (`no_digest_recipients`) when there is nobody.
    async fn send(&self, who: &Actor) -> Result<u64, ServiceError>;
}
