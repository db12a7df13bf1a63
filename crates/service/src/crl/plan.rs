//! Which CRLs there are, and whether one is due.

use super::{CrlOptions, Standing};
use certctl_connector_api::issuer::CrlSettings;
use certctl_domain::Timestamp;
use certctl_domain::crl::{CrlHead, CrlKind};
use std::collections::BTreeSet;

/// What has to be done for a CRL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing.
    Not,
    /// Something was revoked or released: the entries change.
    Changed,
    /// It was never made, or its time has come: all entries are read anew, without those that ended.
    Whole,
}

/// The partitions of a CA: the undivided CRL, those that new certificates are spread over, and those
/// that older certificates still name.
pub(super) fn shards(settings: &CrlSettings, authority: &str, heads: &[CrlHead]) -> BTreeSet<u32> {
    let named = heads.iter().filter(|head| head.slot.authority == authority).map(|head| head.slot.shard);
    (0..=settings.partitions).chain(named).collect()
}

/// Whether the CRL of a CA and partition is due.
pub(super) fn due(
    standing: &Standing,
    authority: &str,
    shard: u32,
    settings: &CrlSettings,
    options: CrlOptions,
    now: Timestamp,
) -> Due {
    let head = |kind| find(&standing.heads, authority, shard, kind);
    let Some(base) = head(CrlKind::Base) else { return Due::Whole };
    let too_old = base.generated_at.plus(options.interval) <= now;
    // A shorter validity than before counts from now on.
    let ends_soon = base.next_update <= now.plus(options.validity / 2);
    if too_old || ends_soon || settings.delta != head(CrlKind::Delta).is_some() {
        Due::Whole
    } else if base.generation < standing.generation {
        Due::Changed
    } else {
        Due::Not
    }
}

/// What is kept for a CA, partition and kind.
pub(super) fn find<'a>(
    heads: &'a [CrlHead],
    authority: &str,
    shard: u32,
    kind: CrlKind,
) -> Option<&'a CrlHead> {
    heads
        .iter()
        .find(|head| head.slot.authority == authority && head.slot.shard == shard && head.slot.kind == kind)
}
