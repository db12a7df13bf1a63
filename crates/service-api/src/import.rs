//! Certificates that others issued, taken into the inventory.

use crate::certificate::CertificateView;
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{CertificateId, IssuerId, OwnerId, ProfileId, RenewalPolicyId, TeamId};
use std::collections::BTreeMap;

/// Where imported certificates belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPlace {
    /// Free text.
    pub environment: String,
    /// Owner.
    pub owner_id: OwnerId,
    /// Team.
    pub team_id: TeamId,
    /// Issuer that renews it once a target is mapped.
    pub issuer_id: IssuerId,
    /// Renewal policy.
    pub renewal_policy_id: RenewalPolicyId,
    /// Profile.
    pub profile_id: Option<ProfileId>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// One certificate to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportItem {
    /// Identifier to use.
    pub id: Option<CertificateId>,
    /// Name; made from common name and fingerprint when absent.
    pub name: Option<String>,
    /// One leaf, and perhaps its chain, PEM.
    pub pem: String,
}

/// Use cases of imports. Nothing happens to an imported certificate by itself until a target is
/// mapped: no agent has its key.
#[async_trait]
pub trait ImportService: Send + Sync {
    /// Imports one certificate.
    async fn import(
        &self,
        who: &Actor,
        place: ImportPlace,
        item: ImportItem,
    ) -> Result<CertificateView, ServiceError>;
    /// Imports many; one that is refused stops no other. Results are in the order of the items.
    async fn import_many(
        &self,
        who: &Actor,
        place: ImportPlace,
        items: Vec<ImportItem>,
    ) -> Result<Vec<Result<CertificateId, ServiceError>>, ServiceError>;
    /// Parts a PEM text into items: each leaf with the CA certificates that follow it.
    fn split(&self, bundle: &str) -> Result<Vec<ImportItem>, ServiceError>;
}
