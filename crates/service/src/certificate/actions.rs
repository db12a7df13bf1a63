//! Renew and deploy on request.

use super::{Certificates, get};
use crate::failure::Failure;
use crate::issuance::guard::Way;
use crate::issuance::{self, Trigger};
use crate::support::{audit_event, check_name};
use crate::{deployment, issuance::Lineage};
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::explanation::Rule;
use certctl_domain::id::{AgentId, CertificateId, IdSource, RenewalPolicyId, TargetId};
use certctl_domain::renewal::FreezePeriod;
use certctl_repository::Tx;
use certctl_service_api::certificate::{QueuedDeployment, QueuedIssuance, RenewOptions};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

impl Certificates {
    pub(super) async fn queue_issuance(
        &self,
        who: &Actor,
        id: &CertificateId,
        options: RenewOptions,
    ) -> Result<Vec<QueuedIssuance>, ServiceError> {
        check(&options)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let gate = self.base.approvals.clone();
        let guards = self.base.guards;
        let queued = self.base.store.write("certificate.renew", move |tx| {
            let trigger = Trigger::new(&who, "requested", &gate, guards);
            let certificate = get(tx, &id)?;
            renew(tx, &*ids, &trigger, certificate, &options, now)
        });
        let queued = queued.await?;
        for issuance in &queued {
            self.wakeups.wake_agent(&issuance.agent_id);
        }
        Ok(queued)
    }

    pub(super) async fn queue_deployments(
        &self,
        who: &Actor,
        id: &CertificateId,
        only: Option<TargetId>,
    ) -> Result<Vec<QueuedDeployment>, ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let queued = self.base.store.write("certificate.deploy", move |tx| {
            let certificate = get(tx, &id)?;
            still_in_use(&certificate, "deployed")?;
            let mapped = tx.deployments().of_certificate(&id)?;
            let chosen: Vec<_> = match &only {
                Some(target) => {
                    mapped.into_iter().filter(|(mapping, _)| mapping.target_id == *target).collect()
                }
                None => mapped.into_iter().filter(|(_, target)| target.is_active()).collect(),
            };
            if let (Some(target), true) = (&only, chosen.is_empty()) {
                return Err(Failure::Service(ServiceError::not_found("target mapping", target)));
            }
            let lineages = issuance::lineages(tx, &id)?;
            let mut queued: Vec<(AgentId, QueuedDeployment)> = Vec::with_capacity(chosen.len());
            for (mapping, target) in chosen {
                if !target.is_active() {
                    return Err(Failure::Service(ServiceError::conflict(
                        ConflictCode::Disabled,
                        format!("target {} is disabled or retired; enable it first", target.id),
                    )));
                }
                let version = held_version(&lineages, &target.agent_id)
                    .filter(|version| version.not_after > now)
                    .ok_or_else(|| nothing_to_deploy(&id, &target.agent_id))?;
                let job = deployment::queue(tx, &*ids, version, mapping, &target, who.name(), now)?;
                queued.push((target.agent_id, job));
            }
            if queued.is_empty() {
                return Err(Failure::Service(ServiceError::conflict(
                    ConflictCode::NoKeyHolder,
                    format!("certificate {id} is mapped to no active target; map one first"),
                )));
            }
            let jobs: Vec<_> = queued.iter().map(|(_, job)| job.job_id.as_str()).collect();
            let subject = ("certificate", id.as_str());
            let event =
                audit_event(&*ids, &who, now, "deployment_triggered", subject, &json!({"job_ids": jobs}));
            tx.audit().append(&event)?;
            Ok(queued)
        });
        let queued = queued.await?;
        for (agent, _) in &queued {
            self.wakeups.wake_agent(agent);
        }
        Ok(queued.into_iter().map(|(_, job)| job).collect())
    }
}

/// Queues an issuance for every key holder of a certificate, whoever asks and for how many at once.
pub(crate) fn renew(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    trigger: &Trigger<'_>,
    mut certificate: Certificate,
    options: &RenewOptions,
    now: Timestamp,
) -> Result<Vec<QueuedIssuance>, Failure> {
    let id = &certificate.id.clone();
    // Before what is missing for a renewal: mending that would be in vain.
    still_in_use(&certificate, "renewed")?;
    if certificate.status == CertificateStatus::RenewalInProgress {
        if !options.force {
            return Err(Failure::Service(ServiceError::conflict(
                ConflictCode::AlreadyRenewing,
                format!("certificate {id} is being renewed; wait for its job, or use force to start again"),
            )));
        }
        issuance::cancel_live(tx, ids, trigger.who, id, "started again by force", now)?;
    }
    let lineages = issuance::lineages(tx, id)?;
    let agents = issuance::key_holders(&lineages)?;
    let policy = issuance::policy_of(tx, &certificate)?;
    if let Some(freeze) = policy.calendar().freeze(now).filter(|_| !options.force) {
        return Err(frozen(id, &policy.id, freeze));
    }
    let way = Way::Renewal { overrides: options.override_limit };
    let open = trigger.guards.admit(tx, &certificate, &lineages, &policy, way, now)?;
    let overridden = options
        .override_limit
        .then(|| json!({"rule": Rule::CircuitOpen, "open": open, "reason": options.reason}));
    let trigger = Trigger { overridden, ..*trigger };
    let queued = issuance::queue(tx, ids, &mut certificate, &policy, &agents, &trigger, now)?;
    tx.certificates().update_state(&mut certificate)?;
    Ok(queued)
}

/// Who goes past the limit of issuances says why.
fn check(options: &RenewOptions) -> Result<(), ServiceError> {
    match &options.reason {
        Some(reason) => check_name("reason", reason, 500),
        None if options.override_limit => {
            Err(ServiceError::invalid("reason", "required", "an override needs a reason"))
        }
        None => Ok(()),
    }
}

fn frozen(id: &CertificateId, policy: &RenewalPolicyId, freeze: &FreezePeriod) -> Failure {
    Failure::Service(ServiceError::Conflict {
        code: ConflictCode::Frozen,
        message: format!(
            "renewal policy {policy} of certificate {id} is frozen until {} ({}); wait, or renew with force",
            freeze.until, freeze.reason
        ),
        details: Some(json!({"until": freeze.until, "reason": freeze.reason})),
    })
}

/// Refuses what was put away or revoked.
fn still_in_use(certificate: &Certificate, action: &str) -> Result<(), Failure> {
    if !matches!(certificate.status, CertificateStatus::Archived | CertificateStatus::Revoked) {
        return Ok(());
    }
    let state = certificate.status.as_str().to_lowercase();
    let message = format!("certificate {} is {state} and is not {action}", certificate.id);
    Err(Failure::Service(ServiceError::conflict(ConflictCode::InvalidState, message)))
}

fn held_version<'a>(
    lineages: &'a [Lineage],
    agent: &AgentId,
) -> Option<&'a certctl_domain::version::CertificateVersion> {
    lineages.iter().find(|lineage| lineage.agent == *agent).and_then(|lineage| lineage.latest.as_ref())
}

fn nothing_to_deploy(id: &CertificateId, agent: &AgentId) -> Failure {
    Failure::Service(ServiceError::conflict(
        ConflictCode::InvalidState,
        format!("certificate {id} has no valid version whose key agent {agent} holds; renew it first"),
    ))
}
