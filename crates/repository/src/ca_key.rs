//! Storage of CA keys.

use crate::StoreError;
use certctl_domain::ca_key::CaKey;
use certctl_domain::id::IssuerId;

/// CA keys.
pub trait CaKeyRepo {
    /// The active key of an issuer.
    fn active(&mut self, issuer: &IssuerId) -> Result<Option<CaKey>, StoreError>;
    /// All keys of an issuer, newest first.
    fn list(&mut self, issuer: &IssuerId) -> Result<Vec<CaKey>, StoreError>;
    /// Adds a row. `Duplicate{ca_key.active}` when the issuer has an active key.
    fn insert(&mut self, key: &CaKey) -> Result<(), StoreError>;
}
