//! Storage of idempotency keys.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::idempotency::{IdempotencyKey, KeptAnswer};

/// Keys of requests that may be sent again.
pub trait IdempotencyRepo {
    /// Takes the key for a request that begins at `row.claimed_at`. Returns the row that has it
    /// already and has not expired by then; nothing when the key is taken now.
    fn claim(&mut self, row: &IdempotencyKey) -> Result<Option<IdempotencyKey>, StoreError>;
    /// Keeps the answer until `expires_at`; false when the key is not that of the run any more.
    fn settle(
        &mut self,
        row: &IdempotencyKey,
        answer: &KeptAnswer,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Gives the key back, so that the request can be made anew; false as for `settle`.
    fn release(&mut self, row: &IdempotencyKey) -> Result<bool, StoreError>;
    /// Removes at most `limit` keys that expired by `now`; returns how many.
    fn prune(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
