//! Renewal policies.

use crate::issuer::yes;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentGroupId, RenewalPolicyId};
use certctl_domain::notification::{AlertSeverity, ChannelRef};
use certctl_domain::renewal::{FreezePeriod, MaintenanceWindow, WindowFraction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A renewal policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenewalPolicy {
    /// Identifier.
    pub id: RenewalPolicyId,
    /// Name, unique.
    pub name: String,
    /// Days before the end at which renewal starts; never more than a third of the lifetime.
    pub renewal_window_days: u32,
    /// Part of the usable lifetime before the end at which renewal starts; replaces the days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_window_fraction: Option<WindowFraction>,
    /// When renewals and deployments may start by themselves; none means always.
    #[serde(default)]
    pub maintenance_windows: Vec<MaintenanceWindow>,
    /// When no renewal or deployment starts by itself.
    #[serde(default)]
    pub freeze_periods: Vec<FreezePeriod>,
    /// Whether a renewal starts outside of windows and inside of freezes rather than let a
    /// certificate expire.
    #[serde(default = "yes")]
    pub override_before_expiry: bool,
    /// Only agents of this group get renewals that start by themselves; absent: every agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_group_id: Option<AgentGroupId>,
    /// Whether certificates are renewed without being asked for.
    pub auto_renew: bool,
    /// Retries of one renewal job.
    pub max_retries: u32,
    /// Pause between attempts in seconds; shortened for short lifetimes.
    pub retry_interval_seconds: u32,
    /// Days before the end at which alerts are sent, largest first.
    pub alert_thresholds_days: Vec<u32>,
    /// Channels by severity; empty means mail for every severity.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<ChannelRef>>))]
    pub alert_channels: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Severity by threshold.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, AlertSeverity>))]
    pub alert_severity_map: BTreeMap<u32, AlertSeverity>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /renewal-policies` and `PUT /renewal-policies/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewalPolicyRequest {
    /// Identifier to use, on creation only; `rp-` and a form of the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RenewalPolicyId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Days before the end at which renewal starts.
    #[serde(default = "thirty")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365, default = 30))]
    pub renewal_window_days: u32,
    /// Part of the usable lifetime before the end at which renewal starts, more than 0 and at most
    /// 0.9. With it, the days do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_window_fraction: Option<WindowFraction>,
    /// When renewals and deployments may start by themselves, at most 50 windows. Empty or left
    /// out: always.
    #[serde(default)]
    pub maintenance_windows: Vec<MaintenanceWindow>,
    /// When no renewal or deployment starts by itself, at most 100 periods.
    #[serde(default)]
    pub freeze_periods: Vec<FreezePeriod>,
    /// Whether a renewal starts outside of windows and inside of freezes rather than let a
    /// certificate expire.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub override_before_expiry: bool,
    /// Only agents of this group get renewals that start by themselves. Left out: every agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_group_id: Option<AgentGroupId>,
    /// Whether certificates are renewed without being asked for.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub auto_renew: bool,
    /// Retries of one renewal job.
    #[serde(default = "three")]
    #[cfg_attr(feature = "openapi", schema(maximum = 10, default = 3))]
    pub max_retries: u32,
    /// Pause between attempts in seconds.
    #[serde(default = "an_hour")]
    #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 86_400, default = 3600))]
    pub retry_interval_seconds: u32,
    /// Days before the end at which alerts are sent, each 0 to 365. Empty or left out: 30, 14, 7, 0.
    #[serde(default)]
    pub alert_thresholds_days: Vec<u32>,
    /// Channels by severity (`informational`, `warning`, `critical`). Empty or left out: mail for
    /// every severity; an empty list silences a severity.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<ChannelRef>>))]
    pub alert_channels: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Severity by threshold; the keys are among the thresholds.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, AlertSeverity>))]
    pub alert_severity_map: BTreeMap<u32, AlertSeverity>,
}

const fn thirty() -> u32 {
    30
}

const fn three() -> u32 {
    3
}

const fn an_hour() -> u32 {
    3600
}
