//! The one gate before an issuance: opens a request with its job, closes it with its job.

use crate::failure::Failure;
use crate::notification::{raise, stories};
use crate::support::audit_event;
use certctl_domain::Timestamp;
use certctl_domain::access::ActorType;
use certctl_domain::approval::{ApprovalRequest, ApprovalState, BYPASS};
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{ApprovalRequestId, IdSource, JobId, ProfileId};
use certctl_repository::Tx;
use certctl_service_api::Actor;
use certctl_telemetry::{ApprovalCounters, ApprovalOutcome};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Whether issuances that need an approval wait for it, and what counts the decisions.
#[derive(Debug, Clone)]
pub struct ApprovalGate {
    bypass: bool,
    counters: Arc<ApprovalCounters>,
}

impl ApprovalGate {
    /// With `bypass`, every request is approved at once by `system-bypass`.
    pub const fn new(bypass: bool, counters: Arc<ApprovalCounters>) -> Self {
        Self { bypass, counters }
    }

    /// Whether jobs wait for their approval.
    pub(crate) const fn holds_back(&self) -> bool {
        !self.bypass
    }

    /// Records the request of a job that needs an approval.
    pub(crate) fn ask(
        &self,
        tx: &mut dyn Tx,
        ids: &dyn IdSource,
        about: &Question<'_>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let mut request = about.request(ApprovalRequestId::mint(ids), now);
        if self.bypass {
            let note = "approvals are switched off by CERTCTL_APPROVAL_BYPASS".to_owned();
            let _pending = request.decide(ApprovalState::Approved, BYPASS, Some(note), now);
            tx.approvals().insert(&request)?;
            note_by(tx, ids, BYPASS, now, "approval_bypassed", &request)?;
            self.count(tx, ApprovalOutcome::Bypassed, &request);
        } else {
            tx.approvals().insert(&request)?;
            note(tx, ids, about.who, now, "approval_requested", &request)?;
            raise::alert(tx, ids, stories::approval_requested(&request), now)?;
        }
        Ok(())
    }

    /// Counts a decision once it is committed.
    pub(crate) fn count(&self, tx: &mut dyn Tx, outcome: ApprovalOutcome, request: &ApprovalRequest) {
        let (counters, profile) = (Arc::clone(&self.counters), request.profile_id.clone());
        let waited = request.decided_at.map_or(Duration::ZERO, |at| at.since(request.created_at));
        tx.after_commit(Box::new(move || counters.decided(outcome, profile.as_str(), waited)));
    }
}

/// What somebody is asked to approve.
pub(crate) struct Question<'a> {
    pub(crate) certificate: &'a Certificate,
    pub(crate) profile: &'a ProfileId,
    pub(crate) job: &'a JobId,
    pub(crate) who: &'a Actor,
    pub(crate) reason: &'a str,
}

impl Question<'_> {
    fn request(&self, id: ApprovalRequestId, now: Timestamp) -> ApprovalRequest {
        let row = self.certificate;
        let sans: Vec<_> = row.sans.iter().map(ToString::to_string).collect();
        let metadata = [
            ("common_name", row.common_name.clone()),
            ("sans", sans.join(", ")),
            ("issuer_id", row.issuer_id.to_string()),
            ("environment", row.environment.clone()),
            ("reason", self.reason.to_owned()),
        ];
        let person = self.who.actor_type() == ActorType::User;
        ApprovalRequest {
            id,
            certificate_id: row.id.clone(),
            job_id: self.job.clone(),
            profile_id: self.profile.clone(),
            requested_by: self.who.name().to_owned(),
            requested_by_principal: person.then(|| self.who.principal().to_owned()),
            state: ApprovalState::Pending,
            decided_by: None,
            decided_at: None,
            decision_note: None,
            metadata: metadata
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
            created_at: now,
            updated_at: now,
        }
    }
}

/// Closes the request of a job that was cancelled while it waited: nobody has decided it.
pub(crate) fn close(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    job: &JobId,
    why: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(mut request) = tx.approvals().of_job(job)? else { return Ok(()) };
    let note_text = format!("the job was cancelled: {why}");
    if request.decide(ApprovalState::Expired, who.name(), Some(note_text), now) {
        tx.approvals().decide(&request)?;
        note(tx, ids, who, now, "approval_expired", &request)?;
        raise::alert(tx, ids, stories::approval_closed(&request), now)?;
    }
    Ok(())
}

/// Writes the audit event of a request.
pub(crate) fn note(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    now: Timestamp,
    action: &str,
    request: &ApprovalRequest,
) -> Result<(), Failure> {
    let subject = ("approval_request", request.id.as_str());
    tx.audit().append(&audit_event(ids, who, now, action, subject, &facts(request)))?;
    Ok(())
}

/// The same for a part of certctl with a name of its own.
pub(crate) fn note_by(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    name: &str,
    now: Timestamp,
    action: &str,
    request: &ApprovalRequest,
) -> Result<(), Failure> {
    let subject = ("approval_request", request.id.as_str());
    let mut event = audit_event(ids, &Actor::system(), now, action, subject, &facts(request));
    name.clone_into(&mut event.actor);
    tx.audit().append(&event)?;
    Ok(())
}

fn facts(request: &ApprovalRequest) -> serde_json::Value {
    json!({
        "certificate_id": request.certificate_id, "job_id": request.job_id,
        "profile_id": request.profile_id, "requested_by": request.requested_by,
        "state": request.state, "decided_by": request.decided_by, "note": request.decision_note,
        "metadata": request.metadata,
    })
}
