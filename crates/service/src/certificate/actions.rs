//! Renew and deploy on request.

use super::{Certificates, get};
use crate::failure::Failure;
use crate::issuance::{self, Trigger};
use crate::support::audit_event;
use crate::{deployment, issuance::Lineage};
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{AgentId, CertificateId, IdSource, TargetId};
use certctl_repository::Tx;
use certctl_service_api::certificate::{QueuedDeployment, QueuedIssuance};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

impl Certificates {
    pub(super) async fn queue_issuance(
        &self,
        who: &Actor,
        id: &CertificateId,
        force: bool,
    ) -> Result<Vec<QueuedIssuance>, ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let gate = self.base.approvals.clone();
        let queued = self.base.store.write("certificate.renew", move |tx| {
            let trigger = Trigger { who: &who, reason: "requested", gate: &gate };
            renew(tx, &*ids, &trigger, &id, force, now)
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
            if matches!(certificate.status, CertificateStatus::Archived | CertificateStatus::Revoked) {
                return Err(Failure::Service(ServiceError::conflict(
                    ConflictCode::InvalidState,
                    format!(
                        "certificate {id} is {} and is not deployed",
                        certificate.status.as_str().to_lowercase()
                    ),
                )));
            }
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
    id: &CertificateId,
    force: bool,
    now: Timestamp,
) -> Result<Vec<QueuedIssuance>, Failure> {
    let mut certificate = get(tx, id)?;
    if certificate.status == CertificateStatus::RenewalInProgress {
        if !force {
            return Err(Failure::Service(ServiceError::conflict(
                ConflictCode::AlreadyRenewing,
                format!("certificate {id} is being renewed; wait for its job, or use force to start again"),
            )));
        }
        issuance::cancel_live(tx, ids, trigger.who, id, "started again by force", now)?;
    }
    let agents = issuance::key_holders(&issuance::lineages(tx, id)?)?;
    let queued = issuance::queue(tx, ids, &mut certificate, &agents, trigger, now)?;
    tx.certificates().update(&mut certificate)?;
    Ok(queued)
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
