//! Enrolment: a one-time token is traded for a credential of the agent's own.

use super::{Agents, CREDENTIAL_PREFIX, check_facts, get, new_agent};
use crate::failure::Failure;
use crate::support::{audit_event, check_name};
use certctl_crypto::{Token, token_hash, verify_token};
use certctl_domain::Timestamp;
use certctl_domain::agent::{Agent, AgentStatus};
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::id::{AgentId, IdSource};
use certctl_repository::{StoreError, Tx};
use certctl_service_api::agent::{Enrolment, NewAgent};
use certctl_service_api::{Actor, Identity, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// What proves the right to enrol.
enum Proof {
    /// A row of the database, good for one agent.
    OneTime(EnrolmentToken),
    /// The standing token of the configuration.
    Bootstrap,
}

const fn refused() -> ServiceError {
    ServiceError::Unauthenticated {
        code: "invalid_enrolment_token",
        message: "this enrolment token is not known, has expired or was used; ask for a new one",
    }
}

impl Agents {
    pub(super) async fn trade_token(
        &self,
        token: &str,
        new: NewAgent,
        client_address: Option<String>,
    ) -> Result<Enrolment, ServiceError> {
        check_facts(&new.facts)?;
        let bootstrap = self.bootstrap_hash.as_ref().is_some_and(|hash| verify_token(token, hash));
        let credential = Token::generate(CREDENTIAL_PREFIX).map_err(ServiceError::internal)?;
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let (hash, credential_hash) = (token_hash(token), credential.hash().to_owned());
        let enrolled = self.base.store.write("agent.enrol", move |tx| {
            let known = tx.enrolment_tokens().find_by_token(&hash)?.filter(|row| row.is_usable(now));
            let proof = match known {
                Some(row) => Proof::OneTime(row),
                None if bootstrap => Proof::Bootstrap,
                None => return Err(Failure::Service(refused())),
            };
            let bound = match &proof {
                Proof::OneTime(EnrolmentToken { agent_id: Some(agent), .. }) => Some(agent.clone()),
                Proof::OneTime(_) | Proof::Bootstrap => None,
            };
            let agent = match bound {
                Some(id) => arm(tx, &id, &new, &credential_hash, now)?,
                None => add(tx, &*ids, &new, &credential_hash, now)?,
            };
            if let Proof::OneTime(row) = &proof {
                match tx.enrolment_tokens().mark_used(&row.id, &agent.id, now) {
                    // Somebody else used it since it was read.
                    Err(StoreError::Stale) => return Err(Failure::Service(refused())),
                    other => other?,
                }
            }
            let who = Actor {
                identity: Identity::Agent { id: agent.id.clone(), retired: false },
                request_id: None,
                client_address: client_address.clone(),
            };
            let token = match &proof {
                Proof::OneTime(row) => row.id.as_str(),
                Proof::Bootstrap => "bootstrap",
            };
            let details =
                json!({"name": agent.name, "hostname": agent.hostname, "enrolment_token_id": token});
            tx.audit().append(&audit_event(
                &*ids,
                &who,
                now,
                "agent_enrolled",
                ("agent", agent.id.as_str()),
                &details,
            ))?;
            Ok(agent)
        });
        Ok(Enrolment { agent: enrolled.await?, credential: credential.text().expose().to_owned() })
    }
}

/// Gives the agent a token was made for its credential; its name stays what the operator said.
fn arm(tx: &mut dyn Tx, id: &AgentId, new: &NewAgent, hash: &str, now: Timestamp) -> Result<Agent, Failure> {
    if !tx.agents().record_heartbeat(id, &new.facts, AgentStatus::Online, now)? {
        // Retired since: the token is worth nothing any more.
        return Err(Failure::Service(refused()));
    }
    tx.agents().set_credential(id, hash)?;
    get(tx, id)
}

/// Adds an agent that names itself.
fn add(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    new: &NewAgent,
    hash: &str,
    now: Timestamp,
) -> Result<Agent, Failure> {
    check_name("name", &new.name, 128)?;
    let agent = Agent {
        status: AgentStatus::Online,
        last_heartbeat_at: Some(now),
        credential_hash: hash.to_owned(),
        ..new_agent(ids, new.clone(), now)
    };
    tx.agents().insert(&agent)?;
    Ok(agent)
}
