//! Leasing work to an agent, and waiting for it.

use super::AgentWork;
use crate::engine::holds;
use crate::failure::Failure;
use crate::issuance::{self, Ended};
use crate::job::end_failed;
use crate::secrets::Secrets;
use certctl_domain::Timestamp;
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::{AgentId, IdSource};
use certctl_domain::job::{Job, JobEvent, JobKind};
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_repository::{ClaimRequest, SealedColumn, Tx};
use certctl_service_api::ServiceError;
use certctl_service_api::agent_work::{CsrTemplate, WorkItem, WorkTarget};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const MAX_JOBS_PER_POLL: u32 = 50;
/// A fresh lease is short: an answer that never reached its agent comes back soon. The agent's first
/// sign of life prolongs it.
const DELIVERY_LEASE: Duration = Duration::from_secs(20);

impl AgentWork {
    pub(super) async fn wait_for_work(
        &self,
        agent: &AgentId,
        instance: &str,
        wait: Duration,
        limit: u32,
    ) -> Result<Vec<WorkItem>, ServiceError> {
        let deadline = Instant::now() + wait;
        let owner = format!("{agent}/{instance}");
        let waiting = self.wakeups.agent(agent);
        loop {
            // Registered before the look, so that work which arrives in between is not missed.
            let mut woken = pin!(waiting.notified());
            woken.as_mut().enable();
            let items = self.claim_now(agent, &owner, limit.clamp(1, MAX_JOBS_PER_POLL)).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            if !items.is_empty() || left.is_zero() {
                return Ok(items);
            }
            // Both a wake-up and the end of the pause lead to another look.
            let _ = timeout(left.min(self.options.recheck), woken).await;
        }
    }

    async fn claim_now(
        &self,
        agent: &AgentId,
        owner: &str,
        limit: u32,
    ) -> Result<Vec<WorkItem>, ServiceError> {
        let now = self.base.clock.now();
        let request = ClaimRequest {
            owner: owner.to_owned(),
            at: now,
            until: now.plus(self.options.lease.min(DELIVERY_LEASE)),
            limit,
        };
        let agent = agent.clone();
        let claimed = self
            .base
            .store
            .claim("agent.claim", move |tx| Ok::<_, Failure>(tx.jobs().claim_for_agent(&agent, &request)?));
        let claimed = claimed.await?;
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        // Apart from the claim, whose isolation is too weak to change what belongs to the jobs.
        let (secrets, ids) = (self.secrets.clone(), Arc::clone(&self.base.ids));
        let handed_out = self.base.store.write("agent.hand_out", move |tx| {
            let mut items = Vec::with_capacity(claimed.len());
            for job in &claimed {
                items.extend(hand_out(tx, &*ids, &secrets, job, now)?);
            }
            Ok::<_, Failure>(items)
        });
        Ok(handed_out.await?)
    }
}

/// What the agent gets of a claimed job; nothing when it has ended, or ends now.
fn hand_out(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    secrets: &Secrets,
    claimed: &Job,
    now: Timestamp,
) -> Result<Option<WorkItem>, Failure> {
    let Some(job) = tx.jobs().find(&claimed.id)?.filter(|row| holds(row, claimed.lease_token)) else {
        return Ok(None);
    };
    if job.attempts > job.max_attempts {
        give_up(tx, ids, job, "the agent stopped in the middle of every attempt", now)?;
        return Ok(None);
    }
    match work_item(tx, secrets, &job)? {
        Ok(item) => {
            note_start(tx, &job, now)?;
            Ok(Some(item))
        }
        Err(reason) => {
            give_up(tx, ids, job, &reason, now)?;
            Ok(None)
        }
    }
}

/// Ends a job that cannot be worked on, visibly.
fn give_up(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    mut job: Job,
    reason: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    job.last_error = Some(reason.to_owned());
    job.apply(JobEvent::Exhausted, now)?;
    end_failed(tx, ids, &mut job, DeploymentEvent::Failed, now)
}

