//! Verifications: what an agent saw served after a deployment, judged by the server.

use super::get;
use crate::failure::Failure;
use crate::notification::raise;
use crate::retry::readable;
use crate::support::audit_event;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::deployment::{DeploymentEvent, DeploymentStatus};
use certctl_domain::id::{AgentId, IdSource, JobId};
use certctl_domain::job::{Job, JobKind, JobStatus, VerificationStatus};
use certctl_repository::Tx;
use certctl_service_api::job::{Verification, VerificationReport};
use certctl_service_api::{Actor, ConflictCode, Identity, ServiceError};
use serde_json::json;

/// Hexadecimal digits of a SHA-256 fingerprint.
const FINGERPRINT: usize = 64;

/// Refuses a malformed report.
pub(super) fn check(report: &VerificationReport) -> Result<(), ServiceError> {
    let is_fingerprint =
        |text: &str| text.len() == FINGERPRINT && text.bytes().all(|b| b.is_ascii_hexdigit());
    for (field, text) in [
        ("expected_fingerprint", &report.expected_fingerprint),
        ("actual_fingerprint", &report.actual_fingerprint),
    ] {
        let absent = text.is_empty() && field == "actual_fingerprint" && report.error.is_some();
        if !absent && !is_fingerprint(text) {
            return Err(ServiceError::invalid(
                field,
                "invalid_value",
                "must be a SHA-256 fingerprint, 64 hexadecimal digits; actual_fingerprint may be empty beside an error",
            ));
        }
    }
    Ok(())
}

/// Only agents verify.
pub(super) fn check_caller(who: &Actor) -> Result<&AgentId, ServiceError> {
    match &who.identity {
        Identity::Agent { id, .. } => who.require_agent(id).map(|()| id),
        _ => Err(ServiceError::Forbidden { permission: Permission::AgentSelf }),
    }
}

/// The job, if it is one of this agent. Jobs of others are answered like jobs that do not exist.
fn own(tx: &mut dyn Tx, who: &Actor, id: &JobId) -> Result<Job, Failure> {
    let agent = check_caller(who)?;
    let job = tx.jobs().find(id)?.filter(|job| job.agent_id.as_ref() == Some(agent));
    job.ok_or_else(|| Failure::Service(ServiceError::not_found("job of this agent", id)))
}

/// Judges and records a report, and carries it over to the mapping while that is still about this job.
pub(super) fn verify(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    id: &JobId,
    report: &VerificationReport,
    now: Timestamp,
) -> Result<Verification, Failure> {
    let mut job = own(tx, who, id)?;
    if job.kind != JobKind::Deployment || !matches!(job.status, JobStatus::Running | JobStatus::Completed) {
        return Err(Failure::Service(ServiceError::conflict(
            ConflictCode::InvalidState,
            format!("job {id} is a {} job in state {}, and has nothing to verify", job.kind, job.status),
        )));
    }
    if job.target_id.as_ref() != Some(&report.target_id) {
        return Err(Failure::Service(ServiceError::unprocessable(
            "target_id",
            "wrong_target",
            format!("job {id} does not deploy to target {}", report.target_id),
        )));
    }
    let deployed = expected(tx, &job)?;
    let problem = problem(report, deployed.as_deref());
    let verified = problem.is_none();
    job.verification_status = if verified { VerificationStatus::Success } else { VerificationStatus::Failed };
    job.verified_at = Some(now);
    let seen = report.actual_fingerprint.to_lowercase();
    job.verification_fingerprint = (!seen.is_empty()).then_some(seen);
    job.verification_error = problem;
    job.updated_at = now;
    tx.jobs().update(&mut job)?;
    note_mapping(tx, ids, &job, verified, now)?;
    let action = if verified { "job_verification_success" } else { "job_verification_failed" };
    let details = json!({
        "certificate_id": job.certificate_id, "target_id": job.target_id, "version_id": job.version_id,
        "expected_fingerprint": deployed, "actual_fingerprint": job.verification_fingerprint,
        "error": job.verification_error,
    });
    tx.audit().append(&audit_event(ids, who, now, action, ("job", id.as_str()), &details))?;
    Ok(view(job, deployed))
}

/// What is known about the verification of a job.
pub(super) fn verification(tx: &mut dyn Tx, id: &JobId) -> Result<Verification, Failure> {
    let job = get(tx, id)?;
    let expected = expected(tx, &job)?;
    Ok(view(job, expected))
}

/// Fingerprint of the version that the job deploys.
fn expected(tx: &mut dyn Tx, job: &Job) -> Result<Option<String>, Failure> {
    Ok(match (&job.version_id, job.kind) {
        (Some(version), JobKind::Deployment) => {
            tx.versions().find(version)?.map(|version| version.fingerprint_sha256)
        }
        _ => None,
    })
}

/// Why the report is no success. The agent's own verdict counts for nothing.
fn problem(report: &VerificationReport, deployed: Option<&str>) -> Option<String> {
    if let Some(error) = report.error.as_deref().filter(|error| !error.trim().is_empty()) {
        return Some(readable(error));
    }
    let Some(deployed) = deployed else {
        return Some("the version that was deployed is not known any more".to_owned());
    };
    if !report.expected_fingerprint.eq_ignore_ascii_case(deployed) {
        return Some(format!(
            "the agent looked for the leaf {}, but {deployed} was deployed",
            report.expected_fingerprint
        ));
    }
    if !report.actual_fingerprint.eq_ignore_ascii_case(deployed) {
        return Some(format!(
            "the target serves the leaf {}, expected {deployed}",
            report.actual_fingerprint
        ));
    }
    None
}

fn note_mapping(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    job: &Job,
    verified: bool,
    now: Timestamp,
) -> Result<(), Failure> {
    let (Some(certificate), Some(target), JobStatus::Completed) =
        (&job.certificate_id, &job.target_id, job.status)
    else {
        return Ok(());
    };
    let Some(mut mapping) = tx.deployments().find(certificate, target)? else { return Ok(()) };
    let event = if verified { DeploymentEvent::SeenServed } else { DeploymentEvent::SeenUnserved };
    // A later job has the last word about the target.
    if mapping.last_job_id.as_ref() != Some(&job.id) {
        return Ok(());
    }
    let before = mapping.status;
    let Ok(status) = before.next(event) else { return Ok(()) };
    mapping.status = status;
    mapping.last_error.clone_from(&job.verification_error);
    mapping.updated_at = now;
    let broken = status == DeploymentStatus::Failed && before != status;
    tx.deployments().update(&mapping)?;
    if broken { raise::unserved(tx, ids, job, now) } else { Ok(()) }
}

fn view(job: Job, expected: Option<String>) -> Verification {
    Verification {
        job_id: job.id,
        target_id: job.target_id,
        status: job.verification_status,
        expected_fingerprint: expected,
        actual_fingerprint: job.verification_fingerprint,
        verified_at: job.verified_at,
        error: job.verification_error,
    }
}
