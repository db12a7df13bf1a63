//! Creating and changing certificates.

use super::archive::archived;
use super::{Certificates, get, spec, targets, view};
use crate::failure::Failure;
use crate::issuance::guard::Way;
use crate::issuance::{self, Trigger};
use crate::policy::judge_one;
use crate::support::{audit_event, check_revision, chosen_id};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateEvent, CertificateSource, CertificateStatus};
use certctl_domain::id::{AgentId, CertificateId, IdSource};
use certctl_domain::san::San;
use certctl_repository::Tx;
use certctl_service_api::certificate::{CertificateSpec, CertificateView, RESERVED_IDS};
use certctl_service_api::edit::Edit;
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

impl Certificates {
    pub(super) async fn insert(
        &self,
        who: &Actor,
        id: Option<CertificateId>,
        spec: CertificateSpec,
    ) -> Result<CertificateView, ServiceError> {
        let sans = spec::check(&spec)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let id = chosen_id(id, RESERVED_IDS, || CertificateId::mint(&*ids))?;
        let gate = self.gate.clone();
        let created = self.base.store.write("certificate.create", move |tx| {
            let mut certificate = new_row(&id, &spec, sans.clone(), now);
            check_references(tx, &certificate)?;
            gate.check(tx, &certificate, now)?;
            tx.certificates().insert(&certificate)?;
            let wanted = spec.target_ids.as_deref().unwrap_or_default();
            if targets::apply(tx, &*ids, &who, &mut certificate, wanted, now)? {
                tx.certificates().update(&mut certificate)?;
            }
            let subject = ("certificate", id.as_str());
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "certificate_created",
                subject,
                &json!({"after": shown(&spec)}),
            ))?;
            judge_one(tx, &*ids, &who, &certificate, now)?;
            view(tx, certificate, now)
        });
        let created = created.await?;
        self.wakeups.wake_sweep();
        Ok(created)
    }

    pub(super) async fn update(
        &self,
        who: &Actor,
        id: &CertificateId,
        edit: Edit<CertificateView, CertificateSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateView, ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let (gate, guards) = (self.base.approvals.clone(), self.base.guards);
        let policies = self.gate.clone();
        let updated = self.base.store.write("certificate.change", move |tx| {
            let trigger = Trigger::new(&who, "changed", &gate, guards);
            let changed = change(tx, &*ids, &trigger, &id, &*edit, revision, now)?;
            policies.check(tx, &changed.certificate, now)?;
            Ok::<_, Failure>(changed)
        });
        let updated = updated.await?;
        self.wakeups.wake_sweep();
        Ok(updated)
    }
}

/// Changes what clients may set, whoever asks and for how many at once.
pub(crate) fn change(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    trigger: &Trigger<'_>,
    id: &CertificateId,
    edit: &dyn Fn(&CertificateView) -> Result<CertificateSpec, ServiceError>,
    revision: Option<i64>,
    now: Timestamp,
) -> Result<CertificateView, Failure> {
    let mut certificate = get(tx, id)?;
    check_revision(certificate.revision, revision)?;
    if certificate.status == CertificateStatus::Archived {
        return Err(archived(id));
    }
    let spec = edit(&view(tx, certificate.clone(), now)?)?;
    let sans = spec::check(&spec)?;
    let before = shown_row(&certificate);
    let other_policy = certificate.renewal_policy_id != spec.renewal_policy_id;
    let reissue = take(&mut certificate, &spec, sans, now);
    check_references(tx, &certificate)?;
    // Written first: settling orphaned issuances below reads the row again.
    tx.certificates().update(&mut certificate)?;
    if let Some(wanted) = &spec.target_ids {
        targets::apply(tx, ids, trigger.who, &mut certificate, wanted, now)?;
    }
    if reissue {
        restart_issuance(tx, ids, &mut certificate, trigger, now)?;
    }
    if other_policy {
        // The sweep works out when this policy wants it renewed, if ever.
        certificate.next_action_at = Some(now);
    }
    tx.certificates().update(&mut certificate)?;
    let details = json!({"before": before, "after": shown_row(&certificate)});
    tx.audit().append(&audit_event(
        ids,
        trigger.who,
        now,
        "certificate_updated",
        ("certificate", id.as_str()),
        &details,
    ))?;
    judge_one(tx, ids, trigger.who, &certificate, now)?;
    view(tx, certificate, now)
}

