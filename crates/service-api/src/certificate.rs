//! Managed certificates.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::{
    AgentId, CertificateId, IssuerId, JobId, OwnerId, ProfileId, RenewalPolicyId, TargetId, TeamId, VersionId,
};
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use std::collections::BTreeMap;

/// What no certificate may be called by: a path of the API has this name instead.
pub const RESERVED_IDS: &[&str] =
    &["bulk-reassign", "bulk-renew", "bulk-revoke", "export", "import", "import-batch"];

/// A certificate as users see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateView {
    /// The inventory row.
    pub certificate: Certificate,
    /// Status at the time of the call (`Expiring` and `Expired` included).
    pub status: CertificateStatus,
    /// Targets it is mapped to, sorted.
    pub target_ids: Vec<TargetId>,
}

/// What a client may set. Texts are raw; the service checks and canonicalises them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Common name, 1 to 253 characters.
    pub common_name: String,
    /// Subject alternative names as users write them.
    pub sans: Vec<String>,
    /// Free text.
    pub environment: String,
    /// Owner.
    pub owner_id: OwnerId,
    /// Team.
    pub team_id: TeamId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Renewal policy.
    pub renewal_policy_id: RenewalPolicyId,
    /// Profile.
    pub profile_id: Option<ProfileId>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Targets; on a change `None` leaves the mappings alone.
    pub target_ids: Option<Vec<TargetId>>,
}

/// Filters and order of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateQuery {
    /// Status as users see it.
    pub status: Option<CertificateStatus>,
    /// Environment, exact.
    pub environment: Option<String>,
    /// Owner.
    pub owner_id: Option<OwnerId>,
    /// Team.
    pub team_id: Option<TeamId>,
    /// Issuer.
    pub issuer_id: Option<IssuerId>,
    /// Profile.
    pub profile_id: Option<ProfileId>,
    /// Renewal policy.
    pub renewal_policy_id: Option<RenewalPolicyId>,
    /// Mapped to a target of this agent.
    pub agent_id: Option<AgentId>,
    /// Mapped to this target.
    pub target_id: Option<TargetId>,
    /// Tags that must all be there with these values.
    pub tags: BTreeMap<String, String>,
    /// Part of the name or common name, any case, at most 255 characters.
    pub search: Option<String>,
    /// Archived ones too. Without it they are shown only to who asks for that `status`.
    pub include_archived: bool,
    /// Exclusive bounds.
    pub expires_before: Option<Timestamp>,
    /// Exclusive bound.
    pub expires_after: Option<Timestamp>,
    /// Exclusive bound.
    pub created_after: Option<Timestamp>,
    /// Exclusive bound.
    pub updated_after: Option<Timestamp>,
    /// Sort key in `snake_case` or `camelCase`, `-` in front for descending; absent: newest first.
    pub sort: Option<String>,
}

/// How a person wants a certificate renewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenewOptions {
    /// Cancel an issuance that is under way and start again; also inside of a freeze.
    pub force: bool,
    /// Go past the limit of issuances for the same names; needs a reason.
    pub override_limit: bool,
    /// Why, 1 to 500 characters, for the audit trail.
    pub reason: Option<String>,
}

impl RenewOptions {
    /// Nothing but `force`.
    pub const fn forced(force: bool) -> Self {
        Self { force, override_limit: false, reason: None }
    }
}

/// A queued deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedDeployment {
    /// Job.
    pub job_id: JobId,
    /// Target.
    pub target_id: TargetId,
}

/// A queued issuance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedIssuance {
    /// Job.
    pub job_id: JobId,
    /// Agent that makes the key.
    pub agent_id: AgentId,
}

/// Use cases of managed certificates.
#[async_trait]
pub trait CertificateService: Send + Sync {
    /// One page of the inventory.
    async fn list(
        &self,
        who: &Actor,
        query: CertificateQuery,
        page: ListRequest,
    ) -> Result<Listing<CertificateView>, ServiceError>;
    /// One certificate.
    async fn get(&self, who: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError>;
    /// Adds a certificate, and its mappings; with targets, its first issuance is due at once.
    async fn create(
        &self,
        who: &Actor,
        id: Option<CertificateId>,
        spec: CertificateSpec,
    ) -> Result<CertificateView, ServiceError>;
    /// Changes what clients may set. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &CertificateId,
        edit: Edit<CertificateView, CertificateSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateView, ServiceError>;
    /// Archives a certificate and cancels its live jobs.
    async fn archive(&self, who: &Actor, id: &CertificateId) -> Result<(), ServiceError>;
    /// Takes an archived certificate back into service; a revoked one stays revoked.
    async fn unarchive(&self, who: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError>;
    /// Replaces the target mappings; new targets get the current version if their agent holds its
    /// key, otherwise an issuance becomes due.
    async fn set_targets(
        &self,
        who: &Actor,
        id: &CertificateId,
        targets: Vec<TargetId>,
    ) -> Result<CertificateView, ServiceError>;
    /// Issued versions, newest first.
    async fn versions(
        &self,
        who: &Actor,
        id: &CertificateId,
        page: ListRequest,
    ) -> Result<Listing<CertificateVersion>, ServiceError>;
    /// One issued version.
    async fn version(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: &VersionId,
    ) -> Result<CertificateVersion, ServiceError>;
    /// Mapped targets with their deployment state.
    async fn deployments(
        &self,
        who: &Actor,
        id: &CertificateId,
    ) -> Result<Vec<(TargetMapping, Target)>, ServiceError>;
    /// Queues an issuance for every agent that holds, or will hold, a key, whether a maintenance
    /// window is open or not. `already_renewing`, `frozen`, `issuance_limit`, `no_key_holder`.
    async fn renew(
        &self,
        who: &Actor,
        id: &CertificateId,
        options: RenewOptions,
    ) -> Result<Vec<QueuedIssuance>, ServiceError>;
    /// Queues a deployment of the current version to one or all active targets.
    async fn deploy(
        &self,
        who: &Actor,
        id: &CertificateId,
        target: Option<TargetId>,
    ) -> Result<Vec<QueuedDeployment>, ServiceError>;
}
