//! Agents in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::agent::{Agent, AgentDependencies};
use certctl_domain::id::AgentId;
use certctl_service_api::agent::{AgentQuery, AgentService, Enrolment, IssuedToken, NewAgent, Retirement};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::time::Duration;

/// Knows `agent-1`, which others depend on, `agent-2`, and `agent-9`, which is retired.
pub(crate) struct Agents;

fn rows() -> Vec<Agent> {
    let mut retired = sample::agent("agent-9");
    retired.retired_at = Some(sample::time(8));
    retired.retired_reason = Some("the host is gone".to_owned());
    vec![sample::agent("agent-1"), sample::agent("agent-2"), retired]
}

fn find(id: &AgentId) -> Result<Agent, ServiceError> {
    rows().into_iter().find(|row| row.id == *id).ok_or_else(|| ServiceError::not_found("agent", id))
}

fn named(name: &str, new: NewAgent) -> Agent {
    Agent {
        name: new.name,
        hostname: new.facts.hostname,
        ip_address: new.facts.ip_address,
        ..sample::agent(name)
    }
}

#[async_trait]
impl AgentService for Agents {
    async fn list(
        &self,
        _: &Actor,
        query: AgentQuery,
        page: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError> {
        let wanted = |row: &Agent| {
            row.retired_at.is_some() == query.retired
                && query.status.is_none_or(|status| status == row.status)
                && query.search.as_ref().is_none_or(|part| row.name.contains(part))
        };
        let rows: Vec<_> = rows().into_iter().filter(wanted).collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &AgentId) -> Result<Agent, ServiceError> {
        find(id)
    }

    async fn create(&self, _: &Actor, new: NewAgent) -> Result<(Agent, IssuedToken), ServiceError> {
        if new.name == "agent-1 host" {
            return Err(ServiceError::conflict(
                ConflictCode::AlreadyExists,
                "an agent in service has this name",
            ));
        }
        let token = IssuedToken { token: "one-time".to_owned(), expires_at: sample::time(1) };
        Ok((named("agent-3", new), token))
    }

    async fn issue_token(&self, _: &Actor, validity: Duration) -> Result<IssuedToken, ServiceError> {
        Ok(IssuedToken { token: "one-time".to_owned(), expires_at: sample::time(0).plus(validity) })
    }

    async fn enrol(
        &self,
        token: &str,
        new: NewAgent,
        address: Option<String>,
    ) -> Result<Enrolment, ServiceError> {
        if token != "one-time" {
            return Err(ServiceError::Unauthenticated {
                code: "invalid_enrolment_token",
                message: "the enrolment token is unknown, expired or used; ask for a new one",
            });
        }
        assert_eq!(address.as_deref(), Some("192.0.2.20"));
        Ok(Enrolment { agent: named("agent-4", new), credential: "agent-credential".to_owned() })
    }

    async fn retire(
        &self,
        _: &Actor,
        id: &AgentId,
        force: bool,
        reason: Option<String>,
    ) -> Result<Retirement, ServiceError> {
        if find(id)?.retired_at.is_some() {
            return Ok(Retirement::AlreadyRetired);
        }
        let depends = id.as_str() == "agent-1";
        let counts = if depends {
            AgentDependencies { active_targets: 2, active_certificates: 1, pending_jobs: 0 }
        } else {
            AgentDependencies::default()
        };
        if force && reason.is_none() {
            return Err(ServiceError::invalid("reason", "required", "a forced retirement needs a reason"));
        }
        if depends && !force {
            return Err(ServiceError::Conflict {
                code: ConflictCode::BlockedByDependencies,
                message: "agent agent-1 still has 2 targets; move them, or retire it with force".to_owned(),
                details: Some(serde_json::json!({
                    "counts": { "active_targets": 2, "active_certificates": 1, "pending_jobs": 0 }
                })),
            });
        }
        Ok(Retirement::Retired { at: sample::time(10), counts, cascade: force && depends })
    }
}
