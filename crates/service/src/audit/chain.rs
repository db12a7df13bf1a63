//! The hashes of the chain.

use certctl_crypto::hash::sha256;
use certctl_domain::audit::{AuditEvent, ChainLink};

/// Hash before the first event.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// SHA-256 of the hash before an event and the event. A hash that is no hex counts as its text, so
/// that it can only lead to another hash, never to an error.
pub(super) fn hash(before: &str, event: &AuditEvent) -> String {
    let mut bytes = hex::decode(before).unwrap_or_else(|_| before.as_bytes().to_vec());
    bytes.extend(event.canonical());
    hex::encode(sha256(&bytes))
}

/// The places of `events` after the position and hash `end`.
pub(super) fn extend((sequence, hash_before): (i64, &str), events: &[AuditEvent]) -> Vec<ChainLink> {
    let mut before = hash_before.to_owned();
    let mut sequence = sequence;
    let link = |event: &AuditEvent| {
        before = hash(&before, event);
        sequence += 1;
        ChainLink { sequence, event_id: event.id.clone(), hash: before.clone() }
    };
    events.iter().map(link).collect()
}
