//! Storage of revocations and CRLs.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::crl::{CrlEvent, CrlHead, CrlSlot, StoredCrl};
use certctl_domain::id::{CertificateId, IssuerId, RevocationId};
use certctl_domain::revocation::{IssuerNotice, Revocation, RevocationReason};

/// Which revocations to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevocationFilter {
    /// Of this issuer.
    pub issuer_id: Option<IssuerId>,
    /// Of this certificate.
    pub certificate_id: Option<CertificateId>,
    /// For this reason.
    pub reason: Option<RevocationReason>,
    /// Whether the CA was told.
    pub issuer_notified: Option<bool>,
    /// Whether it holds, rather than being a hold that has ended.
    pub in_force: Option<bool>,
    /// Of this partition of the CRL.
    pub crl_shard: Option<u32>,
    /// Of a certificate that had not ended before.
    pub not_after_from: Option<Timestamp>,
}

/// What a CRL says of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedSerial {
    /// Serial number in canonical form.
    pub serial_number: String,
    /// Reason.
    pub reason: RevocationReason,
    /// When it was revoked.
    pub revoked_at: Timestamp,
    /// Invalidity date.
    pub invalidity_date: Option<Timestamp>,
    /// Whether a hold has ended; only among the changes, never among the entries of a base.
    pub released: bool,
}

/// Which entries of a CRL to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryScope<'a> {
    /// Issuer.
    pub issuer: &'a IssuerId,
    /// Partition; `None` for all.
    pub shard: Option<u32>,
    /// Leaves out what ended before.
    pub not_after_from: Timestamp,
}

/// Revocations. Writing one belongs in one transaction with [`RevocationRepo::next_generation`].
pub trait RevocationRepo {
    /// The revocation of a serial number in canonical form.
    fn find(&mut self, issuer: &IssuerId, serial: &str) -> Result<Option<Revocation>, StoreError>;
    /// The revocations of these serial numbers, in no given order.
    fn find_all(&mut self, issuer: &IssuerId, serials: &[&str]) -> Result<Vec<Revocation>, StoreError>;
    /// The revocations of a certificate's versions, newest first.
    fn of_certificate(&mut self, certificate: &CertificateId) -> Result<Vec<Revocation>, StoreError>;
    /// Matching ones, newest first.
    fn list(&mut self, filter: &RevocationFilter, page: &PageRequest)
    -> Result<Page<Revocation>, StoreError>;
    /// Adds rows. `Duplicate{revocation.serial_number}`.
    fn insert(&mut self, revocations: &[Revocation]) -> Result<(), StoreError>;
    /// Replaces what may change: reason, invalidity date, times, generation and notice. `Stale` when
    /// the row is gone.
    fn update(&mut self, revocation: &Revocation) -> Result<(), StoreError>;
    /// Counts a change of the issuer's revocations and returns its number, from 1.
    fn next_generation(&mut self, issuer: &IssuerId) -> Result<i64, StoreError>;
    /// Number of the last change; 0 when nothing was ever revoked.
    fn generation(&mut self, issuer: &IssuerId) -> Result<i64, StoreError>;
    /// Number of the last change of every issuer that ever revoked or published.
    fn generations(&mut self) -> Result<Vec<(IssuerId, i64)>, StoreError>;
    /// What changed after a generation, by generation; at most `limit`.
    fn changed_since(
        &mut self,
        issuer: &IssuerId,
        generation: i64,
        limit: u32,
    ) -> Result<Vec<Revocation>, StoreError>;
    /// Entries in force with a serial number after `after`, by the text of the serial number; at most
    /// `limit`.
    fn entries(
        &mut self,
        scope: EntryScope<'_>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<RevokedSerial>, StoreError>;
    /// Revocations that the CA must be told of by `at`, oldest first; at most `limit`.
    fn to_notify(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Revocation>, StoreError>;
    /// Records how telling the CA went. `Stale` when the row is gone.
    fn record_notice(&mut self, id: &RevocationId, notice: &IssuerNotice) -> Result<(), StoreError>;
    /// Forbids keys. What is forbidden already stays as it is.
    fn block_keys(
        &mut self,
        spki_sha256: &[&str],
        reason: &str,
        blocked_by: &str,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Those of these keys that are forbidden, in no given order.
    fn blocked_keys(&mut self, spki_sha256: &[&str]) -> Result<Vec<String>, StoreError>;
}

/// CRLs, and how they were made.
pub trait CrlRepo {
    /// A number that no CRL of the issuer has, greater than all before.
    fn next_number(&mut self, issuer: &IssuerId) -> Result<i64, StoreError>;
    /// Keeps a CRL unless a newer one is kept in its place; tells whether it was kept.
    fn put(&mut self, crl: &StoredCrl) -> Result<bool, StoreError>;
    /// What is kept in a place.
    fn head(&mut self, slot: &CrlSlot) -> Result<Option<CrlHead>, StoreError>;
    /// The CRL in a place.
    fn find(&mut self, slot: &CrlSlot) -> Result<Option<StoredCrl>, StoreError>;
    /// The CRLs of one issuer, or of all, by issuer, CA, partition and kind.
    fn heads(&mut self, issuer: Option<&IssuerId>) -> Result<Vec<CrlHead>, StoreError>;
    /// Drops what is kept in a place.
    fn remove(&mut self, slot: &CrlSlot) -> Result<(), StoreError>;
    /// Records an attempt.
    fn add_event(&mut self, event: &CrlEvent) -> Result<(), StoreError>;
    /// Attempts of an issuer, newest first; at most `limit`.
    fn events(&mut self, issuer: &IssuerId, limit: u32) -> Result<Vec<CrlEvent>, StoreError>;
    /// Forgets attempts that began before; at most `limit`, returns how many.
    fn purge_events(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
