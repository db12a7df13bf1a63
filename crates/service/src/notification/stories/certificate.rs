//! Certificates: renewals, ends, revocations and broken rules.

use super::{Raised, certificate_story, ends, named, opens, renewal_incident, story, text, urgency};
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::job::Job;
use certctl_domain::notification::{AlertSeverity, NotificationType};
use certctl_domain::policy::{PolicyRule, PolicySeverity, PolicyViolation};
use certctl_domain::version::CertificateVersion;

fn of(
    certificate: &Certificate,
    kind: NotificationType,
    severity: AlertSeverity,
    (subject, message): (&str, String),
    more: &[(&str, &str)],
) -> Raised {
    Raised {
        kind,
        severity,
        resource: ("certificate".into(), certificate.id.to_string()),
        certificate_id: Some(certificate.id.clone()),
        incident: None,
        story: certificate_story(subject, message, certificate, more),
    }
}

/// A version was issued. It ends the trouble when every key holder has its leaf.
pub fn renewal_succeeded(certificate: &Certificate, version: &CertificateVersion, whole: bool) -> Raised {
    let subject = format!("Certificate {} was issued", text::visible(&certificate.name));
    let message = format!(
        "Certificate {} has a new leaf with serial number {}, valid until {}. Its deployment follows by itself.",
        named(certificate),
        version.serial_number,
        version.not_after.to_rfc3339()
    );
    let agent = version.agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let facts = [("Serial number", &*version.serial_number), ("Key holder", &*agent)];
    Raised {
        incident: whole.then(|| ends(renewal_incident(&certificate.id))),
        ..of(
            certificate,
            NotificationType::RenewalSuccess,
            AlertSeverity::Informational,
            (&subject, message),
            &facts,
        )
    }
}

/// An issuance or renewal ended in failure.
pub fn renewal_failed(certificate: &Certificate, job: &Job, now: Timestamp) -> Raised {
    let what = if certificate.expires_at.is_some() { "renewed" } else { "issued" };
    let subject = format!("Certificate {} could not be {what}", text::visible(&certificate.name));
    let left = certificate.expires_at.map_or_else(
        || "It was never issued.".to_owned(),
        |end| format!("Its leaf {}.", text::end_of(end, now)),
    );
    let message = format!(
        "Certificate {} could not be {what}: {}. {left} certctl tries again by itself; when the reason needs a \
         person, mend it and retry job {}.",
        named(certificate),
        text::quoted(job.last_error.as_deref()),
        job.id
    );
    let agent = job.agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let facts = [("Job", job.id.as_str()), ("Key holder", &*agent)];
    let life = certificate.valid_from.zip(certificate.expires_at);
    Raised {
        incident: Some(opens(renewal_incident(&certificate.id))),
        ..of(certificate, NotificationType::RenewalFailure, urgency(life, now), (&subject, message), &facts)
    }
}

/// The leaf of a certificate comes near its end, or has come to it.
pub fn expiry(
    certificate: &Certificate,
    leaf: &CertificateVersion,
    threshold_days: u32,
    severity: AlertSeverity,
    now: Timestamp,
) -> Raised {
    let end = text::end_of(leaf.not_after, now);
    let subject = format!("Certificate {} {end}", text::visible(&certificate.name));
    let agent = leaf.agent_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let next = if leaf.not_after > now {
        "See why it is not renewed yet with `certctl certificates explain`, and renew it if nothing will do so in time."
    } else {
        "Whoever connects to it is refused now. Renew it at once."
    };
    let message = format!(
        "The leaf of certificate {} {end}, at {}. {next}",
        named(certificate),
        leaf.not_after.to_rfc3339()
    );
    let threshold = threshold_days.to_string();
    let facts = [
        ("Serial number", &*leaf.serial_number),
        ("Key holder", &*agent),
        ("Threshold in days", &*threshold),
    ];
    Raised {
        incident: Some(opens(renewal_incident(&certificate.id))),
        ..of(certificate, NotificationType::ExpirationWarning, severity, (&subject, message), &facts)
    }
}

