//! Mappings of a certificate to targets, and what a changed mapping sets in motion.

use super::archive::archived;
use super::{Certificates, get, view};
use crate::failure::Failure;
use crate::issuance::{self, Lineage};
use crate::job::withdraw;
use crate::notification::raise;
use crate::support::audit_event;
use crate::{deployment, issuance::Ended};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::{DeploymentStatus, TargetMapping};
use certctl_domain::id::{CertificateId, IdSource, TargetId};
use certctl_domain::job::JobEvent;
use certctl_repository::Tx;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::{Actor, FieldError, ServiceError};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Certificates {
    pub(super) async fn replace_targets(
        &self,
        who: &Actor,
        id: &CertificateId,
        wanted: Vec<TargetId>,
    ) -> Result<CertificateView, ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let updated = self.base.store.write("certificate.set_targets", move |tx| {
            let mut certificate = get(tx, &id)?;
            if certificate.status == CertificateStatus::Archived {
                return Err(archived(&id));
            }
            let before = view(tx, certificate.clone(), now)?.target_ids;
            apply(tx, &*ids, &who, &mut certificate, &wanted, now)?;
            certificate.updated_at = now;
            tx.certificates().update(&mut certificate)?;
            let details = json!({"before": {"target_ids": before}, "after": {"target_ids": wanted}});
            let subject = ("certificate", id.as_str());
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "certificate_targets_changed",
                subject,
                &details,
            ))?;
            view(tx, certificate, now)
        });
        let updated = updated.await?;
        self.wakeups.wake_sweep();
        Ok(updated)
    }
}

/// Makes the mappings of `certificate` equal to `wanted`. New targets get the current version when
/// their agent holds its key; otherwise the sweep makes one. Returns whether the certificate's row
/// was changed (the caller writes it).
pub(super) fn apply(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificate: &mut Certificate,
    wanted: &[TargetId],
    now: Timestamp,
) -> Result<bool, Failure> {
    let wanted: BTreeSet<&TargetId> = wanted.iter().collect();
    let mappings: Vec<_> =
        tx.deployments().of_certificate(&certificate.id)?.into_iter().map(|(mapping, _)| mapping).collect();
    for mapping in mappings.iter().filter(|mapping| !wanted.contains(&mapping.target_id)) {
        let gone = &mapping.target_id;
        for mut job in tx.jobs().live_deployments(&certificate.id, Some(gone))? {
            job.last_error = Some("the certificate is no longer mapped to the target".to_owned());
            job.apply(JobEvent::Cancelled, now)?;
            tx.jobs().update(&mut job)?;
        }
        tx.deployments().delete(&certificate.id, gone)?;
        raise::deployment_put_away(tx, ids, certificate, mapping, "is no longer mapped to it", now)?;
    }
    let present: BTreeSet<TargetId> = mappings.into_iter().map(|mapping| mapping.target_id).collect();
    let added: Vec<&TargetId> = wanted.into_iter().filter(|id| !present.contains(id)).collect();
    check_targets(tx, &added)?;
    for target in &added {
        tx.deployments().insert(&new_mapping(&certificate.id, target, now))?;
    }
    let lineages = issuance::lineages(tx, &certificate.id)?;
    for target in &added {
        deploy_current(tx, ids, &certificate.id, target, &lineages, who.name(), now)?;
    }
    let dropped = stop_orphaned_issuances(tx, ids, who, certificate, &lineages, now)?;
    Ok(look_again(tx, certificate, &lineages, now)? || dropped)
}

fn check_targets(tx: &mut dyn Tx, added: &[&TargetId]) -> Result<(), Failure> {
    let mut problems = Vec::new();
    for target in added {
        match tx.targets().find(target)? {
            None => problems.push(FieldError::new(
                "target_ids",
                "unknown_reference",
                format!("{target} does not exist"),
            )),
            Some(row) if row.retired_at.is_some() => {
                problems.push(FieldError::new("target_ids", "retired", format!("{target} has been retired")));
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Service(ServiceError::Unprocessable(problems))) }
}

fn new_mapping(certificate: &CertificateId, target: &TargetId, now: Timestamp) -> TargetMapping {
    TargetMapping {
        certificate_id: certificate.clone(),
        target_id: target.clone(),
        status: DeploymentStatus::Pending,
        deployed_version_id: None,
        deployed_at: None,
        last_job_id: None,
        last_error: None,
        created_at: now,
        updated_at: now,
    }
}

/// Deploys the newest valid version of the target's agent, when there is one.
fn deploy_current(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    certificate: &CertificateId,
    target: &TargetId,
    lineages: &[Lineage],
    requested_by: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let (Some(target), Some(mapping)) =
        (tx.targets().find(target)?, tx.deployments().find(certificate, target)?)
    else {
        return Ok(());
    };
    let held = lineages
        .iter()
        .find(|lineage| lineage.agent == target.agent_id)
        .and_then(|lineage| lineage.latest.as_ref());
    if let Some(version) = held.filter(|version| target.is_active() && version.not_after > now) {
        deployment::queue(tx, ids, version, mapping, &target, requested_by, now)?;
    }
    Ok(())
}

/// Cancels issuances of agents that hold no target of the certificate any more.
fn stop_orphaned_issuances(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    certificate: &mut Certificate,
    lineages: &[Lineage],
    now: Timestamp,
) -> Result<bool, Failure> {
    let mut stopped = false;
    for mut job in tx.jobs().live_issuances(&certificate.id)? {
        let held = lineages.iter().any(|lineage| Some(&lineage.agent) == job.agent_id.as_ref());
        if !held {
            withdraw(tx, ids, who, &mut job, "the certificate has no target on this agent any more", now)?;
            stopped = true;
        }
    }
    if stopped {
        issuance::settle(tx, &certificate.id, Ended::Cancelled, now)?;
        if let Some(settled) = tx.certificates().find(&certificate.id)? {
            *certificate = settled;
        }
    }
    Ok(stopped)
}

/// Tells the sweep when to look next: other key holders are due at other times.
fn look_again(
    tx: &mut dyn Tx,
    certificate: &mut Certificate,
    lineages: &[Lineage],
    now: Timestamp,
) -> Result<bool, Failure> {
    let idle =
        !matches!(certificate.status, CertificateStatus::RenewalInProgress | CertificateStatus::Revoked);
    if !idle {
        return Ok(false);
    }
    let policy = issuance::policy_of(tx, certificate)?;
    let next = issuance::next_look(certificate, lineages, &policy, now);
    let changed = certificate.next_action_at != next;
    certificate.next_action_at = next;
    Ok(changed)
}
