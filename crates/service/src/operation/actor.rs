//! Who asked, kept with the operation: its items are done in that name, also by another replica and
//! after a restart.

use certctl_domain::JsonText;
use certctl_domain::access::Role;
use certctl_domain::id::AgentId;
use certctl_service_api::{Actor, Identity, ServiceError};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    who: Who,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_address: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Who {
    Key { name: String, role: Role, identity: String },
    Agent { id: AgentId },
    System,
}

pub(crate) fn store(actor: &Actor) -> Result<JsonText, ServiceError> {
    let who = match actor.identity.clone() {
        Identity::Key { name, role, identity } => Who::Key { name, role, identity },
        Identity::Agent { id, .. } => Who::Agent { id },
        Identity::System => Who::System,
    };
    let stored =
        Stored { who, request_id: actor.request_id.clone(), client_address: actor.client_address.clone() };
    serde_json::to_string(&stored).map(JsonText::trusted).map_err(ServiceError::internal)
}

pub(crate) fn restore(stored: &JsonText) -> Result<Actor, ServiceError> {
    let Stored { who, request_id, client_address } =
        serde_json::from_str(stored.as_str()).map_err(ServiceError::internal)?;
    let identity = match who {
        Who::Key { name, role, identity } => Identity::Key { name, role, identity },
        Who::Agent { id } => Identity::Agent { id, retired: false },
        Who::System => Identity::System,
    };
    Ok(Actor { identity, request_id, client_address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asked_comes_back_whole() {
        let person = Actor {
            identity: Identity::Key {
                name: "ops".to_owned(),
                role: Role::Operator,
                identity: "ann".to_owned(),
            },
            request_id: Some("req-1".to_owned()),
            client_address: None,
        };
        for actor in [person, Actor::system()] {
            assert_eq!(restore(&store(&actor).unwrap()).unwrap(), actor);
        }
    }
}