/// A certificate with an open incident was archived or revoked: nothing more is told about its end.
pub fn certificate_put_away(certificate: &Certificate) -> Raised {
    let subject = format!("Certificate {} is no longer renewed", text::visible(&certificate.name));
    let message = format!(
        "Certificate {} is {} now, so its renewal needs nobody's care.",
        named(certificate),
        certificate.status
    );
    Raised {
        incident: Some(ends(renewal_incident(&certificate.id))),
        ..of(
            certificate,
            NotificationType::RenewalFailure,
            AlertSeverity::Informational,
            (&subject, message),
            &[],
        )
    }
}

/// A certificate was revoked through certctl.
pub fn revoked(certificate: &Certificate, reason: &str, by: &str) -> Raised {
    let subject = format!("Certificate {} was revoked", text::visible(&certificate.name));
    let message = format!(
        "Certificate {} was revoked by {} (reason: {}). Replace it wherever it is still served.",
        named(certificate),
        text::visible(by),
        text::visible(reason)
    );
    let facts = [("Reason", reason), ("Revoked by", by)];
    of(certificate, NotificationType::Revocation, AlertSeverity::Warning, (&subject, message), &facts)
}

/// The CA revoked the leaf that is in use.
pub fn revoked_in_use(certificate: &Certificate, reason: &str) -> Raised {
    let subject =
        format!("Certificate {} is in use and was revoked by its CA", text::visible(&certificate.name));
    let message = format!(
        "The CA says that the leaf of certificate {} is revoked (reason: {}). Renew it at once.",
        named(certificate),
        text::visible(reason)
    );
    let incident = Some(opens(renewal_incident(&certificate.id)));
    let raised = of(
        certificate,
        NotificationType::RevokedInUse,
        AlertSeverity::Critical,
        (&subject, message),
        &[("Reason", reason)],
    );
    Raised { incident, ..raised }
}

const fn severity_of(rule: PolicySeverity) -> AlertSeverity {
    match rule {
        PolicySeverity::Warning => AlertSeverity::Informational,
        PolicySeverity::Error => AlertSeverity::Warning,
        PolicySeverity::Critical => AlertSeverity::Critical,
    }
}

/// A certificate breaks a rule that it did not break before.
pub fn policy_violation(certificate: &Certificate, rule: &PolicyRule, violation: &PolicyViolation) -> Raised {
    let (name, broken) = (text::visible(&certificate.name), text::visible(&rule.name));
    let subject = format!("Certificate {name} breaks rule {broken}");
    let message = format!(
        "Certificate {} breaks rule {broken} ({}): {}. Change the certificate, or the rule.",
        named(certificate),
        rule.id,
        text::quoted(Some(&violation.message))
    );
    let facts = [("Rule", rule.id.as_str()), ("Severity", rule.severity.as_str())];
    of(
        certificate,
        NotificationType::PolicyViolation,
        severity_of(rule.severity),
        (&subject, message),
        &facts,
    )
}

/// So many certificates break a rule at once that they are told together.
pub fn policy_violations(rule: &PolicyRule, count: usize, examples: &[&str]) -> Raised {
    let broken = text::visible(&rule.name);
    let subject = format!("{count} certificates break rule {broken}");
    let message = format!(
        "{count} more certificates break rule {broken} ({}), among them {}. All of them are listed with \
         `certctl policies violations`.",
        rule.id,
        examples.join(", ")
    );
    let count = count.to_string();
    Raised {
        kind: NotificationType::PolicyViolation,
        severity: severity_of(rule.severity),
        resource: ("policy_rule".into(), rule.id.to_string()),
        certificate_id: None,
        incident: None,
        story: story(&subject, message, &[("Rule", rule.id.as_str()), ("Certificates", &count)]),
    }
}
