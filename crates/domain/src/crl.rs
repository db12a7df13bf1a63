//! Certificate revocation lists as they are kept for serving.

use crate::Timestamp;
use crate::id::{CrlEventId, IssuerId};

string_enum! {
    /// What a CRL lists (RFC 5280 §5.2.4).
    pub enum CrlKind ("kind of CRL") {
        /// Everything that is revoked in its scope.
        Base = "base",
        /// What changed since a base.
        Delta = "delta",
    }
}

/// Names one CRL among those of a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CrlSlot {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Identity of the CA that signs: lower-case hex, see `certctl_pki`.
    pub authority: String,
    /// Partition, from 1; 0 is the undivided CRL, which lists what all partitions list.
    pub shard: u32,
    /// Base or delta.
    pub kind: CrlKind,
}

/// The base that a delta continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeltaBase {
    /// Its number.
    pub number: i64,
    /// The state of the issuer's revocations that it tells of.
    pub generation: i64,
}

/// What is told of a CRL without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlHead {
    /// Which one.
    pub slot: CrlSlot,
    /// CRL number (RFC 5280 §5.2.3), one sequence for all CRLs of an issuer.
    pub number: i64,
    /// What a delta continues.
    pub base: Option<DeltaBase>,
    /// The state of the issuer's revocations that it tells of.
    pub generation: i64,
    /// Entries.
    pub revoked_count: u64,
    /// `thisUpdate`.
    pub this_update: Timestamp,
    /// `nextUpdate`.
    pub next_update: Timestamp,
    /// When it was made.
    pub generated_at: Timestamp,
    /// How long that took, in milliseconds.
    pub generation_duration_ms: u64,
}

/// A CRL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCrl {
    /// What it is.
    pub head: CrlHead,
    /// `CertificateList`, DER.
    pub der: Vec<u8>,
}

/// How an attempt to make a CRL ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlEvent {
    /// Identifier.
    pub id: CrlEventId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Partition, 0 for the undivided CRL.
    pub shard: u32,
    /// Base or delta.
    pub kind: CrlKind,
    /// Its number; 0 when it got none.
    pub number: i64,
    /// Entries.
    pub revoked_count: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Begin.
    pub started_at: Timestamp,
    /// Why it failed; absent when it did not.
    pub error: Option<String>,
}
