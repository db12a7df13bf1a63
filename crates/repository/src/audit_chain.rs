//! Storage of the chain over the audit events.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::audit::{AuditEvent, AuditKey, ChainLink, Checkpoint};
use certctl_domain::id::AuditEventId;

/// The chain, its keys and checkpoints. Append-only but for [`AuditChainRepo::prune`].
pub trait AuditChainRepo {
    /// Whether an event waits for its place.
    fn has_unsealed(&mut self) -> Result<bool, StoreError>;
    /// The next `limit` events without a place, oldest first.
    fn unsealed(&mut self, limit: u32) -> Result<Vec<AuditEvent>, StoreError>;
    /// How many events without a place are older than `before`.
    fn unsealed_before(&mut self, before: Timestamp) -> Result<u64, StoreError>;
    /// Some event that is neither in the chain nor waits for its place: nobody but a forger makes one.
    fn stray(&mut self) -> Result<Option<AuditEventId>, StoreError>;
    /// Adds links and takes their events off the queue. `Duplicate` with `audit_chain.seq` when
    /// somebody else sealed meanwhile.
    fn seal(&mut self, links: &[ChainLink]) -> Result<(), StoreError>;
    /// The last link.
    fn last(&mut self) -> Result<Option<ChainLink>, StoreError>;
    /// The next `limit` links after position `after`, with their events as far as they exist.
    fn links(&mut self, after: i64, limit: u32) -> Result<Vec<(ChainLink, Option<AuditEvent>)>, StoreError>;
    /// The first position whose event is not before `at`.
    fn first_since(&mut self, at: Timestamp) -> Result<Option<i64>, StoreError>;
    /// Adds a checkpoint. `Duplicate` with `audit_checkpoint.sequence` when there is one like it.
    fn add_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), StoreError>;
    /// Every checkpoint, by position.
    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError>;
    /// The checkpoint with the highest position.
    fn latest_checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError>;
    /// The key that signs.
    fn active_key(&mut self) -> Result<Option<AuditKey>, StoreError>;
    /// Every key, oldest first.
    fn keys(&mut self) -> Result<Vec<AuditKey>, StoreError>;
    /// Adds the active key. `Duplicate` with `audit_key.active` when there is one.
    fn add_key(&mut self, key: &AuditKey) -> Result<(), StoreError>;
    /// Removes all events up to a position, with their links; the only way to. Returns how many.
    fn prune(&mut self, until: i64) -> Result<u64, StoreError>;
}
