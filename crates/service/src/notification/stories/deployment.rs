//! Deployments, and jobs that ended without success.

use super::{Raised, certificate_story, ends, named, opens, story, text, urgency};
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{CertificateId, TargetId};
use certctl_domain::job::Job;
use certctl_domain::notification::{AlertSeverity, NotificationType};
use certctl_domain::target::Target;

/// In which state a failed deployment left its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentEnd {
    /// Nothing was changed there.
    Untouched,
    /// It was changed, and put back.
    RolledBack,
    /// It was changed, and could not be put back.
    Unknown,
}

fn incident(certificate: &CertificateId, target: &TargetId) -> String {
    format!("certificate/{certificate}/deployment/{target}")
}

fn place(target: &Target) -> String {
    format!("{} ({})", text::visible(&target.name), target.id)
}

/// A version is in place on a target.
pub fn deployment_succeeded(certificate: &Certificate, target: &Target, job: &Job) -> Raised {
    let subject = format!(
        "Certificate {} was deployed to {}",
        text::visible(&certificate.name),
        text::visible(&target.name)
    );
    let seen = match &job.verification_fingerprint {
        Some(_) => "and seen served there",
        None => "and no endpoint is configured to look whether it is served",
    };
    let message =
        format!("Certificate {} was deployed to target {}, {seen}.", named(certificate), place(target));
    let facts = [("Target", target.id.as_str()), ("Job", job.id.as_str())];
    Raised {
        kind: NotificationType::DeploymentSuccess,
        severity: AlertSeverity::Informational,
        resource: ("certificate".into(), certificate.id.to_string()),
        certificate_id: Some(certificate.id.clone()),
        incident: Some(ends(incident(&certificate.id, &target.id))),
        story: certificate_story(&subject, message, certificate, &facts),
    }
}

/// A deployment ended in failure. `served` is the lifetime of what the target serves.
pub fn deployment_failed(
    certificate: &Certificate,
    target: &Target,
    job: &Job,
    end: DeploymentEnd,
    served: Option<(Timestamp, Timestamp)>,
    now: Timestamp,
) -> Raised {
    let (kind, severity, state) = match end {
        DeploymentEnd::Untouched => {
            (NotificationType::DeploymentFailure, urgency(served, now), "The target was left as it was.")
        }
        DeploymentEnd::RolledBack => (
            NotificationType::DeploymentRollback,
            urgency(served, now),
            "What the target served before was put back.",
        ),
        DeploymentEnd::Unknown => (
            NotificationType::DeploymentFailure,
            AlertSeverity::Critical,
            "What the target served before could not be put back, so nobody knows what it serves: look at it now.",
        ),
    };
    let subject = format!(
        "Certificate {} could not be deployed to {}",
        text::visible(&certificate.name),
        text::visible(&target.name)
    );
    let left =
        served.map(|(_, until)| format!(" What it serves {}.", text::end_of(until, now))).unwrap_or_default();
    let message = format!(
        "Certificate {} could not be deployed to target {}: {}. {state}{left} Mend the reason, then retry job {}.",
        named(certificate),
        place(target),
        text::quoted(job.last_error.as_deref()),
        job.id
    );
    let agent = job.agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let facts = [("Target", target.id.as_str()), ("Agent", &*agent), ("Job", job.id.as_str())];
    Raised {
        kind,
        severity,
        resource: ("certificate".into(), certificate.id.to_string()),
        certificate_id: Some(certificate.id.clone()),
        incident: Some(opens(incident(&certificate.id, &target.id))),
        story: certificate_story(&subject, message, certificate, &facts),
    }
}

/// A target no longer concerns a certificate with an open incident there: `why` says what became of it.
pub fn deployment_put_away(certificate: &Certificate, target: &TargetId, why: &str) -> Raised {
    let subject =
        format!("Certificate {} is no longer deployed to {target}", text::visible(&certificate.name));
    let message = format!(
        "Certificate {} {why}, so its deployment to target {target} needs nobody's care.",
        named(certificate)
    );
    Raised {
        kind: NotificationType::DeploymentFailure,
        severity: AlertSeverity::Informational,
        resource: ("certificate".into(), certificate.id.to_string()),
        certificate_id: Some(certificate.id.clone()),
        incident: Some(ends(incident(&certificate.id, target))),
        story: certificate_story(&subject, message, certificate, &[("Target", target.as_str())]),
    }
}

/// A job ended in failure that no story of its own tells.
pub fn job_dead(job: &Job) -> Raised {
    let subject = format!("{} job {} failed for good", job.kind, job.id);
    let message = format!(
        "{} job {} failed for good after {} attempts: {}. Mend the reason, then retry the job.",
        job.kind,
        job.id,
        job.attempts,
        text::quoted(job.last_error.as_deref())
    );
    let target = job.target_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let agent = job.agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
    Raised {
        kind: NotificationType::JobDead,
        severity: AlertSeverity::Warning,
        resource: ("job".into(), job.id.to_string()),
        certificate_id: job.certificate_id.clone(),
        incident: None,
        story: story(&subject, message, &[("Job", job.id.as_str()), ("Target", &target), ("Agent", &agent)]),
    }
}
