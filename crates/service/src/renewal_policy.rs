//! Renewal policies. Certificates whose renewal a change can move are looked at again at once.

mod calendar;

use crate::failure::Failure;
use crate::notification::check_channels;
use crate::support::{
    Foundation, all_of, audit_event, check_name, check_revision, in_use, listing, page_request,
    time_of_change,
};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::{AgentGroupId, IdSource, RenewalPolicyId};
use certctl_domain::notification::{AlertSeverity, ChannelRef};
use certctl_domain::renewal::RenewalPolicy;
use certctl_repository::Tx;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::renewal_policy::{RenewalPolicyService, RenewalPolicySpec};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Alerts of a policy that names no thresholds.
const THRESHOLDS: [u32; 4] = [30, 14, 7, 0];
/// Characters of a name's form in an id, so that `rp-`, the form and `-10` fit into 64.
const SLUG_LENGTH: usize = 58;

/// Use cases of renewal policies.
#[derive(Debug)]
pub struct RenewalPolicies {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl RenewalPolicies {
    /// Over a store, waking the sweep when certificates are due for another look.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }
}

/// Checks every field, and gives thresholds and channels their canonical form.
fn check(mut spec: RenewalPolicySpec) -> Result<RenewalPolicySpec, ServiceError> {
    if spec.alert_thresholds_days.is_empty() {
        spec.alert_thresholds_days = THRESHOLDS.to_vec();
    }
    let thresholds: BTreeSet<u32> = spec.alert_thresholds_days.iter().copied().collect();
    let far = spec.alert_thresholds_days.iter().enumerate().filter(|(_, days)| **days > 365);
    let far = far.map(|(at, days)| range(&format!("alert_thresholds_days[{at}]"), *days, 0..=365));
    let unmapped = spec.alert_severity_map.keys().filter(|days| !thresholds.contains(days)).map(|days| {
        let message = "must be one of alert_thresholds_days";
        Err(ServiceError::invalid(format!("alert_severity_map.{days}"), "unknown_value", message))
    });
    let fields = [
        check_name("name", &spec.name, 255),
        range("renewal_window_days", spec.renewal_window_days, 1..=365),
        range("max_retries", spec.max_retries, 0..=10),
        range("retry_interval_seconds", spec.retry_interval_seconds, 60..=86_400),
    ];
    all_of(fields.into_iter().chain(far).chain(unmapped).chain(calendar::check(&spec)))?;
    calendar::tidy(&mut spec);
    spec.alert_thresholds_days = thresholds.into_iter().rev().collect();
    for channels in spec.alert_channels.values_mut() {
        let mut seen = BTreeSet::new();
        channels.retain(|channel| seen.insert(channel.clone()));
    }
    Ok(spec)
}

fn range(field: &str, value: u32, allowed: RangeInclusive<u32>) -> Result<(), ServiceError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let message = format!("must be {} to {}", allowed.start(), allowed.end());
    Err(ServiceError::invalid(field, "invalid_value", message))
}

fn take(row: &mut RenewalPolicy, spec: RenewalPolicySpec) {
    row.name = spec.name;
    row.renewal_window_days = spec.renewal_window_days;
    row.renewal_window_fraction = spec.renewal_window_fraction;
    row.maintenance_windows = spec.maintenance_windows;
    row.freeze_periods = spec.freeze_periods;
    row.override_before_expiry = spec.override_before_expiry;
    row.agent_group_id = spec.agent_group_id;
    row.auto_renew = spec.auto_renew;
    row.max_retries = spec.max_retries;
    row.retry_interval_seconds = spec.retry_interval_seconds;
    row.alert_thresholds_days = spec.alert_thresholds_days;
    row.alert_channels = spec.alert_channels;
    row.alert_severity_map = spec.alert_severity_map;
}

/// Whether certificates can become due at another time.
fn moves_renewal(before: &RenewalPolicy, after: &RenewalPolicy) -> bool {
    before.renewal_window_days != after.renewal_window_days
        || before.renewal_window_fraction != after.renewal_window_fraction
        || before.maintenance_windows != after.maintenance_windows
        || before.freeze_periods != after.freeze_periods
        || before.override_before_expiry != after.override_before_expiry
        || before.agent_group_id != after.agent_group_id
        || before.auto_renew != after.auto_renew
        || before.max_retries != after.max_retries
        || before.retry_interval_seconds != after.retry_interval_seconds
}

