//! What a changed target means for the certificates on it.

use crate::deployment;
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::IdSource;
use certctl_domain::target::Target;
use certctl_repository::Tx;

/// Deploys what is there again, under the new configuration, and has the sweep look at once: while
/// the target was off, its agent counted as no key holder, and nothing was planned for it.
pub(super) fn redeploy(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    target: &Target,
    requested_by: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    for id in tx.deployments().certificates_of(&target.id)? {
        let Some(mut certificate) = tx.certificates().find(&id)? else { continue };
        if matches!(certificate.status, CertificateStatus::Archived | CertificateStatus::Revoked) {
            continue;
        }
        let held = tx.versions().latest_of_agent(&id, &target.agent_id)?.filter(|held| held.not_after > now);
        let mapping = tx.deployments().find(&id, &target.id)?;
        if let (Some(version), Some(mapping)) = (held, mapping) {
            deployment::queue(tx, ids, &version, mapping, target, requested_by, now)?;
        }
        if certificate.status != CertificateStatus::RenewalInProgress {
            certificate.next_action_at = Some(now);
            tx.certificates().update(&mut certificate)?;
        }
    }
    Ok(())
}
