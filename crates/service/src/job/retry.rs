//! Putting a failed job back to work, when its work is still wanted.

use crate::failure::Failure;
use crate::issuance;
use crate::issuance::guard::{Guards, Way};
use crate::jobs::IssuancePayload;
use certctl_domain::Timestamp;
use certctl_domain::approval::ApprovalState;
use certctl_domain::certificate::{CertificateEvent, CertificateStatus};
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::{CertificateId, JobId, TargetId};
use certctl_domain::job::{Executor, Job, JobEvent, JobKind};
use certctl_repository::Tx;
use certctl_service_api::{ConflictCode, ServiceError};

/// Queues a failed job again with fresh attempts.
pub(super) fn retry(tx: &mut dyn Tx, guards: &Guards, mut job: Job, now: Timestamp) -> Result<Job, Failure> {
    // An issuance whose CSR was accepted goes on with the signing; the agent keeps the key for it.
    let needs_csr = job.is_issuance() && IssuancePayload::of(&job).is_none();
    job.apply(JobEvent::Retried { needs_csr }, now)?;
    match (job.kind, job.certificate_id.clone(), job.target_id.clone()) {
        (JobKind::Issuance | JobKind::Renewal, Some(certificate), _) => {
            job.executor = if needs_csr { Executor::Agent } else { Executor::Server };
            request_issuance(tx, guards, &job, &certificate, now)?;
        }
        (JobKind::Deployment, Some(certificate), Some(target)) => {
            request_deployment(tx, &job, &certificate, &target, now)?;
        }
        (JobKind::Validation, _, Some(target)) => check_target(tx, &target)?,
        _ => return Err(Failure::Service(ServiceError::internal(format!("job {} has no object", job.id)))),
    }
    tx.jobs().update(&mut job)?;
    Ok(job)
}

/// The conflict with an issuance that is under way.
pub(super) fn renewing() -> ServiceError {
    ServiceError::conflict(
        ConflictCode::AlreadyRenewing,
        "another issuance of the certificate is under way for this agent; wait for it, or cancel it",
    )
}

fn request_issuance(
    tx: &mut dyn Tx,
    guards: &Guards,
    job: &Job,
    id: &CertificateId,
    now: Timestamp,
) -> Result<(), Failure> {
    if tx.jobs().live_issuances(id)?.iter().any(|live| live.agent_id == job.agent_id) {
        return Err(Failure::Service(renewing()));
    }
    let lineages = issuance::lineages(tx, id)?;
    if !lineages.iter().any(|lineage| Some(&lineage.agent) == job.agent_id.as_ref()) {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::NoKeyHolder,
            "the certificate is no longer mapped to an active target of the job's agent; map one, or renew the certificate",
        )));
    }
    let mut certificate =
        tx.certificates().find(id)?.ok_or_else(|| ServiceError::not_found("certificate", id))?;
    // A retry is no way around the second person.
    if issuance::approval_profile(tx, &certificate)?.is_some() && !was_approved(tx, &job.id)? {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!(
                "issuances of certificate {id} need an approval now, and this job has none; renew the certificate instead"
            ),
        )));
    }
    let policy = issuance::policy_of(tx, &certificate)?;
    guards.admit(tx, &certificate, &lineages, &policy, Way::Retry, now)?;
    // Another agent's issuance may have it in progress already.
    if certificate.status != CertificateStatus::RenewalInProgress {
        certificate.apply(CertificateEvent::IssuanceRequested, now)?;
    }
    certificate.next_action_at = None;
    tx.certificates().update_state(&mut certificate)?;
    Ok(())
}

fn was_approved(tx: &mut dyn Tx, job: &JobId) -> Result<bool, Failure> {
    Ok(tx.approvals().of_job(job)?.is_some_and(|request| request.state == ApprovalState::Approved))
}

fn request_deployment(
    tx: &mut dyn Tx,
    job: &Job,
    certificate: &CertificateId,
    target: &TargetId,
    now: Timestamp,
) -> Result<(), Failure> {
    check_target(tx, target)?;
    let newest = match &job.agent_id {
        Some(agent) => tx.versions().latest_of_agent(certificate, agent)?,
        None => None,
    };
    if newest.map(|newest| newest.id) != job.version_id {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!("a newer version of certificate {certificate} exists; ask for its deployment instead"),
        )));
    }
    let Some(mut mapping) = tx.deployments().find(certificate, target)? else {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!("certificate {certificate} is no longer mapped to target {target}"),
        )));
    };
    mapping.status = mapping.status.next(DeploymentEvent::Requested)?;
    mapping.last_job_id = Some(job.id.clone());
    mapping.updated_at = now;
    tx.deployments().update(&mapping)?;
    Ok(())
}

fn check_target(tx: &mut dyn Tx, id: &TargetId) -> Result<(), Failure> {
    let target = tx.targets().find(id)?.ok_or_else(|| ServiceError::not_found("target", id))?;
    if target.is_active() {
        return Ok(());
    }
    Err(Failure::Service(ServiceError::conflict(
        ConflictCode::Disabled,
        format!("target {id} is disabled or retired"),
    )))
}
