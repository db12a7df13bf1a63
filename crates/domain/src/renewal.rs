//! When to renew: one pure decision for the sweep, the API and every preview.

mod calendar;
mod decision;
mod fraction;

use crate::Timestamp;
use crate::id::{AgentGroupId, RenewalPolicyId};
use crate::notification::{AlertSeverity, ChannelRef};
use std::collections::BTreeMap;

pub use calendar::{Calendar, Closed, FreezePeriod, MaintenanceWindow, TimeOfDay, TimeZone, Weekday};
pub use decision::{
    Decision, Hold, Lifetime, Reason, RenewalInput, Start, decide, expiring_from, minimum_interval,
    planned_at, spread_of, start_at,
};
pub use fraction::WindowFraction;

/// A renewal policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalPolicy {
    /// Identifier.
    pub id: RenewalPolicyId,
    /// Name, unique.
    pub name: String,
    /// Days before the end at which renewal starts, 1 to 365; never more than a third of the lifetime.
    pub renewal_window_days: u32,
    /// Part of the usable lifetime before the end at which renewal starts; replaces the days.
    pub renewal_window_fraction: Option<WindowFraction>,
    /// Whether the sweep renews at all.
    pub auto_renew: bool,
    /// Retries of one renewal job, 0 to 10.
    pub max_retries: u32,
    /// Pause between attempts in seconds, 60 to 86400; shortened for short lifetimes.
    pub retry_interval_seconds: u32,
    /// When automatic work may start; none means always.
    pub maintenance_windows: Vec<MaintenanceWindow>,
    /// When no automatic work starts.
    pub freeze_periods: Vec<FreezePeriod>,
    /// Whether a renewal starts outside of windows and inside of freezes rather than let a
    /// certificate expire.
    pub override_before_expiry: bool,
    /// The sweep renews for the members of this group only; none means for every agent.
    pub agent_group_id: Option<AgentGroupId>,
    /// Days before the end at which alerts are sent.
    pub alert_thresholds_days: Vec<u32>,
    /// Channels by severity; empty means mail for every severity.
    pub alert_channels: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Severity by threshold.
    pub alert_severity_map: BTreeMap<u32, AlertSeverity>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl RenewalPolicy {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }

    /// When automatic work may start.
    pub fn calendar(&self) -> Calendar<'_> {
        Calendar { windows: &self.maintenance_windows, freezes: &self.freeze_periods }
    }
}

#[cfg(test)]
mod tests;
