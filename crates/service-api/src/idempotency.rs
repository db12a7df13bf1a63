//! Requests that may be sent again under the same key and have their effect once.

use crate::ServiceError;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::idempotency::KeptAnswer;
use std::fmt;

/// A request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Who sends it.
    pub principal: String,
    /// The key.
    pub key: String,
    /// Method and path with its query.
    pub request: String,
}

/// The right to answer a keyed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The request.
    pub request: KeyedRequest,
    /// Digest of its body, hexadecimal.
    pub body_sha256: String,
    /// When it began.
    pub at: Timestamp,
}

/// What to do with a keyed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Run it, then settle or release the claim.
    Run(Claim),
    /// Give this answer again.
    Replay(KeptAnswer),
    /// The first request with the key is still under way.
    InProgress,
    /// The key belongs to another request.
    Reused,
}

/// Use cases of idempotency keys. Called by the HTTP layer, for callers that are known.
#[async_trait]
pub trait IdempotencyService: Send + Sync + fmt::Debug {
    /// Takes the key for a request with this body, or finds what became of it.
    async fn begin(&self, request: KeyedRequest, body: &[u8]) -> Result<Begun, ServiceError>;
    /// Keeps the answer.
    async fn settle(&self, claim: Claim, answer: KeptAnswer) -> Result<(), ServiceError>;
    /// Gives the key back, because nothing was changed.
    async fn release(&self, claim: Claim) -> Result<(), ServiceError>;
}
