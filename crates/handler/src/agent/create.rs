//! `POST /api/v1/agents`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::agent as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::agent::AgentService;

/// Add an agent
///
/// The answer has a one-time token with which the agent enrols under this name.
#[utoipa::path(
    post, path = "/api/v1/agents", tag = "agents",
    request_body = api::AgentRequest,
    responses(
        (status = 201, description = "The new agent and its token", body = api::AgentCreated),
        (status = 409, description = "The name is taken"),
    ),
)]
pub(super) async fn create_agent(
    who: Caller,
    body: Body<api::AgentRequest>,
    agents: Data<dyn AgentService>,
) -> Result<Created<api::AgentCreated>, ApiError> {
    let (agent, token) = agents.create(&who, convert::new_agent(body.0)).await?;
    let location = format!("/api/v1/agents/{}", agent.id);
    let body = api::AgentCreated {
        agent: convert::agent(agent),
        enrolment_token: token.token,
        enrolment_token_expires_at: token.expires_at,
    };
    Ok(Created { body, location, revision: None })
}
