//! Storage of certificate↔target mappings and their deployment state.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::{CertificateId, TargetId};
use certctl_domain::target::Target;
use std::collections::BTreeMap;

/// Mappings (table `certificate_target_mappings`).
pub trait DeploymentRepo {
    /// One mapping, if it exists.
    fn find(
        &mut self,
        certificate: &CertificateId,
        target: &TargetId,
    ) -> Result<Option<TargetMapping>, StoreError>;
    /// Mappings of a certificate with their targets, by target id; retired and disabled targets included.
    fn of_certificate(
        &mut self,
        certificate: &CertificateId,
    ) -> Result<Vec<(TargetMapping, Target)>, StoreError>;
    /// Target ids of many certificates at once, sorted.
    fn target_ids(
        &mut self,
        certificates: &[CertificateId],
    ) -> Result<BTreeMap<CertificateId, Vec<TargetId>>, StoreError>;
    /// Certificates mapped to a target.
    fn certificates_of(&mut self, target: &TargetId) -> Result<Vec<CertificateId>, StoreError>;
    /// Mappings in state `pending` or `failed` since before `before`, oldest first, whose certificate is
    /// issued and neither revoked nor archived and for which no deployment job is live; at most `limit`.
    /// One whose last job was cancelled waits until its agent holds a newer version.
    fn unserved_since(&mut self, before: Timestamp, limit: u32) -> Result<Vec<TargetMapping>, StoreError>;
    /// Adds a mapping. `Duplicate{deployment}`, `Missing{deployment.target_id|deployment.certificate_id}`.
    fn insert(&mut self, mapping: &TargetMapping) -> Result<(), StoreError>;
    /// Writes the state of a mapping; `Stale` when it does not exist.
    fn update(&mut self, mapping: &TargetMapping) -> Result<(), StoreError>;
    /// Removes a mapping; false when it did not exist.
    fn delete(&mut self, certificate: &CertificateId, target: &TargetId) -> Result<bool, StoreError>;
}
