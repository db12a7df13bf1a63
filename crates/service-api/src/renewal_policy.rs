//! Renewal policies.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{AgentGroupId, RenewalPolicyId};
use certctl_domain::notification::{AlertSeverity, ChannelRef};
use certctl_domain::renewal::{FreezePeriod, MaintenanceWindow, RenewalPolicy, WindowFraction};
use std::collections::BTreeMap;

/// What a client may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalPolicySpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Days before the end at which renewal starts, 1 to 365.
    pub renewal_window_days: u32,
    /// Part of the usable lifetime before the end at which renewal starts; replaces the days.
    pub renewal_window_fraction: Option<WindowFraction>,
    /// When automatic work may start, at most 50; none means always.
    pub maintenance_windows: Vec<MaintenanceWindow>,
    /// When no automatic work starts, at most 100.
    pub freeze_periods: Vec<FreezePeriod>,
    /// Whether a renewal starts outside of windows and inside of freezes rather than let a
    /// certificate expire.
    pub override_before_expiry: bool,
    /// The sweep renews for the members of this group only; none means for every agent.
    pub agent_group_id: Option<AgentGroupId>,
    /// Whether the sweep renews at all.
    pub auto_renew: bool,
    /// Retries of one renewal job, 0 to 10.
    pub max_retries: u32,
    /// Pause between attempts in seconds, 60 to 86400.
    pub retry_interval_seconds: u32,
    /// Days before the end at which alerts are sent, each 0 to 365; none stands for 30, 14, 7 and 0.
    pub alert_thresholds_days: Vec<u32>,
    /// Channels by severity; empty means mail for every severity.
    pub alert_channels: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Severity by threshold.
    pub alert_severity_map: BTreeMap<u32, AlertSeverity>,
}

/// Use cases of renewal policies.
#[async_trait]
pub trait RenewalPolicyService: Send + Sync {
    /// One page.
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<RenewalPolicy>, ServiceError>;
    /// One policy.
    async fn get(&self, who: &Actor, id: &RenewalPolicyId) -> Result<RenewalPolicy, ServiceError>;
    /// Adds a policy. Without an id it gets one made of its name, `rp-<slug>`.
    async fn create(
        &self,
        who: &Actor,
        id: Option<RenewalPolicyId>,
        spec: RenewalPolicySpec,
    ) -> Result<RenewalPolicy, ServiceError>;
    /// Changes a policy, and has its certificates looked at again when that can move their renewal.
    /// With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &RenewalPolicyId,
        edit: Edit<RenewalPolicy, RenewalPolicySpec>,
        revision: Option<i64>,
    ) -> Result<RenewalPolicy, ServiceError>;
    /// Removes a policy that no certificate follows.
    async fn delete(&self, who: &Actor, id: &RenewalPolicyId) -> Result<(), ServiceError>;
}
