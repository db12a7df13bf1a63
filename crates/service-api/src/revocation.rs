//! Revocation: certificates that must not be trusted any more.

use crate::certificate::CertificateView;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{AgentId, CertificateId, IssuerId, TargetId, VersionId};
use certctl_domain::revocation::{Revocation, RevocationReason};

/// Which leaves of a certificate are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// Every leaf that has not expired: relying parties accept renewed predecessors too.
    #[default]
    All,
    /// The newest leaf of each key holder.
    Latest,
    /// The leaf with this serial number, in any usual notation.
    Serial(String),
}

/// What to revoke, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeSpec {
    /// Reason.
    pub reason: RevocationReason,
    /// Leaves.
    pub scope: Scope,
    /// Since when they are not to be trusted, when that is in the past.
    pub invalidity_date: Option<Timestamp>,
}

/// A certificate outside the inventory, or one leaf of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Culprit {
    /// By issuer and serial number, in any usual notation.
    Serial {
        /// Issuer.
        issuer_id: IssuerId,
        /// Serial number.
        serial: String,
    },
    /// The certificate itself, PEM.
    Pem(String),
}

/// Another valid certificate with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number in canonical form.
    pub serial_number: String,
    /// Inventory row, when there is one.
    pub certificate_id: Option<CertificateId>,
    /// End of validity.
    pub not_after: Option<Timestamp>,
}

/// One leaf that would be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRevocation {
    /// Version.
    pub version_id: VersionId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number in canonical form.
    pub serial_number: String,
    /// Agent that holds the key.
    pub agent_id: Option<AgentId>,
    /// End of validity.
    pub not_after: Timestamp,
    /// Whether it is revoked already, for the same reason.
    pub already_revoked: bool,
}

/// A target that has a leaf which would be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedTarget {
    /// Target.
    pub target_id: TargetId,
    /// Its name.
    pub name: String,
    /// The version that it has.
    pub version_id: VersionId,
}

/// What a revocation would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationPreview {
    /// Status of the certificate afterwards.
    pub status_after: CertificateStatus,
    /// Leaves.
    pub leaves: Vec<PlannedRevocation>,
    /// Where they are in use.
    pub targets: Vec<AffectedTarget>,
    /// Other certificates with the same keys, at most 100.
    pub siblings: Vec<Sibling>,
}

/// What a revocation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The certificate afterwards; absent for what is outside the inventory.
    pub certificate: Option<CertificateView>,
    /// The revocations it has now, those of this call first.
    pub revocations: Vec<Revocation>,
    /// Other certificates with the same keys, at most 100.
    pub siblings: Vec<Sibling>,
}

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevocationQuery {
    /// Issuer.
    pub issuer_id: Option<IssuerId>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Reason.
    pub reason: Option<RevocationReason>,
    /// Whether the CA was told.
    pub issuer_notified: Option<bool>,
    /// Whether it holds; false finds holds that have ended.
    pub in_force: Option<bool>,
}

/// Use cases of revocation.
#[async_trait]
pub trait RevocationService: Send + Sync {
    /// Revokes leaves of a certificate. What is revoked already stays as it is; a graver reason
    /// replaces a lesser one.
    async fn revoke(
        &self,
        who: &Actor,
        id: &CertificateId,
        spec: RevokeSpec,
    ) -> Result<Revoked, ServiceError>;
    /// Says what [`revoke`](Self::revoke) would do, and does nothing.
    async fn preview(
        &self,
        who: &Actor,
        id: &CertificateId,
        spec: RevokeSpec,
    ) -> Result<RevocationPreview, ServiceError>;
    /// Ends the hold of a certificate's leaves.
    async fn unhold(&self, who: &Actor, id: &CertificateId) -> Result<Revoked, ServiceError>;
    /// Revokes one certificate that certctl issued, whether it is in the inventory or not.
    async fn revoke_one(
        &self,
        who: &Actor,
        culprit: Culprit,
        reason: RevocationReason,
        invalidity_date: Option<Timestamp>,
    ) -> Result<Revoked, ServiceError>;
    /// One page, newest first.
    async fn list(
        &self,
        who: &Actor,
        query: RevocationQuery,
        page: ListRequest,
    ) -> Result<Listing<Revocation>, ServiceError>;
    /// The revocations of a certificate's leaves, newest first.
    async fn of_certificate(&self, who: &Actor, id: &CertificateId) -> Result<Vec<Revocation>, ServiceError>;
}
