//! Rows of `renewal_policies`.

use super::{IntoDomain, Origin, json_text};
use crate::schema::renewal_policies;
use crate::types::DbTime;
use certctl_domain::renewal::RenewalPolicy;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = renewal_policies)]
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
            created_at: policy.created_at.into(),
            updated_at: policy.updated_at.into(),
        })
    }
}

impl IntoDomain for PolicyRow {
    type Domain = RenewalPolicy;

    fn into_domain(self) -> Result<RenewalPolicy, StoreError> {
        let at = Origin { table: "renewal_policies", id: &self.id };
        Ok(RenewalPolicy {
            id: at.parse("id", &self.id)?,
            name: self.name,
            renewal_window_days: at.count("renewal_window_days", self.renewal_window_days)?,
            auto_renew: self.auto_renew,
            max_retries: at.count("max_retries", self.max_retries)?,
            retry_interval_seconds: at.count("retry_interval_seconds", self.retry_interval_seconds)?,
            alert_thresholds_days: at.json("alert_thresholds_days", &self.alert_thresholds_days)?,
            alert_channels: at.json("alert_channels", &self.alert_channels)?,
            alert_severity_map: at.json("alert_severity_map", &self.alert_severity_map)?,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
