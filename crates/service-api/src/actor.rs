//! Who calls.

use crate::ServiceError;
use certctl_domain::access::{ActorType, Permission, Role};
use certctl_domain::id::AgentId;

/// An authenticated identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A person or machine with an API key.
    Key {
        /// Name of the key.
        name: String,
        /// Role of the key.
        role: Role,
        /// The person or machine behind the key.
        identity: String,
    },
    /// An agent with its own credential.
    Agent {
        /// Its id.
        id: AgentId,
        /// Whether it has been retired: its routes answer 410 then.
        retired: bool,
    },
    /// certctl itself (workers, reconcilers, the command line on the server's host).
    System,
}

/// An identity together with the request it acts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub identity: Identity,
    /// Request id, when an HTTP request is behind the call.
    pub request_id: Option<String>,
    /// Client address, when an HTTP request is behind the call.
    pub client_address: Option<String>,
}

impl Actor {
    /// certctl itself.
    pub const fn system() -> Self {
        Self { identity: Identity::System, request_id: None, client_address: None }
    }

    /// Name in audit events: key name, agent id or `system`.
    pub fn name(&self) -> &str {
        match &self.identity {
            Identity::Key { name, .. } => name,
            Identity::Agent { id, .. } => id.as_str(),
            Identity::System => "system",
        }
    }

    /// Who is behind the credential, for rules about two persons and limits per person. Two keys of
    /// one person have the same principal.
    pub fn principal(&self) -> &str {
        match &self.identity {
            Identity::Key { identity, .. } => identity,
            Identity::Agent { id, .. } => id.as_str(),
            Identity::System => "system",
        }
    }

    /// Role of the key; agents and certctl itself have none.
    pub const fn role(&self) -> Option<Role> {
        match self.identity {
            Identity::Key { role, .. } => Some(role),
            Identity::Agent { .. } | Identity::System => None,
        }
    }

    /// Kind in audit events.
    pub const fn actor_type(&self) -> ActorType {
        match self.identity {
            Identity::Key { .. } => ActorType::User,
            Identity::Agent { .. } => ActorType::Agent,
            Identity::System => ActorType::System,
        }
    }

    /// Whether the actor holds `permission`. Agents hold only [`Permission::AgentSelf`].
    pub const fn may(&self, permission: Permission) -> bool {
        match &self.identity {
            Identity::Key { role, .. } => role.allows(permission),
            Identity::Agent { .. } => matches!(permission, Permission::AgentSelf),
            Identity::System => true,
        }
    }

    /// Refuses unless the actor holds `permission`.
    pub const fn require(&self, permission: Permission) -> Result<(), ServiceError> {
        if self.may(permission) { Ok(()) } else { Err(ServiceError::Forbidden { permission }) }
    }

    /// Refuses unless the actor is the agent `id` itself. A retired agent gets `Retired`.
    pub fn require_agent(&self, id: &AgentId) -> Result<(), ServiceError> {
        match &self.identity {
            Identity::Agent { id: own, retired: true } if own == id => {
                Err(ServiceError::Retired { id: id.clone() })
            }
            Identity::Agent { id: own, retired: false } if own == id => Ok(()),
            _ => Err(ServiceError::Forbidden { permission: Permission::AgentSelf }),
        }
    }
}
