//! Renewal policies in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::RenewalPolicyId;
use certctl_domain::renewal::RenewalPolicy;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::renewal_policy::{RenewalPolicyService, RenewalPolicySpec};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `sample-1`, which others refer to, and `sample-2`.
pub(crate) struct RenewalPolicies(Mutex<Vec<RenewalPolicy>>);

impl Default for RenewalPolicies {
    fn default() -> Self {
        Self(Mutex::new(["sample-1", "sample-2"].map(sample::renewal_policy).to_vec()))
    }
}

impl RenewalPolicies {
    fn find(&self, id: &RenewalPolicyId) -> Result<RenewalPolicy, ServiceError> {
        let rows = self.0.lock().unwrap();
        rows.iter()
            .find(|row| row.id == *id)
            .cloned()
            .ok_or_else(|| ServiceError::not_found("renewal policy", id))
    }
}

fn set(row: &mut RenewalPolicy, spec: RenewalPolicySpec) {
    *row = RenewalPolicy {
        id: row.id.clone(),
        name: spec.name,
        renewal_window_days: spec.renewal_window_days,
        renewal_window_fraction: spec.renewal_window_fraction,
        maintenance_windows: spec.maintenance_windows,
        freeze_periods: spec.freeze_periods,
        override_before_expiry: spec.override_before_expiry,
        agent_group_id: spec.agent_group_id,
        auto_renew: spec.auto_renew,
        max_retries: spec.max_retries,
        retry_interval_seconds: spec.retry_interval_seconds,
        alert_thresholds_days: spec.alert_thresholds_days,
        alert_channels: spec.alert_channels,
        alert_severity_map: spec.alert_severity_map,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
}

#[async_trait]
impl RenewalPolicyService for RenewalPolicies {
    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<RenewalPolicy>, ServiceError> {
        page_of(&self.0.lock().unwrap(), &page)
    }

    async fn get(&self, _: &Actor, id: &RenewalPolicyId) -> Result<RenewalPolicy, ServiceError> {
        self.find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<RenewalPolicyId>,
        spec: RenewalPolicySpec,
    ) -> Result<RenewalPolicy, ServiceError> {
        let mut row = sample::renewal_policy(id.as_ref().map_or("sample-new", RenewalPolicyId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &RenewalPolicyId,
        edit: Edit<RenewalPolicy, RenewalPolicySpec>,
        revision: Option<i64>,
    ) -> Result<RenewalPolicy, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(
                ConflictCode::Stale,
                "the renewal policy changed since it was read",
            ));
        }
        let spec = edit(&row)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &RenewalPolicyId) -> Result<(), ServiceError> {
        self.find(id)?;
        if id.as_str() == "sample-1" {
            return Err(ServiceError::Conflict {
                code: ConflictCode::InUse,
                message: "renewal policy sample-1 is used by 3 certificates".to_owned(),
                details: Some(serde_json::json!({ "counts": { "certificates": 3 } })),
            });
        }
        Ok(())
    }
}
