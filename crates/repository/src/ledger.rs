//! Storage of the issuance ledger.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{IssuerId, JobId};
use certctl_domain::ledger::Issuance;

/// The ledger of issuances.
pub trait LedgerRepo {
    /// Records an intent before anything is signed. `Duplicate{issuance.serial_number}`.
    fn record(&mut self, issuance: &Issuance) -> Result<(), StoreError>;
    /// Finishes an intent (`Issued` or `Abandoned`); `Stale` unless the stored state is `Intent`.
    fn finish(&mut self, issuance: &Issuance) -> Result<(), StoreError>;
    /// Marks every open intent of a job as abandoned and returns how many there were.
    fn abandon_intents(&mut self, job: &JobId, at: Timestamp) -> Result<u64, StoreError>;
    /// The row of a serial number in canonical form.
    fn find_by_serial(&mut self, issuer: &IssuerId, serial: &str) -> Result<Option<Issuance>, StoreError>;
    /// The issuances of these serial numbers, in no given order.
    fn find_by_serials(&mut self, issuer: &IssuerId, serials: &[&str]) -> Result<Vec<Issuance>, StoreError>;
    /// What was issued for a key and ends after `at`, newest first; at most `limit`.
    fn issued_for_key(
        &mut self,
        spki_sha256: &str,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Issuance>, StoreError>;
    /// When issuances for a set of names were recorded, from `since` on, newest first, at most
    /// `limit`. Those count that may have been signed: all but the abandoned ones of which no
    /// certificate is known.
    fn issued_for_names(
        &mut self,
        names_hash: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, StoreError>;
    /// All rows, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<Issuance>, StoreError>;
}