/// Carries a final failure of a job over to its certificate, mapping or target.
pub(crate) fn note_failure(
    tx: &mut dyn Tx,
    job: &Job,
    event: DeploymentEvent,
    now: Timestamp,
) -> Result<(), Failure> {
    match (job.kind, &job.certificate_id, &job.target_id) {
        (JobKind::Issuance | JobKind::Renewal, Some(certificate), _) => {
            tx.ledger().abandon_intents(&job.id, now)?;
            issuance::settle(tx, certificate, Ended::Failed, now)?;
        }
        (JobKind::Deployment, Some(certificate), Some(target)) => {
            if let Some(mut mapping) = tx.deployments().find(certificate, target)?
                && let Ok(status) = mapping.status.next(event)
            {
                mapping.status = status;
                mapping.last_error.clone_from(&job.last_error);
                mapping.last_job_id = Some(job.id.clone());
                mapping.updated_at = now;
                tx.deployments().update(&mapping)?;
            }
        }
        (JobKind::Validation, _, Some(target)) => {
            tx.targets().record_test(target, certctl_domain::issuer::TestStatus::Failed, now)?;
        }
        _ => {}
    }
    Ok(())
}

fn note_start(tx: &mut dyn Tx, job: &Job, now: Timestamp) -> Result<(), Failure> {
    if let (JobKind::Deployment, Some(certificate), Some(target)) =
        (job.kind, &job.certificate_id, &job.target_id)
        && let Some(mut mapping) = tx.deployments().find(certificate, target)?
        && let Ok(status) = mapping.status.next(DeploymentEvent::Started)
    {
        mapping.status = status;
        mapping.last_job_id = Some(job.id.clone());
        mapping.updated_at = now;
        tx.deployments().update(&mapping)?;
    }
    Ok(())
}

/// Everything the agent needs for a job, or why it cannot be done at all.
fn work_item(tx: &mut dyn Tx, secrets: &Secrets, job: &Job) -> Result<Result<WorkItem, String>, Failure> {
    let Some(lease) = &job.lease else {
        return Ok(Err("the job was claimed without a lease".to_owned()));
    };
    let mut item = WorkItem {
        job_id: job.id.clone(),
        kind: job.kind,
        status: job.status,
        certificate_id: job.certificate_id.clone(),
        version_id: job.version_id.clone(),
        fingerprint_sha256: None,
        csr: None,
        target: None,
        lease_token: job.lease_token,
        lease_until: lease.until,
        attempt: job.attempts,
    };
    if job.is_issuance() {
        item.csr = match csr_template(tx, job)? {
            Ok(template) => Some(template),
            Err(reason) => return Ok(Err(reason)),
        };
        return Ok(Ok(item));
    }
    let Some(target) = (match &job.target_id {
        Some(id) => tx.targets().find(id)?,
        None => None,
    }) else {
        return Ok(Err("the target of the job does not exist any more".to_owned()));
    };
    if !target.is_active() && job.kind == JobKind::Deployment {
        return Ok(Err(format!("target {} is disabled or retired", target.id)));
    }
    if let Some(version) = &job.version_id {
        let Some(version) = tx.versions().find(version)? else {
            return Ok(Err(format!("version {version} does not exist")));
        };
        item.fingerprint_sha256 = Some(version.fingerprint_sha256);
    }
    let config =
        secrets.open_config(SealedColumn::TargetConfig, target.id.as_str(), target.sealed_config.as_deref());
    // Only this job fails: the agent's other work must not wait for somebody to mend a target.
    let Ok(config) = config else {
        return Ok(Err(format!(
            "the configuration of target {} cannot be opened; check that the server has the right master key, or write it anew",
            target.id
        )));
    };
    item.target = Some(WorkTarget { id: target.id, kind: target.kind, config: config.fields().clone() });
    Ok(Ok(item))
}

fn csr_template(tx: &mut dyn Tx, job: &Job) -> Result<Result<CsrTemplate, String>, Failure> {
    let certificate = match &job.certificate_id {
        Some(id) => tx.certificates().find(id)?,
        None => None,
    };
    let Some(certificate) = certificate else {
        return Ok(Err("the certificate of the job does not exist any more".to_owned()));
    };
    let mut template = CsrTemplate {
        names: certificate.names(),
        common_name: certificate.common_name,
        key: KeySpec::P256,
        ekus: vec![ExtendedKeyUsage::ServerAuth],
        must_staple: false,
    };
    if let Some(id) = &certificate.profile_id {
        match tx.profiles().find(id)?.filter(|profile| profile.enabled) {
            Some(profile) => {
                template.key = profile.preferred_key();
                template.ekus.clone_from(&profile.allowed_ekus);
                template.must_staple = profile.must_staple;
            }
            None => return Ok(Err(format!("profile {id} is disabled or does not exist"))),
        }
    }
    Ok(Ok(template))
}
