//! Queueing of deployments: one live job per version and target.

use crate::failure::Failure;
use crate::issuance;
use certctl_domain::deployment::{DeploymentEvent, TargetMapping};
use certctl_domain::id::{IdSource, JobId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::renewal::{RenewalPolicy, start_at};
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
    mapping: TargetMapping,
    target: &Target,
    requested_by: &str,
    now: Timestamp,
) -> Result<QueuedDeployment, Failure> {
    queue_at(tx, ids, version, mapping, target, &By { requested_by, run_after: now }, now)
}

/// Who wants a deployment, and from when on it may start.
pub(crate) struct By<'a> {
    pub(crate) requested_by: &'a str,
    pub(crate) run_after: Timestamp,
}

impl By<'static> {
    /// Nobody asked for it.
    pub(crate) const fn system(run_after: Timestamp) -> Self {
        Self { requested_by: "system", run_after }
    }
}

/// When a deployment that nobody asked for may start: inside the maintenance windows and outside
/// of the freezes of the certificate's policy, but before what the target serves ends.
pub(crate) fn automatic_start(
    tx: &mut dyn Tx,
    mapping: &TargetMapping,
    now: Timestamp,
) -> Result<Timestamp, Failure> {
    let Some(certificate) = tx.certificates().find(&mapping.certificate_id)? else { return Ok(now) };
    let policy = issuance::policy_of(tx, &certificate)?;
    start_within(tx, &policy, mapping, now)
}

/// Like [`automatic_start`], under a policy that is at hand.
pub(crate) fn start_within(
    tx: &mut dyn Tx,
    policy: &RenewalPolicy,
    mapping: &TargetMapping,
    now: Timestamp,
) -> Result<Timestamp, Failure> {
    let served = match &mapping.deployed_version_id {
        Some(id) => tx.versions().find(id)?,
        None => None,
    };
    Ok(start_at(policy, now, served.as_ref().map(issuance::lifetime_of)).at)
}

/// Like [`queue`], from an instant on. A live job of the version is moved forward when it would
/// start later.
pub(crate) fn queue_at(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    version: &CertificateVersion,
    mut mapping: TargetMapping,
    target: &Target,
    by: &By<'_>,
    now: Timestamp,
) -> Result<QueuedDeployment, Failure> {
    for mut live in tx.jobs().live_deployments(&version.certificate_id, Some(&target.id))? {
        if live.version_id.as_ref() == Some(&version.id) {
            if live.status == JobStatus::Pending && live.attempts == 0 && live.run_after > by.run_after {
                live.run_after = by.run_after;
                live.updated_at = now;
                tx.jobs().update(&mut live)?;
            }
            return Ok(QueuedDeployment { job_id: live.id, target_id: target.id.clone() });
        }
        // Its agent notices through the lease token that the attempt no longer counts.
        live.last_error = Some(format!("superseded by version {}", version.id));
        live.apply(certctl_domain::job::JobEvent::Cancelled, now)?;
        tx.jobs().update(&mut live)?;
    }
    let job = deployment_job(JobId::mint(ids), version, target, by, now);
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
    by: &By<'_>,
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
        run_after: by.run_after,
        lease: None,
        lease_token: 0,
        dedup_key: Some(format!("deploy:{}:{}", version.id, target.id)),
        payload: JsonText::empty_object(),
        result: None,
        requested_by: by.requested_by.to_owned(),
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