/// The name in lower case with dashes for spaces, without anything else that ids cannot hold.
fn slug(name: &str) -> String {
    let kept = name.trim().to_lowercase().replace(' ', "-");
    let kept: String =
        kept.chars().filter(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')).take(SLUG_LENGTH).collect();
    match kept.trim_matches('-') {
        "" => "policy".to_owned(),
        slug => slug.to_owned(),
    }
}

/// An id made of the name, numbered when another policy has it.
fn free_id(tx: &mut dyn Tx, ids: &dyn IdSource, name: &str) -> Result<RenewalPolicyId, Failure> {
    let slug = slug(name);
    for number in 1..=10 {
        let text = if number == 1 { format!("rp-{slug}") } else { format!("rp-{slug}-{number}") };
        let id = RenewalPolicyId::parse(&text).map_err(ServiceError::internal)?;
        if tx.renewal_policies().find(&id)?.is_none() {
            return Ok(id);
        }
    }
    Ok(RenewalPolicyId::mint(ids))
}

/// Said before the database can: its refusal would end the transaction.
fn check_group(tx: &mut dyn Tx, group: Option<&AgentGroupId>) -> Result<(), Failure> {
    let Some(id) = group else { return Ok(()) };
    if tx.agent_groups().find(id)?.is_some() {
        return Ok(());
    }
    let message = format!("agent group {id} does not exist");
    Err(Failure::Service(ServiceError::unprocessable("agent_group_id", "unknown_reference", message)))
}

/// Refuses channels that do not exist, unless the policy named them before.
fn check_references(
    tx: &mut dyn Tx,
    before: Option<&RenewalPolicy>,
    after: &BTreeMap<AlertSeverity, Vec<ChannelRef>>,
) -> Result<(), Failure> {
    let known = before.into_iter().flat_map(|row| row.alert_channels.values().flatten()).collect();
    let entries = after.iter().flat_map(|(severity, list)| {
        let path = move |at| format!("alert_channels.{severity}[{at}]");
        list.iter().enumerate().map(move |(at, channel)| (path(at), channel))
    });
    let problems = check_channels(tx, entries, &known)?;
    if problems.is_empty() { Ok(()) } else { Err(ServiceError::Unprocessable(problems).into()) }
}

fn get(tx: &mut dyn Tx, id: &RenewalPolicyId) -> Result<RenewalPolicy, Failure> {
    tx.renewal_policies()
        .find(id)?
        .ok_or_else(|| Failure::Service(ServiceError::not_found("renewal policy", id)))
}

fn facts(row: &RenewalPolicy) -> Value {
    json!({
        "name": row.name,
        "renewal_window_days": row.renewal_window_days,
        "renewal_window_fraction": row.renewal_window_fraction,
        "maintenance_windows": row.maintenance_windows,
        "freeze_periods": row.freeze_periods,
        "override_before_expiry": row.override_before_expiry,
        "agent_group_id": row.agent_group_id,
        "auto_renew": row.auto_renew,
        "max_retries": row.max_retries,
        "retry_interval_seconds": row.retry_interval_seconds,
        "alert_thresholds_days": row.alert_thresholds_days,
        "alert_channels": row.alert_channels,
        "alert_severity_map": row.alert_severity_map,
    })
}

#[async_trait]
impl RenewalPolicyService for RenewalPolicies {
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<RenewalPolicy>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("renewal_policies", &page)?;
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("renewal_policy.list", move |tx| Ok::<_, Failure>(tx.renewal_policies().list(&wanted)?));
        Ok(listing("renewal_policies", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &RenewalPolicyId) -> Result<RenewalPolicy, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("renewal_policy.get", move |tx| get(tx, &id)).await?)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<RenewalPolicyId>,
        spec: RenewalPolicySpec,
    ) -> Result<RenewalPolicy, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let spec = check(spec)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let created = self.base.store.write("renewal_policy.create", move |tx| {
            let id = match &id {
                Some(id) => id.clone(),
                None => free_id(tx, &*ids, &spec.name)?,
            };
            let spec = spec.clone();
            check_references(tx, None, &spec.alert_channels)?;
            let row = RenewalPolicy {
                id,
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
                created_at: now,
                updated_at: now,
            };
            check_group(tx, row.agent_group_id.as_ref())?;
            tx.renewal_policies().insert(&row)?;
            let (subject, details) = (("renewal_policy", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "renewal_policy_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(created.await?)
    }

    async fn change(
        &self,
        who: &Actor,
        id: &RenewalPolicyId,
        edit: Edit<RenewalPolicy, RenewalPolicySpec>,
        revision: Option<i64>,
    ) -> Result<RenewalPolicy, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("renewal_policy.change", move |tx| {
            let before = get(tx, &id)?;
            check_revision(before.revision(), revision)?;
            let mut row = before.clone();
            take(&mut row, check(edit(&before)?)?);
            check_references(tx, Some(&before), &row.alert_channels)?;
            row.updated_at = time_of_change(now, before.updated_at);
            check_group(tx, row.agent_group_id.as_ref())?;
            tx.renewal_policies().update(&row, before.updated_at)?;
            let looked_at =
                if moves_renewal(&before, &row) { tx.certificates().reconsider(&id, now)? } else { 0 };
            let details = json!({"before": facts(&before), "after": facts(&row), "certificates": looked_at});
            let subject = ("renewal_policy", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "renewal_policy_updated", subject, &details))?;
            Ok::<_, Failure>((row, looked_at))
        });
        let (row, looked_at) = changed.await?;
        if looked_at > 0 {
            self.wakeups.wake_sweep();
        }
        Ok(row)
    }

    async fn delete(&self, who: &Actor, id: &RenewalPolicyId) -> Result<(), ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("renewal_policy.delete", move |tx| {
            let row = get(tx, &id)?;
            let certificates = tx.renewal_policies().certificates(&id)?;
            if certificates > 0 {
                return Err(in_use(format!("renewal policy {id}"), &[("certificates", certificates)]));
            }
            tx.renewal_policies().delete(&id)?;
            let (subject, details) = (("renewal_policy", id.as_str()), json!({"before": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "renewal_policy_deleted", subject, &details))?;
            Ok(())
        });
        Ok(deleted.await?)
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn ids_are_made_of_names() {
        for (name, wanted) in
            [("Web servers (EU)", "web-servers-eu"), ("  -- ", "policy"), ("日本", "policy"), ("A_b", "ab")]
        {
            assert_eq!(slug(name), wanted);
        }
        assert_eq!(slug(&"x".repeat(300)).len(), 58);
    }
}
