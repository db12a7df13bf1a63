//! `POST /api/v1/agents/enrolment-tokens`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{CustomizeResponder, Responder};
use certctl_api_types::agent as api;
use certctl_http_core::{ApiError, Caller, OptionalBody};
use certctl_service_api::ServiceError;
use certctl_service_api::agent::AgentService;
use std::ops::RangeInclusive;
use std::time::Duration;

const VALIDITY_SECONDS: RangeInclusive<u64> = 60..=604_800;
const STANDARD_SECONDS: u64 = 3_600;

/// Issue a one-time enrolment token
///
/// For an agent that names itself when it enrols.
#[utoipa::path(
    post, path = "/api/v1/agents/enrolment-tokens", tag = "agents",
    request_body = Option<api::EnrolmentTokenRequest>,
    responses((status = 201, description = "The token, shown only here", body = api::EnrolmentToken)),
)]
pub(super) async fn issue_enrolment_token(
    who: Caller,
    body: OptionalBody<api::EnrolmentTokenRequest>,
    agents: Data<dyn AgentService>,
) -> Result<CustomizeResponder<Json<api::EnrolmentToken>>, ApiError> {
    let seconds = body.0.validity_seconds.unwrap_or(STANDARD_SECONDS);
    if !VALIDITY_SECONDS.contains(&seconds) {
        let message = format!("use {} to {} seconds", VALIDITY_SECONDS.start(), VALIDITY_SECONDS.end());
        return Err(ServiceError::invalid("validity_seconds", "invalid_value", message).into());
    }
    let token = agents.issue_token(&who, Duration::from_secs(seconds)).await?;
    let body = api::EnrolmentToken { token: token.token, expires_at: token.expires_at };
    Ok(Json(body).customize().with_status(StatusCode::CREATED))
}
