//! Agents as operators see them, and enrolment.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::agent::{
    Agent, AgentCreated, AgentRequest, EnrolRequest, Enrolled, EnrolmentToken, EnrolmentTokenRequest,
    RetireAgentResponse,
};
use certctl_crypto::SecretString;
use certctl_domain::id::AgentId;
use reqwest::header::{HeaderName, HeaderValue};

const BOOTSTRAP_TOKEN: HeaderName = HeaderName::from_static("x-certctl-bootstrap-token");

/// `/agents`.
#[derive(Debug, Clone, Copy)]
pub struct Agents<'c>(pub(crate) &'c Client);

impl Agents<'_> {
    /// One page of the agents in service.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Agent>, ClientError> {
        self.0.get(&["agents"]).list(query).send().await
    }

    /// One page of the retired agents.
    pub async fn list_retired(&self, query: &ListQuery) -> Result<Page<Agent>, ClientError> {
        self.0.get(&["agents", "retired"]).list(query).send().await
    }

    /// One agent.
    pub async fn get(&self, id: &AgentId) -> Result<Agent, ClientError> {
        self.0.get(&["agents", id.as_str()]).send().await
    }

    /// Adds an agent; the answer holds the one-time token with which it enrols.
    pub async fn create(&self, request: &AgentRequest) -> Result<AgentCreated, ClientError> {
        self.0.post(&["agents"]).json(request).send().await
    }

    /// A one-time token for an agent that names itself when it enrols.
    pub async fn issue_token(&self, request: &EnrolmentTokenRequest) -> Result<EnrolmentToken, ClientError> {
        self.0.post(&["agents", "enrolment-tokens"]).json(request).send().await
    }

    /// Trades a one-time token for an agent and its credential. The client needs no credential.
    pub async fn enrol(&self, token: &SecretString, request: &EnrolRequest) -> Result<Enrolled, ClientError> {
        // A token that no header can carry is as unknown as any other wrong token.
        let mut value = HeaderValue::from_str(token.expose())
            .unwrap_or_else(|_invalid| HeaderValue::from_static("invalid"));
        value.set_sensitive(true);
        self.0.post(&["agents", "enroll"]).header(BOOTSTRAP_TOKEN, value).json(request).send().await
    }

    /// Retires an agent; `None` when it had been retired before. Without `force` it is refused
    /// while anything depends on the agent; `force` needs a reason.
    pub async fn retire(
        &self,
        id: &AgentId,
        force: bool,
        reason: Option<&str>,
    ) -> Result<Option<RetireAgentResponse>, ClientError> {
        let mut call = self.0.delete(&["agents", id.as_str()]);
        if force {
            call = call.query("force", "true");
        }
        if let Some(reason) = reason {
            call = call.query("reason", reason);
        }
        call.send_optional().await
    }
}
