//! Agents as operators see them; enrolment and retirement.

mod enrol;
mod retire;

use crate::failure::Failure;
use crate::support::{Foundation, audit_event, check_name, listing, page_request};
use async_trait::async_trait;
use certctl_crypto::{SecretString, Token, token_hash};
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::agent::{Agent, AgentMetadata, AgentStatus};
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::id::{AgentId, EnrolmentTokenId, IdSource};
use certctl_repository::{AgentFilter, Tx};
use certctl_service_api::agent::{AgentQuery, AgentService, Enrolment, IssuedToken, NewAgent, Retirement};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Prefix of agent credentials.
pub(crate) const CREDENTIAL_PREFIX: &str = "ca";
/// Prefix of one-time enrolment tokens.
const TOKEN_PREFIX: &str = "ce";
/// Validity of the token that comes with a new agent.
const BOUND_TOKEN_VALIDITY: Duration = Duration::from_hours(1);
const SHORTEST_TOKEN_VALIDITY: Duration = Duration::from_mins(1);
const LONGEST_TOKEN_VALIDITY: Duration = Duration::from_hours(24 * 7);

/// Use cases of agents.
#[derive(Debug)]
pub struct Agents {
    base: Foundation,
    /// Hash of the configured token that any number of agents may enrol with.
    bootstrap_hash: Option<String>,
}

impl Agents {
    /// Over a store; `bootstrap` is a standing enrolment token of the configuration, if there is one.
    pub fn new(base: Foundation, bootstrap: Option<&SecretString>) -> Self {
        Self { base, bootstrap_hash: bootstrap.map(|token| token_hash(token.expose())) }
    }
}

fn get(tx: &mut dyn Tx, id: &AgentId) -> Result<Agent, Failure> {
    tx.agents().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("agent", id)))
}

/// Checks what is said about a host; an empty text says nothing.
pub(crate) fn check_facts(facts: &AgentMetadata) -> Result<(), ServiceError> {
    for (field, text) in [
        ("hostname", &facts.hostname),
        ("os", &facts.os),
        ("architecture", &facts.architecture),
        ("ip_address", &facts.ip_address),
        ("version", &facts.version),
    ] {
        if !text.is_empty() {
            check_name(field, text, 255)?;
        }
    }
    Ok(())
}

fn new_agent(ids: &dyn IdSource, new: NewAgent, now: Timestamp) -> Agent {
    Agent {
        id: AgentId::mint(ids),
        name: new.name,
        hostname: new.facts.hostname,
        status: AgentStatus::Offline,
        last_heartbeat_at: None,
        registered_at: now,
        credential_hash: String::new(),
        os: new.facts.os,
        architecture: new.facts.architecture,
        ip_address: new.facts.ip_address,
        version: new.facts.version,
        retired_at: None,
        retired_reason: None,
    }
}

/// A one-time token and its row.
fn new_token(
    ids: &dyn IdSource,
    who: &Actor,
    agent: Option<&AgentId>,
    validity: Duration,
    now: Timestamp,
) -> Result<(EnrolmentToken, IssuedToken), ServiceError> {
    let token = Token::generate(TOKEN_PREFIX).map_err(ServiceError::internal)?;
    let row = EnrolmentToken {
        id: EnrolmentTokenId::mint(ids),
        token_hash: token.hash().to_owned(),
        agent_id: agent.cloned(),
        created_by: who.name().to_owned(),
        created_at: now,
        expires_at: now.plus(validity),
        used_at: None,
        used_by: None,
    };
    let issued = IssuedToken { token: token.text().expose().to_owned(), expires_at: row.expires_at };
    Ok((row, issued))
}

#[async_trait]
impl AgentService for Agents {
    async fn list(
        &self,
        who: &Actor,
        query: AgentQuery,
        page: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let AgentQuery { retired, status, search } = query;
        let name = if retired { "agents.retired" } else { "agents" };
        let request = page_request(name, &page)?;
        let (filter, wanted) = (AgentFilter { retired, status, search }, request.clone());
        let found = self
            .base
            .store
            .read("agent.list", move |tx| Ok::<_, Failure>(tx.agents().list(&filter, &wanted)?))
            .await?;
        Ok(listing(name, &request, found))
    }

    async fn get(&self, who: &Actor, id: &AgentId) -> Result<Agent, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        let found = self.base.store.read("agent.get", move |tx| get(tx, &id));
        Ok(found.await?)
    }

    async fn create(&self, who: &Actor, new: NewAgent) -> Result<(Agent, IssuedToken), ServiceError> {
        who.require(Permission::AgentWrite)?;
        check_name("name", &new.name, 128)?;
        check_facts(&new.facts)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let agent = new_agent(&*ids, new, now);
        let (token, issued) = new_token(&*ids, &who, Some(&agent.id), BOUND_TOKEN_VALIDITY, now)?;
        let row = agent.clone();
        self.base
            .store
            .write("agent.create", move |tx| {
                tx.agents().insert(&row)?;
                tx.enrolment_tokens().insert(&token)?;
                let details =
                    json!({"name": row.name, "hostname": row.hostname, "enrolment_token_id": token.id});
                tx.audit().append(&audit_event(
                    &*ids,
                    &who,
                    now,
                    "agent_created",
                    ("agent", row.id.as_str()),
                    &details,
                ))?;
                Ok::<_, Failure>(())
            })
            .await?;
        Ok((agent, issued))
    }

    async fn issue_token(&self, who: &Actor, validity: Duration) -> Result<IssuedToken, ServiceError> {
        who.require(Permission::AgentWrite)?;
        if !(SHORTEST_TOKEN_VALIDITY..=LONGEST_TOKEN_VALIDITY).contains(&validity) {
            return Err(ServiceError::invalid(
                "validity",
                "out_of_range",
                "must be between 60 seconds and 7 days",
            ));
        }
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let (token, issued) = new_token(&*ids, &who, None, validity, now)?;
        self.base
            .store
            .write("agent.issue_token", move |tx| {
                tx.enrolment_tokens().insert(&token)?;
                let (subject, details) =
                    (("enrolment_token", token.id.as_str()), json!({"expires_at": token.expires_at}));
                tx.audit().append(&audit_event(
                    &*ids,
                    &who,
                    now,
                    "enrolment_token_created",
                    subject,
                    &details,
                ))?;
                Ok::<_, Failure>(())
            })
            .await?;
        Ok(issued)
    }

    async fn enrol(
        &self,
        token: &str,
        new: NewAgent,
        client_address: Option<String>,
    ) -> Result<Enrolment, ServiceError> {
        self.trade_token(token, new, client_address).await
    }

    async fn retire(
        &self,
        who: &Actor,
        id: &AgentId,
        force: bool,
        reason: Option<String>,
    ) -> Result<Retirement, ServiceError> {
        who.require(Permission::AgentWrite)?;
        self.put_out_of_service(who, id, force, reason).await
    }
}
