//! Agents as operators see them, and enrolment.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::agent::{Agent, AgentDependencies, AgentMetadata, AgentStatus};
use certctl_domain::id::AgentId;
use std::time::Duration;

/// Which agents are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentQuery {
    /// Retired agents instead of those in service.
    pub retired: bool,
    /// Reachability as users see it.
    pub status: Option<AgentStatus>,
    /// Part of the name, host name or address, any case.
    pub search: Option<String>,
}

/// A new agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgent {
    /// Name, 1 to 128 characters, unique among agents in service.
    pub name: String,
    /// What is known of the host.
    pub facts: AgentMetadata,
}

/// A fresh one-time enrolment token. The text is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token.
    pub token: String,
    /// End of validity.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A fresh agent credential. The text is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The agent.
    pub agent: Agent,
    /// Its bearer credential.
    pub credential: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").field("agent", &self.agent.id).finish_non_exhaustive()
    }
}

/// Result of a retirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retirement {
    /// The agent was retired before; nothing changed.
    AlreadyRetired,
    /// Retired now.
    Retired {
        /// When.
        at: Timestamp,
        /// What depended on it.
        counts: AgentDependencies,
        /// Whether its targets were retired and its jobs cancelled with it.
        cascade: bool,
    },
}

/// Use cases of agents.
#[async_trait]
pub trait AgentService: Send + Sync {
    /// One page of the agents that fit.
    async fn list(
        &self,
        who: &Actor,
        query: AgentQuery,
        page: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError>;
    /// One agent.
    async fn get(&self, who: &Actor, id: &AgentId) -> Result<Agent, ServiceError>;
    /// Adds an agent that has no credential yet, with a one-time token bound to it.
    async fn create(&self, who: &Actor, new: NewAgent) -> Result<(Agent, IssuedToken), ServiceError>;
    /// A one-time token for an agent that names itself when it enrols.
    async fn issue_token(&self, who: &Actor, validity: Duration) -> Result<IssuedToken, ServiceError>;
    /// Trades a one-time token for an agent and its credential. Needs no actor: the token is the proof.
    /// Fails with `invalid_enrolment_token` when it is unknown, expired or used.
    async fn enrol(
        &self,
        token: &str,
        new: NewAgent,
        client_address: Option<String>,
    ) -> Result<Enrolment, ServiceError>;
    /// Retires an agent. Without `force`, refused while anything depends on it; `force` needs a reason.
    async fn retire(
        &self,
        who: &Actor,
        id: &AgentId,
        force: bool,
        reason: Option<String>,
    ) -> Result<Retirement, ServiceError>;
}
