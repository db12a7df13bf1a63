//! Rows of `renewal_policies`.

use super::{IntoDomain, Origin, json_text, text};
use crate::schema::renewal_policies;
use crate::types::DbTime;
use certctl_domain::renewal::{RenewalPolicy, WindowFraction};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = renewal_policies, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct PolicyRow {
    id: String,
    name: String,
    renewal_window_days: i64,
    auto_renew: bool,
    max_retries: i64,
    retry_interval_seconds: i64,
    alert_thresholds_days: String,
    alert_channels: String,
    alert_severity_map: String,
    renewal_window_fraction: Option<i64>,
    maintenance_windows: String,
    freeze_periods: String,
    override_before_expiry: bool,
    agent_group_id: Option<String>,
    created_at: DbTime,
    updated_at: DbTime,
}

impl TryFrom<&RenewalPolicy> for PolicyRow {
    type Error = StoreError;

    fn try_from(policy: &RenewalPolicy) -> Result<Self, StoreError> {
        Ok(Self {
            id: policy.id.to_string(),
            name: policy.name.clone(),
            renewal_window_days: policy.renewal_window_days.into(),
            auto_renew: policy.auto_renew,
            max_retries: policy.max_retries.into(),
            retry_interval_seconds: policy.retry_interval_seconds.into(),
            alert_thresholds_days: json_text(&policy.alert_thresholds_days)?,
            alert_channels: json_text(&policy.alert_channels)?,
            alert_severity_map: json_text(&policy.alert_severity_map)?,
            renewal_window_fraction: policy.renewal_window_fraction.map(|part| part.millionths().into()),
            maintenance_windows: json_text(&policy.maintenance_windows)?,
            freeze_periods: json_text(&policy.freeze_periods)?,
            override_before_expiry: policy.override_before_expiry,
            agent_group_id: text(policy.agent_group_id.as_ref()),
            created_at: policy.created_at.into(),
            updated_at: policy.updated_at.into(),
        })
    }
}

impl IntoDomain for PolicyRow {
    type Domain = RenewalPolicy;

    fn into_domain(self) -> Result<RenewalPolicy, StoreError> {
        let at = Origin { table: "renewal_policies", id: &self.id };
        let fraction = |millionths| {
            let millionths = at.count("renewal_window_fraction", millionths)?;
            WindowFraction::from_millionths(millionths)
                .map_err(|error| at.corrupt("renewal_window_fraction", error))
        };
        Ok(RenewalPolicy {
            id: at.parse("id", &self.id)?,
            name: self.name,
            renewal_window_days: at.count("renewal_window_days", self.renewal_window_days)?,
            renewal_window_fraction: self.renewal_window_fraction.map(fraction).transpose()?,
            auto_renew: self.auto_renew,
            max_retries: at.count("max_retries", self.max_retries)?,
            retry_interval_seconds: at.count("retry_interval_seconds", self.retry_interval_seconds)?,
            maintenance_windows: at.json("maintenance_windows", &self.maintenance_windows)?,
            freeze_periods: at.json("freeze_periods", &self.freeze_periods)?,
            override_before_expiry: self.override_before_expiry,
            agent_group_id: at.parse_set("agent_group_id", self.agent_group_id.as_deref())?,
            alert_thresholds_days: at.json("alert_thresholds_days", &self.alert_thresholds_days)?,
            alert_channels: at.json("alert_channels", &self.alert_channels)?,
            alert_severity_map: at.json("alert_severity_map", &self.alert_severity_map)?,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
