//! Which leaf of a certificate counts, and what its thresholds are.

use crate::failure::Failure;
use crate::issuance;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::notification::AlertSeverity;
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::version::CertificateVersion;
use certctl_repository::{PageRequest, Tx};
use std::collections::BTreeSet;
use std::time::Duration;

/// Thresholds of a policy that names none.
const THRESHOLDS: [u32; 4] = [30, 14, 7, 0];

/// Of the leaves that key holders use, each its newest, the one that ends first. What nobody on record
/// holds, for example an imported certificate, has its newest version.
pub(super) fn current(
    tx: &mut dyn Tx,
    certificate: &Certificate,
) -> Result<Option<CertificateVersion>, Failure> {
    let held = issuance::lineages(tx, &certificate.id)?.into_iter().filter_map(|lineage| lineage.latest);
    if let Some(first) = held.min_by_key(|version| version.not_after) {
        return Ok(Some(first));
    }
    Ok(tx.versions().list(&certificate.id, &PageRequest::first(1))?.items.into_iter().next())
}

/// The thresholds of a leaf in days, the most urgent first. One that is as long as the whole lifetime
/// tells nothing, because the leaf was never further from its end.
pub(super) fn thresholds(policy: &RenewalPolicy, leaf: &CertificateVersion) -> BTreeSet<u32> {
    let lifetime = leaf.not_after.since(leaf.not_before);
    let of_policy = &policy.alert_thresholds_days;
    let wanted = if of_policy.is_empty() { &THRESHOLDS[..] } else { of_policy };
    wanted.iter().copied().filter(|days| span(*days) < lifetime).collect()
}

/// When a threshold of a leaf is crossed; its end, for 0.
pub(super) fn crossing(leaf: &CertificateVersion, days: u32) -> Timestamp {
    leaf.not_after.minus(span(days))
}

/// How urgent a threshold is.
pub(super) fn severity(policy: &RenewalPolicy, days: u32) -> AlertSeverity {
    policy.alert_severity_map.get(&days).copied().unwrap_or(match days {
        0 => AlertSeverity::Critical,
        1..=14 => AlertSeverity::Warning,
        _ => AlertSeverity::Informational,
    })
}

fn span(days: u32) -> Duration {
    Duration::from_hours(24 * u64::from(days))
}
