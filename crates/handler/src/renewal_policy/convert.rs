//! Between the domain's renewal policies and their JSON bodies.

use certctl_api_types::renewal_policy as api;
use certctl_domain::renewal::RenewalPolicy;
use certctl_http_core::Tagged;
use certctl_service_api::renewal_policy::RenewalPolicySpec;

pub(super) fn renewal_policy(row: RenewalPolicy) -> api::RenewalPolicy {
    api::RenewalPolicy {
        id: row.id,
        name: row.name,
        renewal_window_days: row.renewal_window_days,
        renewal_window_fraction: row.renewal_window_fraction,
        maintenance_windows: row.maintenance_windows,
        freeze_periods: row.freeze_periods,
        override_before_expiry: row.override_before_expiry,
        agent_group_id: row.agent_group_id,
        auto_renew: row.auto_renew,
        max_retries: row.max_retries,
        retry_interval_seconds: row.retry_interval_seconds,
        alert_thresholds_days: row.alert_thresholds_days,
        alert_channels: row.alert_channels,
        alert_severity_map: row.alert_severity_map,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn tagged(row: RenewalPolicy) -> Tagged<api::RenewalPolicy> {
    Tagged { revision: row.revision(), body: renewal_policy(row) }
}

pub(super) fn spec(request: api::RenewalPolicyRequest) -> RenewalPolicySpec {
    RenewalPolicySpec {
        name: request.name,
        renewal_window_days: request.renewal_window_days,
        renewal_window_fraction: request.renewal_window_fraction,
        maintenance_windows: request.maintenance_windows,
        freeze_periods: request.freeze_periods,
        override_before_expiry: request.override_before_expiry,
        agent_group_id: request.agent_group_id,
        auto_renew: request.auto_renew,
        max_retries: request.max_retries,
        retry_interval_seconds: request.retry_interval_seconds,
        alert_thresholds_days: request.alert_thresholds_days,
        alert_channels: request.alert_channels,
        alert_severity_map: request.alert_severity_map,
    }
}

/// The body that would leave `row` as it is.
pub(super) fn request(row: &RenewalPolicy) -> api::RenewalPolicyRequest {
    let row = row.clone();
    api::RenewalPolicyRequest {
        id: None,
        name: row.name,
        renewal_window_days: row.renewal_window_days,
        renewal_window_fraction: row.renewal_window_fraction,
        maintenance_windows: row.maintenance_windows,
        freeze_periods: row.freeze_periods,
        override_before_expiry: row.override_before_expiry,
        agent_group_id: row.agent_group_id,
        auto_renew: row.auto_renew,
        max_retries: row.max_retries,
        retry_interval_seconds: row.retry_interval_seconds,
        alert_thresholds_days: row.alert_thresholds_days,
        alert_channels: row.alert_channels,
        alert_severity_map: row.alert_severity_map,
    }
}
