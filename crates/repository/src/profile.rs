//! Storage of certificate profiles.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::CertificateProfile;

/// Certificate profiles.
pub trait ProfileRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &ProfileId) -> Result<Option<CertificateProfile>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<CertificateProfile>, StoreError>;
    /// Adds a row. `Duplicate{profile.id|profile.name}`.
    fn insert(&mut self, profile: &CertificateProfile) -> Result<(), StoreError>;
    /// Writes the row if its last change was at `unchanged_since`; otherwise `Stale`.
    /// `Duplicate{profile.name}`.
    fn update(&mut self, profile: &CertificateProfile, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// How many certificates are bound to it.
    fn certificates(&mut self, id: &ProfileId) -> Result<u64, StoreError>;
    /// Removes a row. `InUse{certificate.profile_id}`; `Stale` when absent.
    fn delete(&mut self, id: &ProfileId) -> Result<(), StoreError>;
}
