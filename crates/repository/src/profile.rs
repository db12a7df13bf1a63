//! Storage of certificate profiles.

use crate::{Page, PageRequest, StoreError};
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
}
