//! Whom a renewal policy renews for by itself: every agent, or the members of one group.

use super::Lineage;
use crate::agent_group::members::is_member;
use crate::failure::Failure;
use certctl_domain::id::AgentId;
use certctl_domain::renewal::RenewalPolicy;
use certctl_repository::Tx;
use std::collections::BTreeSet;
use std::time::Duration;

/// When the sweep looks again at a leaf that is due, but whose agent is outside of the group. What
/// agents report about themselves can make them members at any time.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_hours(1);

/// The key holders that are no members of the policy's agent group. A policy without a group costs
/// no query.
pub(crate) fn outside(
    tx: &mut dyn Tx,
    policy: &RenewalPolicy,
    lineages: &[Lineage],
) -> Result<BTreeSet<AgentId>, Failure> {
    let mut outside = BTreeSet::new();
    if let Some(group) = &policy.agent_group_id {
        for lineage in lineages {
            if !is_member(tx, group, &lineage.agent)? {
                outside.insert(lineage.agent.clone());
            }
        }
    }
    Ok(outside)
}
