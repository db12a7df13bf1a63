//! Taking reports: under the fencing token, summed once, carried over to mapping and certificate.

use super::AgentWork;
use super::claim::note_failure;
use crate::failure::Failure;
use crate::issuance;
use crate::job::end_failed;
use crate::notification::raise;
use crate::retry::{backoff, fail_attempt, readable};
use crate::support::audit_event;
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::{AgentId, IdSource, JobId};
use certctl_domain::issuer::TestStatus;
use certctl_domain::job::{Executor, Job, JobEvent, JobKind, JobStatus, VerificationStatus};
use certctl_domain::retry::{Backoff, FailureClass};
use certctl_domain::target::TargetKind;
use certctl_domain::{JsonText, Timestamp};
use certctl_repository::Tx;
use certctl_service_api::agent_work::{JobReport, ReportedStatus};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// What became of a report.
enum Taken {
    /// Recorded now; the counters count for this kind of target.
    Counted(Option<TargetKind>),
    /// Seen before, or only a sign of life.
    Nothing,
}

impl AgentWork {
    pub(super) async fn take_report(
        &self,
        who: &Actor,
        agent: &AgentId,
        job: &JobId,
        report: JobReport,
    ) -> Result<(), ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let (agent, id, lease) = (agent.clone(), job.clone(), self.options.lease);
        let counters = report.counters.clone();
        let taken = self.base.store.write("agent.report", move |tx| {
            let job = tx
                .jobs()
                .find(&id)?
                .filter(|job| job.agent_id.as_ref() == Some(&agent))
                .ok_or_else(|| ServiceError::not_found("job of this agent", &id))?;
            if is_repetition(&job, &report) {
                return Ok(Taken::Nothing);
            }
            check_holder(&job, &report)?;
            match report.status {
                ReportedStatus::Running => extend(tx, &job, now.plus(lease)),
                ReportedStatus::Completed => complete(tx, &*ids, &who, job, &report, now),
                ReportedStatus::Failed => fail(tx, &*ids, &who, job, &report, now),
            }
        });
        match taken.await? {
            Taken::Counted(Some(kind)) => {
                for counter in counters {
                    self.counters.add(kind.as_str(), metric(counter), 1);
                }
            }
            // A failed issuance gives its certificate a new next action.
            Taken::Counted(None) => self.wakeups.wake_sweep(),
            Taken::Nothing => {}
        }
        Ok(())
    }
}

/// The metric of a reported counter.
const fn metric(counter: certctl_domain::deployment::DeployCounter) -> certctl_telemetry::DeployCounter {
    use certctl_domain::deployment::DeployCounter as Reported;
    use certctl_telemetry::DeployCounter as Metric;
    match counter {
        Reported::AttemptSuccess => Metric::AttemptSuccess,
        Reported::AttemptFailure => Metric::AttemptFailure,
        Reported::ValidateFailure => Metric::ValidateFailure,
        Reported::ReloadFailure => Metric::ReloadFailure,
        Reported::PostVerifyFailure => Metric::PostVerifyFailure,
        Reported::RollbackRestored => Metric::RollbackRestored,
        Reported::RollbackAlsoFailed => Metric::RollbackAlsoFailed,
        Reported::IdempotentSkip => Metric::IdempotentSkip,
    }
}

/// The same report again: its attempt has ended already.
fn is_repetition(job: &Job, report: &JobReport) -> bool {
    let same_attempt = report.lease_token.is_none_or(|token| token == job.lease_token);
    same_attempt
        && match report.status {
            ReportedStatus::Running => false,
            ReportedStatus::Completed => job.status == JobStatus::Completed,
            ReportedStatus::Failed => {
                job.status == JobStatus::Failed
                    || (job.lease.is_none() && job.last_error.is_some() && job.status.is_live())
            }
        }
}

fn check_holder(job: &Job, report: &JobReport) -> Result<(), ServiceError> {
    // Once its CSR is accepted, the lease of an issuance is the server's.
    let held = job.executor == Executor::Agent
        && job.lease.is_some()
        && report.lease_token.is_none_or(|token| token == job.lease_token);
    if job.status.is_live() && held {
        return Ok(());
    }
    Err(ServiceError::conflict(
        ConflictCode::LeaseLost,
        format!("the lease of job {} is no longer yours (it is {}); stop working on it", job.id, job.status),
    ))
}

fn extend(tx: &mut dyn Tx, job: &Job, until: Timestamp) -> Result<Taken, Failure> {
    tx.jobs().extend_lease(&job.id, job.lease_token, until)?;
    Ok(Taken::Nothing)
}

fn complete(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    mut job: Job,
    report: &JobReport,
    now: Timestamp,
) -> Result<Taken, Failure> {
    if job.is_issuance() {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!("job {} is completed by its CSR, not by a report", job.id),
        )));
    }
    note_result(&mut job, report);
    let kind = target_kind(tx, &job)?;
    if job.kind == JobKind::Deployment {
        let expected = match &job.version_id {
            Some(version) => tx.versions().find(version)?.map(|version| version.fingerprint_sha256),
            None => None,
        };
        match (&report.served_fingerprint, expected) {
            (Some(served), Some(expected)) if !served.eq_ignore_ascii_case(&expected) => {
                let mut failed = report.clone();
                failed.error = Some(format!("the target serves the leaf {served}, expected {expected}"));
                failed.stage = Some("verify".to_owned());
                return fail(tx, ids, who, job, &failed, now);
            }
            (served, _) => note_deployed(tx, &mut job, served.as_deref(), now)?,
        }
    }
    job.last_error = None;
    job.apply(JobEvent::Succeeded, now)?;
    tx.jobs().update(&mut job)?;
    if job.kind == JobKind::Deployment {
        raise::deployed(tx, ids, &job, now)?;
    }
    if let (JobKind::Validation, Some(target)) = (job.kind, &job.target_id) {
        tx.targets().record_test(target, TestStatus::Success, now)?;
    }
    audit(tx, ids, who, &job, "completed", now)?;
    Ok(Taken::Counted(kind))
}

