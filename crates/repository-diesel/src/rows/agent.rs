//! Rows of `agents`.

use super::{IntoDomain, Origin, db_time, time};
use crate::schema::agents;
use crate::types::DbTime;
use certctl_domain::agent::Agent;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = agents, treat_none_as_default_value = false)]
pub(crate) struct AgentRow {
    id: String,
    name: String,
    hostname: String,
    status: String,
    last_heartbeat_at: Option<DbTime>,
    registered_at: DbTime,
    api_key_hash: Option<String>,
    os: String,
    architecture: String,
    ip_address: String,
    version: String,
    retired_at: Option<DbTime>,
    retired_reason: Option<String>,
}

impl From<&Agent> for AgentRow {
    fn from(agent: &Agent) -> Self {
        Self {
            id: agent.id.to_string(),
            name: agent.name.clone(),
            hostname: agent.hostname.clone(),
            status: agent.status.to_string(),
            last_heartbeat_at: db_time(agent.last_heartbeat_at),
            registered_at: agent.registered_at.into(),
            api_key_hash: Some(agent.credential_hash.clone()).filter(|hash| !hash.is_empty()),
            os: agent.os.clone(),
            architecture: agent.architecture.clone(),
            ip_address: agent.ip_address.clone(),
            version: agent.version.clone(),
            retired_at: db_time(agent.retired_at),
            retired_reason: agent.retired_reason.clone(),
        }
    }
}

impl IntoDomain for AgentRow {
    type Domain = Agent;

    fn into_domain(self) -> Result<Agent, StoreError> {
        let at = Origin { table: "agents", id: &self.id };
        Ok(Agent {
            id: at.parse("id", &self.id)?,
            name: self.name,
            hostname: self.hostname,
            status: at.parse("status", &self.status)?,
            last_heartbeat_at: time(self.last_heartbeat_at),
            registered_at: self.registered_at.into(),
            credential_hash: self.api_key_hash.unwrap_or_default(),
            os: self.os,
            architecture: self.architecture,
            ip_address: self.ip_address,
            version: self.version,
            retired_at: time(self.retired_at),
            retired_reason: self.retired_reason,
        })
    }
}
