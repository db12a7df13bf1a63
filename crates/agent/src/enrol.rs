//! Enrolment: a one-time token for a credential.

use crate::facts::{Facts, local_address};
use crate::{AgentError, Credential, StateDir};
use certctl_api_types::agent::EnrolRequest;
use certctl_client::Client;
use certctl_crypto::SecretString;

/// An enrolment that is wanted.
#[derive(Debug, Clone)]
pub struct EnrolmentOrder {
    /// One-time token.
    pub token: SecretString,
    /// Name of the agent; a token that is bound to an agent keeps that agent's name.
    pub name: String,
    /// Facts about the host.
    pub facts: Facts,
    /// Whether a credential that exists is replaced.
    pub force: bool,
}

/// Enrols with the server of `client` and stores the credential in `state`.
///
/// Everything that can fail here is checked before the token is spent. When the process dies
/// between the server's answer and the write, the token is used up and a new one is needed.
pub async fn enrol(
    state: &StateDir,
    client: &Client,
    order: EnrolmentOrder,
) -> Result<Credential, AgentError> {
    match state.credential() {
        // A damaged credential is worth as much as none.
        Ok(None) => {}
        Ok(Some(_)) | Err(AgentError::Malformed { .. }) if order.force => {}
        Ok(Some(found)) => {
            let (path, agent) = (state.credential_path(), found.agent_id.to_string());
            return Err(AgentError::AlreadyEnrolled { path, agent });
        }
        Err(error) => return Err(error),
    }
    let request = EnrolRequest {
        name: order.name,
        version: order.facts.version,
        hostname: order.facts.hostname,
        os: order.facts.os,
        architecture: order.facts.architecture,
        ip_address: local_address(client).await.unwrap_or_default(),
    };
    let enrolled = client.agents().enrol(&order.token, &request).await.map_err(AgentError::Enrolment)?;
    let credential = Credential {
        agent_id: enrolled.agent_id,
        api_key: SecretString::new(enrolled.api_key),
        server: client.server().to_string(),
    };
    state.store_credential(&credential)?;
    tracing::info!(agent.id = %credential.agent_id, "enrolled as {}", credential.agent_id);
    Ok(credential)
}