fn fail(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    mut job: Job,
    report: &JobReport,
    now: Timestamp,
) -> Result<Taken, Failure> {
    note_result(&mut job, report);
    let kind = target_kind(tx, &job)?;
    let error = report.error.as_deref().unwrap_or("the agent gave no reason");
    if report.stage.as_deref() == Some("verify") {
        job.verification_status = VerificationStatus::Failed;
        job.verified_at = Some(now);
        job.verification_error = Some(readable(error));
        job.verification_fingerprint = report.served_fingerprint.as_deref().map(readable);
    }
    // After a failed rollback the target is in an unknown state: a person must look first.
    let class = if report.retryable && !report.rollback_failed {
        FailureClass::Transient
    } else {
        FailureClass::Permanent
    };
    let backoff = job_backoff(tx, &job)?;
    let ended = fail_attempt(&mut job, backoff, class, error, now, ids)?;
    let event =
        if report.rollback_failed { DeploymentEvent::RollbackFailed } else { DeploymentEvent::Failed };
    if ended {
        end_failed(tx, ids, &mut job, event, now)?;
    } else {
        tx.jobs().update(&mut job)?;
        if job.kind == JobKind::Deployment {
            note_failure(tx, &job, event, now)?;
        }
    }
    audit(tx, ids, who, &job, if ended { "failed" } else { "attempt_failed" }, now)?;
    Ok(Taken::Counted(kind))
}

/// Backoff from the certificate's policy; a job without a certificate gets fixed pauses.
pub(crate) fn job_backoff(tx: &mut dyn Tx, job: &Job) -> Result<Backoff, Failure> {
    let certificate = match &job.certificate_id {
        Some(id) => tx.certificates().find(id)?,
        None => None,
    };
    Ok(match certificate {
        Some(certificate) => backoff(job, &issuance::policy_of(tx, &certificate)?, &certificate),
        None => Backoff {
            base: Duration::from_secs(5),
            factor: 2.0,
            cap: Duration::from_mins(1),
            jitter: 0.2,
            max_attempts: job.max_attempts,
        },
    })
}

fn note_result(job: &mut Job, report: &JobReport) {
    let mut result = report.details.clone();
    if let Some(stage) = &report.stage {
        result.insert("stage".to_owned(), stage.as_str().into());
    }
    result.insert("rollback_failed".to_owned(), report.rollback_failed.into());
    let counters: Vec<_> = report.counters.iter().map(|counter| counter.as_str()).collect();
    result.insert("counters".to_owned(), counters.into());
    job.result = Some(JsonText::trusted(serde_json::Value::Object(result).to_string()));
}

fn note_deployed(
    tx: &mut dyn Tx,
    job: &mut Job,
    served: Option<&str>,
    now: Timestamp,
) -> Result<(), Failure> {
    job.verification_status =
        if served.is_some() { VerificationStatus::Success } else { VerificationStatus::Skipped };
    job.verified_at = served.map(|_| now);
    job.verification_fingerprint = served.map(str::to_lowercase);
    job.verification_error = None;
    let (Some(certificate), Some(target)) = (&job.certificate_id, &job.target_id) else { return Ok(()) };
    if let Some(mut mapping) = tx.deployments().find(certificate, target)? {
        let event =
            if served.is_some() { DeploymentEvent::SeenServed } else { DeploymentEvent::DeployedUnseen };
        mapping.status = mapping.status.next(event)?;
        mapping.deployed_version_id.clone_from(&job.version_id);
        mapping.deployed_at = Some(now);
        mapping.last_job_id = Some(job.id.clone());
        mapping.last_error = None;
        mapping.updated_at = now;
        tx.deployments().update(&mapping)?;
    }
    if let Some(mut row) = tx.certificates().find(certificate)? {
        row.last_deployment_at = Some(now);
        tx.certificates().update(&mut row)?;
    }
    Ok(())
}

fn target_kind(tx: &mut dyn Tx, job: &Job) -> Result<Option<TargetKind>, Failure> {
    Ok(match (&job.target_id, job.kind) {
        (Some(id), JobKind::Deployment) => tx.targets().find(id)?.map(|target| target.kind),
        _ => None,
    })
}

fn audit(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    job: &Job,
    outcome: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let action = format!("{}_job_{outcome}", job.kind.as_str().to_lowercase());
    let details = json!({
        "certificate_id": job.certificate_id, "target_id": job.target_id, "version_id": job.version_id,
        "attempt": job.attempts, "error": job.last_error, "verification_status": job.verification_status,
    });
    tx.audit().append(&audit_event(ids, who, now, &action, ("job", job.id.as_str()), &details))?;
    Ok(())
}
