//! Groups of agents: by what the agents are, and by hand.

use crate::Timestamp;
use crate::agent::Agent;
use crate::id::{AgentGroupId, AgentId};
use ipnet::IpNet;
use semver::{Version, VersionReq};
use std::net::IpAddr;

/// A group. Its members are the agents that fit all of its criteria, those that were put in by
/// hand, without those that were kept out by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentGroup {
    /// Identifier.
    pub id: AgentGroupId,
    /// Name, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Operating system, any case; empty fits all.
    pub match_os: String,
    /// CPU architecture, any case; empty fits all.
    pub match_architecture: String,
    /// Network (`192.0.2.0/24`) or address the agent reports from; empty fits all.
    pub match_ip_cidr: String,
    /// Version requirement (`>=1.2, <2`) or exact version; empty fits all.
    pub match_version: String,
    /// A disabled group has no members.
    pub enabled: bool,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

string_enum! {
    /// What is said about one agent by hand.
    pub enum MembershipType ("membership type") {
        /// It is a member, whatever the criteria say.
        Include = "include",
        /// It is no member, whatever the criteria say.
        Exclude = "exclude",
    }
}

/// What is said about one agent of a group by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Agent.
    pub agent_id: AgentId,
    /// In or out.
    pub membership: MembershipType,
    /// When it was said.
    pub created_at: Timestamp,
}

/// A criterion that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct CriterionError {
    /// Field of the group.
    pub field: &'static str,
    /// What would be right.
    pub reason: &'static str,
}

/// The criteria of a group, read once and asked for many agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    os: String,
    architecture: String,
    network: Option<IpNet>,
    version: Option<VersionRule>,
    enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum VersionRule {
    Exactly(String),
    Requirement(VersionReq),
}

impl AgentGroup {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }

    /// Reads the criteria; the first that cannot be read is the error.
    pub fn matcher(&self) -> Result<Matcher, CriterionError> {
        let network = match self.match_ip_cidr.as_str() {
            "" => None,
            text => Some(network(text).ok_or(CriterionError {
                field: "match_ip_cidr",
                reason: "use a network such as 192.0.2.0/24 or 2001:db8::/32, or one address",
            })?),
        };
        let version = match self.match_version.as_str() {
            "" => None,
            text => Some(version_rule(text).ok_or(CriterionError {
                field: "match_version",
                reason: "use an exact version such as 1.4.2, or a requirement such as `>=1.2, <2` or `1.4.*`",
            })?),
        };
        Ok(Matcher {
            os: self.match_os.clone(),
            architecture: self.match_architecture.clone(),
            network,
            version,
            enabled: self.enabled,
        })
    }
}

impl Matcher {
    /// Whether `agent` is a member, given what was said about it by hand. Retired and reserved
    /// agents never are, nor is anyone while the group is disabled.
    pub fn is_member(&self, agent: &Agent, by_hand: Option<MembershipType>) -> bool {
        self.enabled
            && agent.retired_at.is_none()
            && !agent.is_sentinel()
            && match by_hand {
                Some(MembershipType::Include) => true,
                Some(MembershipType::Exclude) => false,
                None => self.fits(agent),
            }
    }

    /// Whether the agent fits every criterion. A group without any fits nobody: a forgotten
    /// criterion must not gather the whole fleet.
    fn fits(&self, agent: &Agent) -> bool {
        let some_criterion = !self.os.is_empty()
            || !self.architecture.is_empty()
            || self.network.is_some()
            || self.version.is_some();
        let same = |wanted: &str, is: &str| wanted.is_empty() || wanted.to_lowercase() == is.to_lowercase();
        some_criterion
            && same(&self.os, &agent.os)
            && same(&self.architecture, &agent.architecture)
            && self.network.is_none_or(|network| within(network, &agent.ip_address))
            && self.version.as_ref().is_none_or(|rule| rule.allows(&agent.version))
    }
}

/// A network, or one address as the smallest of networks. Bits beyond the prefix do not matter.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn within(network: IpNet, address: &str) -> bool {
    address.parse::<IpAddr>().is_ok_and(|address| network.contains(&address.to_canonical()))
}

/// A text with an operator, a wildcard or a comma is a requirement; any other is meant literally
/// (the semver crate would read `1.4.2` as `^1.4.2`).
fn version_rule(text: &str) -> Option<VersionRule> {
    if text.contains(['<', '>', '=', '^', '~', '*', ',']) {
        return VersionReq::parse(text).ok().map(VersionRule::Requirement);
    }
    let plain = text.chars().all(|c| c.is_ascii_graphic());
    plain.then(|| VersionRule::Exactly(number(text).to_owned()))
}

/// The version without the `v` that some builds put in front.
fn number(text: &str) -> &str {
    text.strip_prefix('v').unwrap_or(text)
}

impl VersionRule {
    fn allows(&self, version: &str) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == number(version),
            Self::Requirement(wanted) => {
                Version::parse(number(version)).is_ok_and(|version| wanted.matches(&version))
            }
        }
    }
}

#[cfg(test)]
mod tests;
