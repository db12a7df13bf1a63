//! Retirement: for good, and with everything that depends on the agent or not at all.

use super::{Agents, get};
use crate::failure::Failure;
use crate::job;
use crate::notification::{raise, stories};
use crate::support::audit_event;
use certctl_domain::Timestamp;
use certctl_domain::agent::{AgentDependencies, AgentStatus, SENTINEL_AGENT_IDS};
use certctl_domain::id::{AgentId, IdSource};
use certctl_repository::Tx;
use certctl_service_api::agent::Retirement;
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

impl Agents {
    pub(super) async fn put_out_of_service(
        &self,
        who: &Actor,
        id: &AgentId,
        force: bool,
        reason: Option<String>,
    ) -> Result<Retirement, ServiceError> {
        if SENTINEL_AGENT_IDS.contains(&id.as_str()) {
            return Err(reserved(id));
        }
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let reason = reason.unwrap_or_default();
        let retired = self.base.store.write("agent.retire", move |tx| {
            let agent = get(tx, &id)?;
            if agent.retired_at.is_some() {
                return Ok(Retirement::AlreadyRetired);
            }
            let counts = tx.agents().dependencies(&id)?;
            check(&id, force, &reason, counts)?;
            let cascade = counts.any();
            tx.agents().retire(&id, &reason, now)?;
            let subject = ("agent", id.as_str());
            let details =
                json!({"reason": reason, "force": force, "cascade": cascade, "counts": shown(counts)});
            tx.audit().append(&audit_event(&*ids, &who, now, "agent_retired", subject, &details))?;
            if agent.status == AgentStatus::Offline && agent.last_heartbeat_at.is_some() {
                raise::alert(tx, &*ids, stories::agent_retired(&agent), now)?;
            }
            if cascade {
                let gone = retire_dependants(tx, &*ids, &who, &id, &reason, now)?;
                tx.audit().append(&audit_event(
                    &*ids,
                    &who,
                    now,
                    "agent_retirement_cascaded",
                    subject,
                    &gone,
                ))?;
            }
            Ok::<_, Failure>(Retirement::Retired { at: now, counts, cascade })
        });
        Ok(retired.await?)
    }
}

fn reserved(id: &AgentId) -> ServiceError {
    ServiceError::Refused {
        code: "forbidden",
        message: format!(
            "agent {id} cannot be retired by anybody: the id is reserved for discoveries of the server"
        ),
    }
}

fn check(id: &AgentId, force: bool, reason: &str, counts: AgentDependencies) -> Result<(), ServiceError> {
    if force && reason.trim().is_empty() {
        return Err(ServiceError::invalid("reason", "required", "a forced retirement needs a reason"));
    }
    if reason.chars().count() > 500 || reason.chars().any(char::is_control) {
        return Err(ServiceError::invalid(
            "reason",
            "invalid_length",
            "must have at most 500 characters and no control characters",
        ));
    }
    if counts.any() && !force {
        return Err(ServiceError::Conflict {
            code: ConflictCode::BlockedByDependencies,
            message: format!(
                "agent {id} still has targets, certificates or jobs; move them, or retire it with force"
            ),
            details: Some(json!({"counts": shown(counts)})),
        });
    }
    Ok(())
}

/// Targets first, so that the certificates of cancelled jobs see who still holds a key. Returns what
/// went, for the audit trail.
fn retire_dependants(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    id: &AgentId,
    reason: &str,
    now: Timestamp,
) -> Result<Value, Failure> {
    let targets = tx.targets().retire_of_agent(id, reason, now)?;
    let live = tx.jobs().live_of_agent(id)?;
    let jobs = live.len();
    for live in live {
        job::cancel(tx, ids, who, live, "the agent was retired", now)?;
    }
    Ok(json!({"reason": reason, "retired_targets": targets, "cancelled_jobs": jobs}))
}

fn shown(counts: AgentDependencies) -> Value {
    json!({
        "active_targets": counts.active_targets,
        "active_certificates": counts.active_certificates,
        "pending_jobs": counts.pending_jobs,
    })
}
