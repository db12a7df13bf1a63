//! Storage of managed certificates.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::{
    AgentId, CertificateId, IssuerId, OwnerId, ProfileId, RenewalPolicyId, TargetId, TeamId,
};
use certctl_domain::revocation::RevocationReason;
use std::collections::BTreeMap;

/// Which certificates a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateFilter {
    /// Status as a user sees it (so `Expiring` and `Expired` work); judged at `now`.
    pub status: Option<CertificateStatus>,
    /// The instant `status` is judged at; required with `status`.
    pub now: Option<Timestamp>,
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
    /// Leave out what is archived.
    pub without_archived: bool,
    /// Part of the name or common name, any case.
    pub search: Option<String>,
    /// Expires before, exclusive.
    pub expires_before: Option<Timestamp>,
    /// Expires after, exclusive.
    pub expires_after: Option<Timestamp>,
    /// Created after, exclusive.
    pub created_after: Option<Timestamp>,
    /// Updated after, exclusive.
    pub updated_after: Option<Timestamp>,
}

/// Sort key of the certificate list. Ties are broken by id in the same direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CertificateSortKey {
    /// Creation time.
    #[default]
    CreatedAt,
    /// Last change.
    UpdatedAt,
    /// End of validity; rows without one come last in either direction.
    ExpiresAt,
    /// Name.
    Name,
    /// Common name.
    CommonName,
    /// Stored status.
    Status,
    /// Environment.
    Environment,
}

/// Order of the certificate list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateSort {
    /// Key.
    pub key: CertificateSortKey,
    /// Largest first.
    pub descending: bool,
}

impl Default for CertificateSort {
    /// Newest first.
    fn default() -> Self {
        Self { key: CertificateSortKey::CreatedAt, descending: true }
    }
}

/// Managed certificates.
pub trait CertificateRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &CertificateId) -> Result<Option<Certificate>, StoreError>;
    /// These rows, as far as they exist, in no given order.
    fn find_all(&mut self, ids: &[CertificateId]) -> Result<Vec<Certificate>, StoreError>;
    /// One page. Any page can be continued with its cursor, the first one included.
    fn list(
        &mut self,
        filter: &CertificateFilter,
        sort: CertificateSort,
        page: &PageRequest,
    ) -> Result<Page<Certificate>, StoreError>;
    /// Rows whose `next_action_at` has come, oldest first, ties by id; at most `limit`.
    fn due(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Certificate>, StoreError>;
    /// The earliest `next_action_at` of all rows.
    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError>;
    /// Rows after this id that are not archived, by id; at most `limit`.
    fn in_service(
        &mut self,
        after: Option<&CertificateId>,
        limit: u32,
    ) -> Result<Vec<Certificate>, StoreError>;
    /// Keeps others from changing rows until the transaction ends; one that was changed since the
    /// transaction began makes it run again.
    fn hold(&mut self, ids: &[CertificateId]) -> Result<(), StoreError>;
    /// Adds a row with its SANs and tags. `Duplicate{certificate.id|certificate.name}`,
    /// `Missing{certificate.owner_id|team_id|issuer_id|renewal_policy_id|profile_id}`.
    fn insert(&mut self, certificate: &Certificate) -> Result<(), StoreError>;
    /// Adds rows with their SANs and tags, all or none; refused like `insert`.
    fn insert_all(&mut self, certificates: &[Certificate]) -> Result<(), StoreError>;
    /// Writes the row, its SANs and tags if the stored revision is `certificate.revision`, and
    /// grows the revision; otherwise `Stale`.
    fn update(&mut self, certificate: &mut Certificate) -> Result<(), StoreError>;
    /// Like `update`, after a change that touched neither SANs nor tags: those are not looked at.
    fn update_state(&mut self, certificate: &mut Certificate) -> Result<(), StoreError>;
    /// Makes rows that are not revoked so since `at`, with nothing due any more, and grows their
    /// revisions; `Stale` when one is gone or revoked.
    fn put_out_of_service(
        &mut self,
        ids: &[CertificateId],
        reason: RevocationReason,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Makes the certificates of a policy due at `at`, whatever failed before, except those under
    /// renewal, revoked or archived, and says how many. Revisions stay: nothing that users see has changed.
    fn reconsider(&mut self, policy: &RenewalPolicyId, at: Timestamp) -> Result<u64, StoreError>;
    /// Rows after this id that were archived before, of which no leaf is valid at `now`, none is being
    /// signed and no job is live, by id; at most `limit`.
    fn purgeable(
        &mut self,
        archived_before: Timestamp,
        now: Timestamp,
        after: Option<&CertificateId>,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError>;
    /// Removes an archived row for good, with its versions, jobs, approvals, mappings and violations;
    /// otherwise `Stale`. The ledger keeps what was issued for it, without its id.
    fn purge(&mut self, id: &CertificateId) -> Result<(), StoreError>;
}
