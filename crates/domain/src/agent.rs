//! Agents: the process on a host that holds keys and deploys certificates.

use crate::id::AgentId;
use crate::{InvalidTransition, Timestamp};

string_enum! {
    /// Reachability of an agent as shown to users.
    pub enum AgentStatus ("agent status") {
        /// Heartbeats arrive.
        Online = "Online",
        /// Heartbeats have stopped, or none ever came.
        Offline = "Offline",
        /// Heartbeats arrive but the agent reports a problem of its own.
        Degraded = "Degraded",
    }
}

/// State of an agent including the end of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentState {
    /// In service, with its reachability.
    InService(AgentStatus),
    /// Retired for good; the row stays.
    Retired,
}

/// What can happen to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentEvent {
    /// A healthy heartbeat arrived.
    Heartbeat,
    /// A heartbeat arrived that reports a problem.
    HeartbeatWithProblem,
    /// No heartbeat for longer than the grace period.
    HeartbeatsMissed,
    /// An operator retired the agent.
    Retired,
}

impl AgentState {
    /// The state after `event`.
    pub fn next(self, event: AgentEvent) -> Result<Self, InvalidTransition> {
        use AgentEvent as E;
        match (self, event) {
            (Self::InService(_), E::Heartbeat) => Ok(Self::InService(AgentStatus::Online)),
            (Self::InService(_), E::HeartbeatWithProblem) => Ok(Self::InService(AgentStatus::Degraded)),
            (Self::InService(_), E::HeartbeatsMissed) => Ok(Self::InService(AgentStatus::Offline)),
            (Self::InService(_), E::Retired) => Ok(Self::Retired),
            (Self::Retired, E::Heartbeat | E::HeartbeatWithProblem | E::HeartbeatsMissed | E::Retired) => {
                Err(InvalidTransition {
                    entity: "agent",
                    from: "Retired",
                    event: match event {
                        E::Heartbeat | E::HeartbeatWithProblem => "a heartbeat",
                        E::HeartbeatsMissed => "missed heartbeats",
                        E::Retired => "retirement",
                    },
                })
            }
        }
    }
}

/// Ids reserved for discoveries that no real agent made.
pub const SENTINEL_AGENT_IDS: [&str; 4] =
    ["server-scanner", "cloud-aws-sm", "cloud-azure-kv", "cloud-gcp-sm"];

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Identifier.
    pub id: AgentId,
    /// Name, unique among agents that are not retired; at most 128 characters.
    pub name: String,
    /// Host name the agent reported.
    pub hostname: String,
    /// Reachability.
    pub status: AgentStatus,
    /// Last heartbeat.
    pub last_heartbeat_at: Option<Timestamp>,
    /// When the agent was created or enrolled.
    pub registered_at: Timestamp,
    /// Lower-case hex SHA-256 of the agent's credential; empty when it has none yet.
    pub credential_hash: String,
    /// Operating system, Go-style name (`linux`).
    pub os: String,
    /// CPU architecture, Go-style name (`amd64`).
    pub architecture: String,
    /// Address the agent reported.
    pub ip_address: String,
    /// Version of the agent binary.
    pub version: String,
    /// When the agent was retired.
    pub retired_at: Option<Timestamp>,
    /// Why the agent was retired.
    pub retired_reason: Option<String>,
}

/// Facts an agent reports about its host; blank values never overwrite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentMetadata {
    /// Host name.
    pub hostname: String,
    /// Operating system.
    pub os: String,
    /// CPU architecture.
    pub architecture: String,
    /// Address.
    pub ip_address: String,
    /// Agent version.
    pub version: String,
}

impl Agent {
    /// State derived from `status` and `retired_at`.
    pub fn state(&self) -> AgentState {
        if self.retired_at.is_some() { AgentState::Retired } else { AgentState::InService(self.status) }
    }

    /// Records a heartbeat at `at`.
    pub fn heartbeat(&mut self, facts: &AgentMetadata, at: Timestamp) -> Result<(), InvalidTransition> {
        if let AgentState::InService(status) = self.state().next(AgentEvent::Heartbeat)? {
            self.status = status;
        }
        self.last_heartbeat_at = Some(at);
        for (field, fact) in [
            (&mut self.hostname, &facts.hostname),
            (&mut self.os, &facts.os),
            (&mut self.architecture, &facts.architecture),
            (&mut self.ip_address, &facts.ip_address),
            (&mut self.version, &facts.version),
        ] {
            if !fact.is_empty() {
                field.clone_from(fact);
            }
        }
        Ok(())
    }

    /// Whether the id is one of the reserved sentinels.
    pub fn is_sentinel(&self) -> bool {
        SENTINEL_AGENT_IDS.contains(&self.id.as_str())
    }
}

/// What still depends on an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentDependencies {
    /// Targets of the agent that are not retired.
    pub active_targets: u64,
    /// Certificates mapped to those targets.
    pub active_certificates: u64,
    /// Jobs of the agent that have not ended.
    pub pending_jobs: u64,
}

impl AgentDependencies {
    /// Whether anything depends on the agent.
    pub const fn any(self) -> bool {
        self.active_targets > 0 || self.active_certificates > 0 || self.pending_jobs > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        use AgentEvent as E;
        use AgentStatus as S;
        for from in AgentStatus::ALL {
            let state = AgentState::InService(*from);
            assert_eq!(state.next(E::Heartbeat), Ok(AgentState::InService(S::Online)));
            assert_eq!(state.next(E::HeartbeatWithProblem), Ok(AgentState::InService(S::Degraded)));
            assert_eq!(state.next(E::HeartbeatsMissed), Ok(AgentState::InService(S::Offline)));
            assert_eq!(state.next(E::Retired), Ok(AgentState::Retired));
        }
        for event in [E::Heartbeat, E::HeartbeatWithProblem, E::HeartbeatsMissed, E::Retired] {
            assert!(AgentState::Retired.next(event).is_err(), "{event:?}");
        }
    }
}
