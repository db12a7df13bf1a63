//! Agent groups and their members.

use certctl_domain::Timestamp;
use certctl_domain::agent_group::MembershipType;
use certctl_domain::id::{AgentGroupId, AgentId};
use serde::{Deserialize, Serialize};

const fn enabled() -> bool {
    true
}

/// A group of agents. Its members fit every criterion that is set, or were put in by hand; those
/// that were kept out by hand, retired agents and reserved ones never are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentGroup {
    /// Identifier.
    pub id: AgentGroupId,
    /// Name, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Operating system; empty fits all.
    pub match_os: String,
    /// CPU architecture; empty fits all.
    pub match_architecture: String,
    /// Network or address; empty fits all.
    pub match_ip_cidr: String,
    /// Version requirement or exact version; empty fits all.
    pub match_version: String,
    /// A disabled group has no members.
    pub enabled: bool,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /agent-groups` and `PUT /agent-groups/{id}`. Without any criterion only agents
/// that are put in by hand are members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentGroupRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AgentGroupId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Free text, at most 1024 characters.
    #[serde(default)]
    pub description: String,
    /// Operating system such as `linux`, any case, at most 100 characters.
    #[serde(default)]
    pub match_os: String,
    /// CPU architecture such as `amd64`, any case, at most 100 characters.
    #[serde(default)]
    pub match_architecture: String,
    /// Network such as `192.0.2.0/24` or `2001:db8::/32`, or one address.
    #[serde(default)]
    pub match_ip_cidr: String,
    /// Exact version such as `1.4.2`, or a requirement such as `>=1.2, <2`, `^1.4` or `1.4.*`.
    #[serde(default)]
    pub match_version: String,
    /// Whether it has members at all; true when left out.
    #[serde(default = "enabled")]
    pub enabled: bool,
}

/// Body of `PUT /agent-groups/{id}/members/{agent_id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupMemberRequest {
    /// Put the agent in, or keep it out, whatever the criteria say.
    pub membership_type: MembershipType,
}

/// What was said about one agent by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupMember {
    /// Group.
    pub agent_group_id: AgentGroupId,
    /// Agent.
    pub agent_id: AgentId,
    /// In or out.
    pub membership_type: MembershipType,
    /// When it was said.
    pub created_at: Timestamp,
    /// Whether the agent is a member now; a disabled group has none.
    pub is_member: bool,
}
