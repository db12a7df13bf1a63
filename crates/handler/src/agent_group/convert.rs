//! Between the domain's agent groups and their JSON bodies.

use certctl_api_types::agent_group as api;
use certctl_domain::agent_group::AgentGroup;
use certctl_domain::id::AgentGroupId;
use certctl_http_core::Tagged;
use certctl_service_api::agent_group::{AgentGroupSpec, Membership};

pub(super) fn agent_group(row: AgentGroup) -> api::AgentGroup {
    api::AgentGroup {
        id: row.id,
        name: row.name,
        description: row.description,
        match_os: row.match_os,
        match_architecture: row.match_architecture,
        match_ip_cidr: row.match_ip_cidr,
        match_version: row.match_version,
        enabled: row.enabled,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn tagged(row: AgentGroup) -> Tagged<api::AgentGroup> {
    Tagged { revision: row.revision(), body: agent_group(row) }
}

pub(super) fn spec(request: api::AgentGroupRequest) -> AgentGroupSpec {
    AgentGroupSpec {
        name: request.name,
        description: request.description,
        match_os: request.match_os,
        match_architecture: request.match_architecture,
        match_ip_cidr: request.match_ip_cidr,
        match_version: request.match_version,
        enabled: request.enabled,
    }
}

/// The body that would leave `row` as it is.
pub(super) fn request(row: &AgentGroup) -> api::AgentGroupRequest {
    let row = row.clone();
    api::AgentGroupRequest {
        id: None,
        name: row.name,
        description: row.description,
        match_os: row.match_os,
        match_architecture: row.match_architecture,
        match_ip_cidr: row.match_ip_cidr,
        match_version: row.match_version,
        enabled: row.enabled,
    }
}

pub(super) fn member(group: AgentGroupId, membership: Membership) -> api::GroupMember {
    api::GroupMember {
        agent_group_id: group,
        agent_id: membership.by_hand.agent_id,
        membership_type: membership.by_hand.membership,
        created_at: membership.by_hand.created_at,
        is_member: membership.is_member,
    }
}
