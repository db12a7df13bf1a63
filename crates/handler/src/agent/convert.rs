//! Between the domain's agents and their JSON bodies.

use certctl_api_types::agent as api;
use certctl_domain::Timestamp;
use certctl_domain::agent::{Agent, AgentDependencies, AgentMetadata, AgentStatus};
use certctl_service_api::agent::NewAgent;

pub(crate) fn agent(agent: Agent) -> api::Agent {
    api::Agent {
        id: agent.id,
        name: agent.name,
        hostname: agent.hostname,
        status: if agent.retired_at.is_some() { AgentStatus::Offline } else { agent.status },
        last_heartbeat_at: agent.last_heartbeat_at,
        registered_at: agent.registered_at,
        os: agent.os,
        architecture: agent.architecture,
        ip_address: agent.ip_address,
        version: agent.version,
        retired_at: agent.retired_at,
        retired_reason: agent.retired_reason,
    }
}

pub(super) fn new_agent(request: api::AgentRequest) -> NewAgent {
    let api::AgentRequest { name, hostname, os, architecture, ip_address, version } = request;
    NewAgent { name, facts: AgentMetadata { hostname, os, architecture, ip_address, version } }
}

pub(super) fn enrolling_agent(request: api::EnrolRequest) -> NewAgent {
    let api::EnrolRequest { name, version, hostname, os, architecture, ip_address } = request;
    NewAgent { name, facts: AgentMetadata { hostname, os, architecture, ip_address, version } }
}

pub(super) fn retired(at: Timestamp, counts: AgentDependencies, cascade: bool) -> api::RetireAgentResponse {
    api::RetireAgentResponse {
        retired_at: at,
        already_retired: false,
        cascade,
        counts: api::AgentDependencyCounts {
            active_targets: counts.active_targets,
            active_certificates: counts.active_certificates,
            pending_jobs: counts.pending_jobs,
        },
    }
}
