//! Approvals: two persons, one decision, and the job with it in one transaction.

mod gate;

pub use gate::ApprovalGate;
pub(crate) use gate::{Question, close, note, note_by};

use crate::failure::Failure;
use crate::issuance::{self, Ended};
use crate::jobs::IssuancePayload;
use crate::notification::{raise, stories};
use crate::support::{Foundation, check_text, listing, page_request};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::id::{AgentId, ApprovalRequestId, IdSource};
use certctl_domain::job::{Executor, Job, JobEvent, JobStatus};
use certctl_repository::{ApprovalFilter, StoreError, Tx};
use certctl_service_api::approval::{ApprovalOf, ApprovalQuery, ApprovalService, Decision};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use certctl_telemetry::ApprovalOutcome;
use std::sync::Arc;

/// Longest note of a decision, in characters.
const MAX_NOTE: usize = 1_000;

/// Use cases of approval requests.
#[derive(Debug)]
pub struct Approvals {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Approvals {
    /// Over a store, waking the agent whose job goes on.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }
}

fn get(tx: &mut dyn Tx, id: &ApprovalRequestId) -> Result<ApprovalRequest, Failure> {
    tx.approvals().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("approval request", id)))
}

/// The request that is meant, with its job.
fn find(tx: &mut dyn Tx, of: &ApprovalOf) -> Result<ApprovalRequest, Failure> {
    match of {
        ApprovalOf::Request(id) => get(tx, id),
        ApprovalOf::Job(id) => {
            let job = tx.jobs().find(id)?.ok_or_else(|| ServiceError::not_found("job", id))?;
            tx.approvals().of_job(id)?.ok_or_else(|| {
                Failure::Service(ServiceError::conflict(
                    ConflictCode::InvalidState,
                    format!("job {id} is {} and never needed an approval", job.status),
                ))
            })
        }
    }
}

fn already_decided(request: &ApprovalRequest) -> ServiceError {
    ServiceError::conflict(
        ConflictCode::AlreadyDecided,
        format!(
            "approval request {} is {} already{}; a decision is final",
            request.id,
            request.state,
            request.decided_by.as_ref().map(|name| format!(" (by {name})")).unwrap_or_default(),
        ),
    )
}

/// Moves the job on, or cancels it; returns the agent that has work now.
fn carry_out(
    tx: &mut dyn Tx,
    request: &ApprovalRequest,
    decision: Decision,
    now: Timestamp,
) -> Result<Option<AgentId>, Failure> {
    let job = tx.jobs().find(&request.job_id)?.filter(|job| job.status == JobStatus::AwaitingApproval);
    let Some(mut job) = job else {
        return Err(Failure::Service(ServiceError::internal(format!(
            "approval request {} is pending, but its job does not wait",
            request.id
        ))));
    };
    match decision {
        Decision::Approve => {
            go_on(&mut job, now)?;
            tx.jobs().update(&mut job)?;
            Ok(job.agent_id)
        }
        Decision::Reject => {
            let by = request.decided_by.as_deref().unwrap_or_default();
            let note = request.decision_note.as_deref();
            job.last_error = Some(match note {
                Some(note) => format!("approval rejected by {by}: {note}"),
                None => format!("approval rejected by {by}"),
            });
            job.apply(JobEvent::Rejected, now)?;
            tx.jobs().update(&mut job)?;
            issuance::settle(tx, &request.certificate_id, Ended::Cancelled, now)?;
            Ok(None)
        }
    }
}

fn go_on(job: &mut Job, now: Timestamp) -> Result<(), Failure> {
    let needs_csr = IssuancePayload::of(job).is_none();
    job.apply(JobEvent::Approved { needs_csr }, now)?;
    job.executor = if needs_csr { Executor::Agent } else { Executor::Server };
    // The time it may wait for its CSR begins now.
    job.run_after = now;
    Ok(())
}

fn record(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    request: &mut ApprovalRequest,
    (decision, note_text): (Decision, Option<String>),
    now: Timestamp,
) -> Result<Option<AgentId>, Failure> {
    let (state, action) = match decision {
        Decision::Approve => (ApprovalState::Approved, "approval_approved"),
        Decision::Reject => (ApprovalState::Rejected, "approval_rejected"),
    };
    if !request.decide(state, who.name(), note_text, now) {
        return Err(Failure::Service(already_decided(request)));
    }
    match tx.approvals().decide(request) {
        // Somebody else was faster inside this instant: look again.
        Err(StoreError::Stale) => return Err(Failure::Service(already_decided(&get(tx, &request.id)?))),
        other => other?,
    }
    let agent = carry_out(tx, request, decision, now)?;
    note(tx, ids, who, now, action, request)?;
    raise::alert(tx, ids, stories::approval_closed(request), now)?;
    Ok(agent)
}

#[async_trait]
impl ApprovalService for Approvals {
    async fn list(
        &self,
        who: &Actor,
        query: ApprovalQuery,
        page: ListRequest,
    ) -> Result<Listing<ApprovalRequest>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("approvals", &page)?;
        let wanted = request.clone();
        let ApprovalQuery { state, certificate_id, requested_by } = query;
        let filter = ApprovalFilter { state, certificate_id, requested_by };
        let found = self
            .base
            .store
            .read("approval.list", move |tx| Ok::<_, Failure>(tx.approvals().list(&filter, &wanted)?));
        Ok(listing("approvals", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &ApprovalRequestId) -> Result<ApprovalRequest, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("approval.get", move |tx| get(tx, &id)).await?)
    }

    async fn decide(
        &self,
        who: &Actor,
        of: ApprovalOf,
        decision: Decision,
        note_text: Option<String>,
    ) -> Result<ApprovalRequest, ServiceError> {
        who.require(Permission::ApprovalDecide)?;
        let note_text = note_text.filter(|text| !text.trim().is_empty());
        check_text("note", note_text.as_deref().unwrap_or_default(), MAX_NOTE)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let gate = self.base.approvals.clone();
        let decided = self.base.store.write("approval.decide", move |tx| {
            let mut request = find(tx, &of)?;
            if request.is_from(who.principal()) {
                return Err(Failure::Service(ServiceError::Refused {
                    code: "same_person",
                    message: format!(
                        "{} asked for this issuance; two-person integrity demands that somebody else decides approval request {}",
                        request.requested_by, request.id
                    ),
                }));
            }
            let agent = record(tx, &*ids, &who, &mut request, (decision, note_text.clone()), now)?;
            let outcome = match decision {
                Decision::Approve => ApprovalOutcome::Approved,
                Decision::Reject => ApprovalOutcome::Rejected,
            };
            gate.count(tx, outcome, &request);
            Ok((request, agent))
        });
        let (request, agent) = decided.await?;
        match agent {
            Some(agent) => self.wakeups.wake_agent(&agent),
            // The certificate has a new next action.
            None => self.wakeups.wake_sweep(),
        }
        Ok(request)
    }
}
