//! `POST /api/v1/agents/enroll`.

use super::convert;
use actix_web::HttpRequest;
use actix_web::web::Data;
use certctl_api_types::agent as api;
use certctl_http_core::{ApiError, Body, Created, RequestInfo};
use certctl_service_api::ServiceError;
use certctl_service_api::agent::AgentService;

const TOKEN_HEADER: &str = "X-Certctl-Bootstrap-Token";

/// Enrol an agent
///
/// Trades a one-time token for an agent and its credential.
#[utoipa::path(
    post, path = "/api/v1/agents/enroll", tag = "agents",
    params(("X-Certctl-Bootstrap-Token" = String, Header, description = "One-time enrolment token")),
    request_body = api::EnrolRequest,
    responses(
        (status = 201, description = "The agent's id and credential, shown only here", body = api::Enrolled),
        (status = 401, description = "The token is missing, unknown, expired or used"),
        (status = 409, description = "The name is taken"),
        (status = 503, description = "The server cannot reach its database, or is overloaded"),
    ),
)]
pub(super) async fn enrol_agent(
    request: HttpRequest,
    info: RequestInfo,
    body: Body<api::EnrolRequest>,
    agents: Data<dyn AgentService>,
) -> Result<Created<api::Enrolled>, ApiError> {
    let token = request.headers().get(TOKEN_HEADER).and_then(|value| value.to_str().ok());
    let token = token.filter(|token| !token.is_empty()).ok_or(ServiceError::Unauthenticated {
        code: "missing_credential",
        message: "enrolment needs a one-time token in the header X-Certctl-Bootstrap-Token",
    })?;
    let enrolment = agents.enrol(token, convert::enrolling_agent(body.0), info.client_address).await?;
    let location = format!("/api/v1/agents/{}", enrolment.agent.id);
    let body = api::Enrolled { agent_id: enrolment.agent.id, api_key: enrolment.credential };
    Ok(Created { body, location, revision: None })
}
