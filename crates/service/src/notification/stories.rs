//! What an alert says: what happened, to which object, what to do next. Pure texts, one function for
//! each kind of event, each with its severity and its incident.
//!
//! Names come from people and errors from elsewhere, so both pass through [`text`] before they are
//! part of anything.

mod certificate;
mod deployment;
mod surroundings;
mod text;

pub use certificate::{
    certificate_put_away, expiry, policy_violation, policy_violations, renewal_failed, renewal_succeeded,
    revoked, revoked_in_use,
};
pub use deployment::{DeploymentEnd, deployment_failed, deployment_put_away, deployment_succeeded, job_dead};
pub use surroundings::{
    agent_offline, agent_online, agent_retired, approval_closed, approval_expiring, approval_requested,
    channel_failing, channel_recovered, crl_lapse, endpoint_down, endpoint_recovered, issuer_failing,
    issuer_recovered,
};

use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::CertificateId;
use certctl_domain::notification::{AlertSeverity, Fact, Incident, IncidentPhase, NotificationType, Story};
use std::borrow::Cow;
use std::time::Duration;

/// An alert without an id and a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// What it is about.
    pub kind: NotificationType,
    /// Urgency.
    pub severity: AlertSeverity,
    /// Kind and id of the object.
    pub resource: (Cow<'static, str>, String),
    /// Certificate concerned; its policy, owner and team take part in the routing.
    pub certificate_id: Option<CertificateId>,
    /// Incident it opens or ends.
    pub incident: Option<Incident>,
    /// What happened.
    pub story: Story,
}

/// The incident of everything that keeps a certificate from its next leaf.
pub fn renewal_incident(certificate: &CertificateId) -> String {
    format!("certificate/{certificate}/renewal")
}

/// Most of a certificate's lifetime that may be left while a failure is critical already.
const CRITICAL: Duration = Duration::from_hours(7 * 24);

/// How bad a failure is that keeps a new leaf from being used, by what is left of the old one: a
/// twelfth of its lifetime, or a week, is critical. Where there is no old one, nothing breaks yet.
pub(crate) fn urgency(life: Option<(Timestamp, Timestamp)>, now: Timestamp) -> AlertSeverity {
    match life {
        Some((from, until)) if until.since(now) <= (until.since(from) / 12).min(CRITICAL) => {
            AlertSeverity::Critical
        }
        _ => AlertSeverity::Warning,
    }
}

const fn opens(key: String) -> Incident {
    Incident { key, phase: IncidentPhase::Trigger }
}

const fn ends(key: String) -> Incident {
    Incident { key, phase: IncidentPhase::Resolve }
}

fn story(subject: &str, message: String, facts: &[(&str, &str)]) -> Story {
    let facts = facts.iter().filter(|(_, value)| !value.is_empty());
    let fact =
        |(label, value): &(&str, &str)| Fact { label: (*label).to_owned(), value: text::visible(value) };
    Story { subject: text::subject(subject), message, html: None, facts: facts.map(fact).collect() }
}

/// Name and id of a certificate, as messages name it.
fn named(certificate: &Certificate) -> String {
    format!("{} ({})", text::visible(&certificate.name), certificate.id)
}

/// Facts about a certificate that every message shows.
fn about(certificate: &Certificate) -> Vec<(&'static str, String)> {
    vec![
        ("Certificate", certificate.id.to_string()),
        ("Common name", certificate.common_name.clone()),
        ("Environment", certificate.environment.clone()),
        ("Issuer", certificate.issuer_id.to_string()),
        ("Ends", certificate.expires_at.map(Timestamp::to_rfc3339).unwrap_or_default()),
    ]
}

fn certificate_story(
    subject: &str,
    message: String,
    certificate: &Certificate,
    more: &[(&str, &str)],
) -> Story {
    let known = about(certificate);
    let facts: Vec<_> =
        known.iter().map(|(label, value)| (*label, &**value)).chain(more.iter().copied()).collect();
    story(subject, message, &facts)
}
