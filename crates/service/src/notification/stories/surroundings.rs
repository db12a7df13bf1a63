//! Agents, approvals, issuers, endpoints, channels and CRLs.

use super::{Raised, ends, opens, story, text};
use certctl_domain::Timestamp;
use certctl_domain::agent::Agent;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::id::CertificateId;
use certctl_domain::issuer::Issuer;
use certctl_domain::notification::{AlertSeverity, Channel, Incident, NotificationType};

fn of(
    (resource, id): (&'static str, &str),
    kind: NotificationType,
    severity: AlertSeverity,
    (subject, message): (&str, String),
    facts: &[(&str, &str)],
) -> Raised {
    Raised {
        kind,
        severity,
        resource: (resource.into(), id.to_owned()),
        certificate_id: None,
        incident: None,
        story: story(subject, message, facts),
    }
}

fn with(incident: Option<Incident>, raised: Raised) -> Raised {
    Raised { incident, ..raised }
}

fn since(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), Timestamp::to_rfc3339)
}

fn agent_incident(agent: &Agent) -> String {
    format!("agent/{}/connection", agent.id)
}

fn agent_facts(agent: &Agent) -> [(&'static str, String); 3] {
    [
        ("Agent", agent.id.to_string()),
        ("Host", agent.hostname.clone()),
        ("Last heartbeat", since(agent.last_heartbeat_at)),
    ]
}

fn of_agent(
    agent: &Agent,
    kind: NotificationType,
    severity: AlertSeverity,
    subject: &str,
    message: String,
) -> Raised {
    let known = agent_facts(agent);
    let facts = known.each_ref().map(|(label, value)| (*label, &**value));
    of(("agent", agent.id.as_str()), kind, severity, (subject, message), &facts)
}

/// An agent is not heard of.
pub fn agent_offline(agent: &Agent) -> Raised {
    let name = text::visible(&agent.name);
    let message = format!(
        "Agent {name} ({}) on {} was last heard of at {}. Until it is back, nothing is renewed or deployed on its \
         host. Look whether the host and its certctl-agent run and reach the server.",
        agent.id,
        text::visible(&agent.hostname),
        since(agent.last_heartbeat_at)
    );
    let raised = of_agent(
        agent,
        NotificationType::AgentOffline,
        AlertSeverity::Warning,
        &format!("Agent {name} is offline"),
        message,
    );
    with(Some(opens(agent_incident(agent))), raised)
}

/// An agent is heard of again.
pub fn agent_online(agent: &Agent) -> Raised {
    let name = text::visible(&agent.name);
    let message = format!("Agent {name} ({}) is heard of again. Nothing is to be done.", agent.id);
    let raised = of_agent(
        agent,
        NotificationType::AgentOnline,
        AlertSeverity::Informational,
        &format!("Agent {name} is back"),
        message,
    );
    with(Some(ends(agent_incident(agent))), raised)
}

/// An agent that was offline was retired, so nobody waits for it any more.
pub fn agent_retired(agent: &Agent) -> Raised {
    let name = text::visible(&agent.name);
    let message = format!("Agent {name} ({}) was offline and is retired now.", agent.id);
    let raised = of_agent(
        agent,
        NotificationType::AgentOffline,
        AlertSeverity::Informational,
        &format!("Agent {name} was retired"),
        message,
    );
    with(Some(ends(agent_incident(agent))), raised)
}

fn of_approval(
    request: &ApprovalRequest,
    kind: NotificationType,
    severity: AlertSeverity,
    subject: &str,
    message: String,
) -> Raised {
    let known = |name: &str| request.metadata.get(name).map(String::as_str).unwrap_or_default();
    let facts = [
        ("Approval request", request.id.as_str()),
        ("Certificate", request.certificate_id.as_str()),
        ("Common name", known("common_name")),
        ("Environment", known("environment")),
        ("Issuer", known("issuer_id")),
        ("Requested by", &*request.requested_by),
        ("Reason", known("reason")),
    ];
    let raised = of(("approval_request", request.id.as_str()), kind, severity, (subject, message), &facts);
    let incident = Some(opens(approval_incident(request)));
    Raised { certificate_id: Some(request.certificate_id.clone()), incident, ..raised }
}

fn approval_incident(request: &ApprovalRequest) -> String {
    format!("approval/{}", request.id)
}

/// Somebody has to decide about a request.
pub fn approval_requested(request: &ApprovalRequest) -> Raised {
    let message = format!(
        "{} asks to issue certificate {}. Its profile {} demands that a second person decides: approve or reject \
         request {}.",
        text::visible(&request.requested_by),
        request.certificate_id,
        request.profile_id,
        request.id
    );
    let subject = format!("Certificate {} waits for an approval", request.certificate_id);
    of_approval(request, NotificationType::ApprovalRequested, AlertSeverity::Informational, &subject, message)
}

/// A request is about to expire at `end` without a decision.
pub fn approval_expiring(request: &ApprovalRequest, end: Timestamp, now: Timestamp) -> Raised {
    let left = text::end_of(end, now);
    let message = format!(
        "Nobody has decided about request {} to issue certificate {} yet. It {left}; then its job is cancelled. \
         Approve or reject it before.",
        request.id, request.certificate_id
    );
    let subject = format!("The approval request for certificate {} {left}", request.certificate_id);
    of_approval(request, NotificationType::ApprovalExpiring, AlertSeverity::Warning, &subject, message)
}

/// A request needs nobody any more: it was decided, or its time is over. Only tools that keep it open hear of it.
pub fn approval_closed(request: &ApprovalRequest) -> Raised {
    let decider = request.decided_by.as_deref().filter(|_| request.state != ApprovalState::Expired);
    let by = decider.map(|name| format!(" by {}", text::visible(name))).unwrap_or_default();
    let message = format!(
        "Request {} to issue certificate {} is {}{by}. Nobody has to decide about it any more.",
        request.id, request.certificate_id, request.state
    );
    let subject =
        format!("The approval request for certificate {} is {}", request.certificate_id, request.state);
    let kind = NotificationType::ApprovalRequested;
    let raised = of_approval(request, kind, AlertSeverity::Informational, &subject, message);
    with(Some(ends(approval_incident(request))), raised)
}

/// An issuer keeps failing.
pub fn issuer_failing(issuer: &Issuer, failures: u32, error: Option<&str>) -> Raised {
    let name = text::visible(&issuer.name);
    let message = format!(
        "Issuer {name} ({}) failed {failures} times in a row: {}. No certificate of it is renewed meanwhile. \
         Test it with `certctl issuers test`, and mend its configuration or the CA.",
        issuer.id,
        text::quoted(error)
    );
    let subject = format!("Issuer {name} keeps failing");
    let facts = [("Issuer", issuer.id.as_str()), ("Type", issuer.kind.as_str())];
    let id = ("issuer", issuer.id.as_str());
    let raised =
        of(id, NotificationType::IssuerFailing, AlertSeverity::Critical, (&subject, message), &facts);
    with(Some(opens(format!("issuer/{}", issuer.id))), raised)
}

/// An issuer works again.
pub fn issuer_recovered(issuer: &Issuer, failing_since: Timestamp) -> Raised {
    let name = text::visible(&issuer.name);
    let message = format!(
        "Issuer {name} ({}) issues again; it had failed since {}. What waited is renewed by itself.",
        issuer.id,
        failing_since.to_rfc3339()
    );
    let subject = format!("Issuer {name} works again");
    let facts = [("Issuer", issuer.id.as_str()), ("Type", issuer.kind.as_str())];
    let id = ("issuer", issuer.id.as_str());
    let raised =
        of(id, NotificationType::IssuerRecovered, AlertSeverity::Informational, (&subject, message), &facts);
    with(Some(ends(format!("issuer/{}", issuer.id))), raised)
}

/// An endpoint, named by its id and address, does not serve what it should.
pub fn endpoint_down(id: &str, address: &str, certificate: Option<&CertificateId>, why: &str) -> Raised {
    let shown = text::visible(address);
    let message = format!(
        "Endpoint {shown} ({id}) does not serve what it should: {}. Look at the service there.",
        text::quoted(Some(why))
    );
    let subject = format!("Endpoint {shown} is down");
    let facts = [("Endpoint", id), ("Address", address)];
    let raised = of(
        ("endpoint", id),
        NotificationType::EndpointDown,
        AlertSeverity::Critical,
        (&subject, message),
        &facts,
    );
    Raised { certificate_id: certificate.cloned(), ..with(Some(opens(format!("endpoint/{id}"))), raised) }
}

/// An endpoint serves what it should again.
pub fn endpoint_recovered(id: &str, address: &str, certificate: Option<&CertificateId>) -> Raised {
    let shown = text::visible(address);
    let message = format!("Endpoint {shown} ({id}) serves what it should again. Nothing is to be done.");
    let subject = format!("Endpoint {shown} is well again");
    let facts = [("Endpoint", id), ("Address", address)];
    let raised = of(
        ("endpoint", id),
        NotificationType::EndpointRecovered,
        AlertSeverity::Informational,
        (&subject, message),
        &facts,
    );
    Raised { certificate_id: certificate.cloned(), ..with(Some(ends(format!("endpoint/{id}"))), raised) }
}

/// A notification channel keeps failing.
pub fn channel_failing(channel: &Channel) -> Raised {
    let name = text::visible(&channel.name);
    let message = format!(
        "Notification channel {name} ({}) keeps failing: {}. What it could not take is retried, and kept when it \
         is given up. Mend its configuration and try it with `certctl notifications test`.",
        channel.id,
        text::quoted(channel.health.last_error.as_deref())
    );
    let subject = format!("Notification channel {name} keeps failing");
    let failures = channel.health.consecutive_failures.to_string();
    let facts = [
        ("Channel", channel.id.as_str()),
        ("Type", channel.kind.as_str()),
        ("Failures in a row", &*failures),
    ];
    let id = ("notification_channel", channel.id.as_str());
    let raised =
        of(id, NotificationType::ChannelFailing, AlertSeverity::Critical, (&subject, message), &facts);
    with(Some(opens(format!("channel/{}", channel.id))), raised)
}

/// A notification channel works again.
pub fn channel_recovered(channel: &Channel) -> Raised {
    let name = text::visible(&channel.name);
    let message = format!(
        "Notification channel {name} ({}) works again. What was given up meanwhile can be requeued.",
        channel.id
    );
    let subject = format!("Notification channel {name} works again");
    let facts = [("Channel", channel.id.as_str()), ("Type", channel.kind.as_str())];
    let id = ("notification_channel", channel.id.as_str());
    let raised =
        of(id, NotificationType::ChannelRecovered, AlertSeverity::Informational, (&subject, message), &facts);
    with(Some(ends(format!("channel/{}", channel.id))), raised)
}

/// The CRL of an issuer was not renewed in time.
pub fn crl_lapse(issuer: &Issuer, next_update: Timestamp, now: Timestamp) -> Raised {
    let name = text::visible(&issuer.name);
    let message = format!(
        "The CRL of issuer {name} ({}) {}, and no newer one could be made. Clients that check it refuse its \
         certificates from then on.",
        issuer.id,
        text::end_of(next_update, now)
    );
    let subject = format!("The CRL of issuer {name} was not renewed in time");
    let id = ("issuer", issuer.id.as_str());
    let raised = of(
        id,
        NotificationType::CrlLapse,
        AlertSeverity::Critical,
        (&subject, message),
        &[("Issuer", issuer.id.as_str()), ("Next update", &next_update.to_rfc3339())],
    );
    with(Some(opens(format!("issuer/{}/crl", issuer.id))), raised)
}
