//! Raising alerts: beside the audit event, in the transaction of the fact.

use super::stories::{self, DeploymentEnd, Raised};
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::{DeployCounter, DeploymentStatus, TargetMapping};
use certctl_domain::id::{AlertId, CertificateId, IdSource, IssuerId, TargetId};
use certctl_domain::job::{Job, JobKind};
use certctl_domain::notification::Alert;
use certctl_domain::version::CertificateVersion;
use certctl_repository::{StoreError, Tx};

/// Writes the alert of a fact. It is routed once the transaction is committed, and never otherwise.
pub fn alert(tx: &mut dyn Tx, ids: &dyn IdSource, what: Raised, at: Timestamp) -> Result<(), StoreError> {
    tx.alerts().insert(&made(ids, what, at))
}

/// The row of an alert, for those who write many at once.
pub(crate) fn made(ids: &dyn IdSource, what: Raised, at: Timestamp) -> Alert {
    let (resource_type, resource_id) = what.resource;
    Alert {
        id: AlertId::mint(ids),
        kind: what.kind,
        severity: what.severity,
        resource_type: resource_type.into_owned(),
        resource_id,
        certificate_id: what.certificate_id,
        incident: what.incident,
        story: what.story,
        occurred_at: at,
    }
}

/// The one alert of a job that has just ended as failed.
pub(crate) fn job_failed(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    job: &Job,
    now: Timestamp,
) -> Result<(), Failure> {
    let certificate = match &job.certificate_id {
        Some(id) => tx.certificates().find(id)?,
        None => None,
    };
    let target = match &job.target_id {
        Some(id) => tx.targets().find(id)?,
        None => None,
    };
    let raised = match (job.kind, certificate, target) {
        (JobKind::Issuance | JobKind::Renewal, Some(certificate), _) => {
            stories::renewal_failed(&certificate, job, now)
        }
        (JobKind::Deployment, Some(certificate), Some(target)) => {
            let served = served(tx, &certificate.id, &target.id)?;
            stories::deployment_failed(&certificate, &target, job, end_of(job), served, now)
        }
        _ => stories::job_dead(job),
    };
    Ok(alert(tx, ids, raised, now)?)
}

/// Lifetime of the version that a target has.
fn served(
    tx: &mut dyn Tx,
    certificate: &CertificateId,
    target: &TargetId,
) -> Result<Option<(Timestamp, Timestamp)>, Failure> {
    let mapping = tx.deployments().find(certificate, target)?;
    let version = match mapping.and_then(|mapping| mapping.deployed_version_id) {
        Some(id) => tx.versions().find(&id)?,
        None => None,
    };
    Ok(version.map(|version| (version.not_before, version.not_after)))
}

/// In which state the last attempt left the target, by what the agent reported.
fn end_of(job: &Job) -> DeploymentEnd {
    let result =
        job.result.as_ref().and_then(|text| serde_json::from_str::<serde_json::Value>(text.as_str()).ok());
    let Some(result) = result else { return DeploymentEnd::Untouched };
    let counted = |counter: DeployCounter| {
        result["counters"]
            .as_array()
            .is_some_and(|counters| counters.iter().any(|name| name.as_str() == Some(counter.as_str())))
    };
    if result["rollback_failed"] == true || counted(DeployCounter::RollbackAlsoFailed) {
        DeploymentEnd::Unknown
    } else if counted(DeployCounter::RollbackRestored) {
        DeploymentEnd::RolledBack
    } else {
        DeploymentEnd::Untouched
    }
}

/// A deployment was completed.
pub(crate) fn deployed(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    job: &Job,
    now: Timestamp,
) -> Result<(), Failure> {
    let (Some(certificate), Some(target)) = (&job.certificate_id, &job.target_id) else { return Ok(()) };
    if let Some(certificate) = tx.certificates().find(certificate)?
        && let Some(target) = tx.targets().find(target)?
    {
        alert(tx, ids, stories::deployment_succeeded(&certificate, &target, job), now)?;
    }
    Ok(())
}

/// A certificate leaves a target. Nothing is told of one that was in order there all the time.
pub(crate) fn deployment_put_away(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    certificate: &Certificate,
    mapping: &TargetMapping,
    why: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    if matches!(mapping.status, DeploymentStatus::Served | DeploymentStatus::Deployed) {
        return Ok(());
    }
    Ok(alert(tx, ids, stories::deployment_put_away(certificate, &mapping.target_id, why), now)?)
}

/// A later look found that a target does not serve what was deployed to it.
pub(crate) fn unserved(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    job: &Job,
    now: Timestamp,
) -> Result<(), Failure> {
    let seen = Job { last_error: job.verification_error.clone(), ..job.clone() };
    job_failed(tx, ids, &seen, now)
}

/// A version was issued, and its certificate is settled. The trouble with it is over when no other key
/// holder is without its leaf.
pub(crate) fn issued(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    certificate: &Certificate,
    version: &CertificateVersion,
    now: Timestamp,
) -> Result<(), Failure> {
    let whole = certificate.status == CertificateStatus::Active;
    Ok(alert(tx, ids, stories::renewal_succeeded(certificate, version, whole), now)?)
}

/// An issuer did not do what it was asked for.
pub(crate) fn issuer_failed(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    issuer: &IssuerId,
    error: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(issuer) = tx.issuers().find(issuer)? else { return Ok(()) };
    let mut health = tx.issuer_health().find(&issuer.id)?;
    let begins = health.fail(crate::retry::readable(error), now);
    tx.issuer_health().put(&issuer.id, &health)?;
    if begins {
        let failures = health.consecutive_failures;
        alert(tx, ids, stories::issuer_failing(&issuer, failures, health.last_error.as_deref()), now)?;
    }
    Ok(())
}

/// An issuer did what it was asked for. Writes nothing about an issuer that is well, so that its
/// issuances never wait for each other.
pub(crate) fn issuer_worked(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    issuer: &IssuerId,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut health = tx.issuer_health().find(issuer)?;
    if health.consecutive_failures == 0 {
        return Ok(());
    }
    let since = health.succeed();
    tx.issuer_health().put(issuer, &health)?;
    if let Some(since) = since
        && let Some(issuer) = tx.issuers().find(issuer)?
    {
        alert(tx, ids, stories::issuer_recovered(&issuer, since), now)?;
    }
    Ok(())
}
