//! Storage of singleton leases.

use crate::StoreError;
use certctl_domain::Timestamp;
use std::time::Duration;

/// Leases by name, so that one replica at a time runs a reconciler.
pub trait LeaseRepo {
    /// Takes or prolongs the lease `name` for `holder`; true when `holder` has it now. PostgreSQL
    /// compares with the database's clock, SQLite with `now`.
    fn acquire(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        span: Duration,
    ) -> Result<bool, StoreError>;
    /// Gives the lease up if `holder` has it.
    fn release(&mut self, name: &str, holder: &str) -> Result<(), StoreError>;
    /// Current holder and end, if any row exists.
    fn find(&mut self, name: &str) -> Result<Option<(String, Timestamp)>, StoreError>;
}
