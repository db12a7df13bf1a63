//! Requests that may be sent again under the same key and have their effect once.

use crate::Timestamp;

/// An answer that is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Location` header.
    pub location: Option<String>,
    /// `ETag` header.
    pub entity_tag: Option<String>,
    /// JSON body; empty when there is none.
    pub body: String,
}

/// One key of one caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who sent it: keys of two callers never meet.
    pub principal: String,
    /// The key, as sent.
    pub key: String,
    /// Method and path with its query.
    pub request: String,
    /// Digest of the body, hexadecimal.
    pub body_sha256: String,
    /// The answer; absent while the request is under way.
    pub answer: Option<KeptAnswer>,
    /// When the request began. Only its own run may settle or release the key.
    pub claimed_at: Timestamp,
    /// Until when the key counts.
    pub expires_at: Timestamp,
}
