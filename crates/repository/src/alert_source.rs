//! Storage behind the alerts that follow from time and from counting.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, IssuerId};
use certctl_domain::issuer::IssuerHealth;

/// When the end of a certificate must be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiryLook {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Not before.
    pub due_at: Timestamp,
}

/// Looks at the ends of certificates. The database makes a row due by itself when the end of a
/// certificate moves, its policy or what the policy says about alerts changes, or it comes into or
/// goes out of service.
pub trait ExpiryLookRepo {
    /// Due ones after the position, oldest first.
    fn due(
        &mut self,
        at: Timestamp,
        after: Option<&ExpiryLook>,
        limit: u32,
    ) -> Result<Vec<ExpiryLook>, StoreError>;
    /// The look of a certificate, if one is planned.
    fn find(&mut self, certificate: &CertificateId) -> Result<Option<ExpiryLook>, StoreError>;
    /// Plans the next look, or none.
    fn plan(&mut self, certificate: &CertificateId, due_at: Option<Timestamp>) -> Result<(), StoreError>;
}

/// How issuers fare.
pub trait IssuerHealthRepo {
    /// What is known of an issuer; one that was never noted is well.
    fn find(&mut self, issuer: &IssuerId) -> Result<IssuerHealth, StoreError>;
    /// Writes it. The issuer exists.
    fn put(&mut self, issuer: &IssuerId, health: &IssuerHealth) -> Result<(), StoreError>;
}