/// The row of a certificate that was never issued.
pub(crate) fn new_row(
    id: &CertificateId,
    spec: &CertificateSpec,
    sans: Vec<San>,
    now: Timestamp,
) -> Certificate {
    Certificate {
        id: id.clone(),
        name: spec.name.clone(),
        common_name: spec.common_name.clone(),
        sans,
        environment: spec.environment.clone(),
        owner_id: spec.owner_id.clone(),
        team_id: spec.team_id.clone(),
        issuer_id: spec.issuer_id.clone(),
        renewal_policy_id: spec.renewal_policy_id.clone(),
        profile_id: spec.profile_id.clone(),
        status: CertificateStatus::Pending,
        valid_from: None,
        expires_at: None,
        expiring_from: None,
        next_action_at: None,
        failed_issuances: 0,
        retry_at: None,
        paused_at: None,
        pause_reason: None,
        tags: spec.tags.clone(),
        last_renewal_at: None,
        last_deployment_at: None,
        revoked_at: None,
        revocation_reason: None,
        source: Some(CertificateSource::Api),
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}

/// Takes what the client set; true when leaves issued so far no longer fit.
fn take(row: &mut Certificate, spec: &CertificateSpec, sans: Vec<San>, now: Timestamp) -> bool {
    let names_before = row.names();
    row.name.clone_from(&spec.name);
    row.common_name.clone_from(&spec.common_name);
    row.sans = sans;
    row.environment.clone_from(&spec.environment);
    row.owner_id.clone_from(&spec.owner_id);
    row.team_id.clone_from(&spec.team_id);
    row.renewal_policy_id.clone_from(&spec.renewal_policy_id);
    row.tags.clone_from(&spec.tags);
    row.updated_at = now;
    let other_rules = row.issuer_id != spec.issuer_id || row.profile_id != spec.profile_id;
    row.issuer_id.clone_from(&spec.issuer_id);
    row.profile_id.clone_from(&spec.profile_id);
    other_rules || row.names() != names_before
}

/// A changed name, issuer or profile takes effect with a new leaf: what is under way is cancelled,
/// and issuance starts anew, unless the policy leaves renewal to people. Agents outside of its group
/// get a new leaf only in place of one that was under way.
fn restart_issuance(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    certificate: &mut Certificate,
    trigger: &Trigger<'_>,
    now: Timestamp,
) -> Result<(), Failure> {
    let in_progress = certificate.status == CertificateStatus::RenewalInProgress;
    let policy = issuance::policy_of(tx, certificate)?;
    if certificate.status == CertificateStatus::Revoked || (!policy.auto_renew && !in_progress) {
        return Ok(());
    }
    let live = tx.jobs().live_issuances(&certificate.id)?;
    issuance::cancel_live(tx, ids, trigger.who, &certificate.id, "the certificate was changed", now)?;
    let lineages = issuance::lineages(tx, &certificate.id)?;
    let outside = issuance::scope::outside(tx, &policy, &lineages)?;
    let wanted = |agent: &AgentId| {
        !outside.contains(agent) || live.iter().any(|job| job.agent_id.as_ref() == Some(agent))
    };
    let agents: Vec<_> = lineages.iter().map(|lineage| lineage.agent.clone()).filter(wanted).collect();
    if agents.is_empty() {
        if in_progress {
            let issued = certificate.valid_from.is_some();
            certificate.apply(CertificateEvent::IssuanceCancelled { issued }, now)?;
        }
        return Ok(());
    }
    trigger.guards.admit(tx, certificate, &lineages, &policy, Way::Change, now)?;
    issuance::queue(tx, ids, certificate, &policy, &agents, trigger, now)?;
    Ok(())
}

/// Names every reference that does not exist, all at once; the foreign keys remain the last word.
pub(crate) fn check_references(tx: &mut dyn Tx, row: &Certificate) -> Result<(), Failure> {
    let missing = [
        ("owner_id", row.owner_id.as_str(), tx.owners().find(&row.owner_id)?.is_none()),
        ("team_id", row.team_id.as_str(), tx.teams().find(&row.team_id)?.is_none()),
        ("issuer_id", row.issuer_id.as_str(), tx.issuers().find(&row.issuer_id)?.is_none()),
        (
            "renewal_policy_id",
            row.renewal_policy_id.as_str(),
            tx.renewal_policies().find(&row.renewal_policy_id)?.is_none(),
        ),
        (
            "certificate_profile_id",
            row.profile_id.as_ref().map_or("", |id| id.as_str()),
            match &row.profile_id {
                Some(id) => tx.profiles().find(id)?.is_none(),
                None => false,
            },
        ),
    ];
    let problems: Vec<_> = missing
        .into_iter()
        .filter(|(_, _, missing)| *missing)
        .map(|(field, id, _)| {
            certctl_service_api::FieldError::new(field, "unknown_reference", format!("{id} does not exist"))
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure::Service(ServiceError::Unprocessable(problems))) }
}

fn shown(spec: &CertificateSpec) -> Value {
    json!({
        "name": spec.name, "common_name": spec.common_name, "sans": spec.sans, "environment": spec.environment,
        "owner_id": spec.owner_id, "team_id": spec.team_id, "issuer_id": spec.issuer_id,
        "renewal_policy_id": spec.renewal_policy_id, "certificate_profile_id": spec.profile_id,
        "tags": spec.tags, "target_ids": spec.target_ids,
    })
}

fn shown_row(row: &Certificate) -> Value {
    json!({
        "name": row.name, "common_name": row.common_name,
        "sans": row.sans.iter().map(ToString::to_string).collect::<Vec<_>>(), "environment": row.environment,
        "owner_id": row.owner_id, "team_id": row.team_id, "issuer_id": row.issuer_id,
        "renewal_policy_id": row.renewal_policy_id, "certificate_profile_id": row.profile_id, "tags": row.tags,
    })
}
