//! Queueing of deployments: one live job per version and target.

use crate::failure::Failure;
use certctl_domain::deployment::{DeploymentEvent, TargetMapping};
use certctl_domain::id::{IdSource, JobId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::Tx;
use certctl_service_api::certificate::QueuedDeployment;

/// Attempts of one deployment job before it ends as failed and the deployment sweep takes over.
const MAX_ATTEMPTS: u32 = 4;

/// Queues the deployment of `version` to `target`, or returns the job that is live for it already.
/// Live jobs of other versions on the target are superseded.
pub(crate) fn queue(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    version: &CertificateVersion,
    mut mapping: TargetMapping,
    target: &Target,
    requested_by: &str,
    now: Timestamp,
) -> Result<QueuedDeployment, Failure> {
    for mut live in tx.jobs().live_deployments(&version.certificate_id, Some(&target.id))? {
        if live.version_id.as_ref() == Some(&version.id) {
            return Ok(QueuedDeployment { job_id: live.id, target_id: target.id.clone() });
        }
        // Its agent notices through the lease token that the attempt no longer counts.
        live.last_error = Some(format!("superseded by version {}", version.id));
        live.apply(certctl_domain::job::JobEvent::Cancelled, now)?;
        tx.jobs().update(&mut live)?;
    }
    let job = deployment_job(JobId::mint(ids), version, target, requested_by, now);
    tx.jobs().insert(&job)?;
    mapping.status = mapping.status.next(DeploymentEvent::Requested)?;
    mapping.last_job_id = Some(job.id.clone());
    mapping.updated_at = now;
    tx.deployments().update(&mapping)?;
    Ok(QueuedDeployment { job_id: job.id, target_id: target.id.clone() })
}

fn deployment_job(
    id: JobId,
    version: &CertificateVersion,
    target: &Target,
    requested_by: &str,
    now: Timestamp,
) -> Job {
    Job {
        id,
        kind: JobKind::Deployment,
        certificate_id: Some(version.certificate_id.clone()),
        target_id: Some(target.id.clone()),
        agent_id: Some(target.agent_id.clone()),
        version_id: Some(version.id.clone()),
        status: JobStatus::Pending,
        executor: Executor::Agent,
        attempts: 0,
        max_attempts: MAX_ATTEMPTS,
        last_error: None,
        run_after: now,
        lease: None,
        lease_token: 0,
        dedup_key: Some(format!("deploy:{}:{}", version.id, target.id)),
        payload: JsonText::empty_object(),
        result: None,
        requested_by: requested_by.to_owned(),
        started_at: None,
        completed_at: None,
        verification_status: VerificationStatus::Pending,
        verified_at: None,
        verification_fingerprint: None,
        verification_error: None,
        revision: 0,
        created_at: now,
        updated_at: now,
    }
}
