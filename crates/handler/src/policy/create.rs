//! `POST /api/v1/policies`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::policy as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::policy::PolicyService;

/// Add a compliance rule
///
/// The whole inventory is judged by it at once, in the background.
#[utoipa::path(
    post, path = "/api/v1/policies", tag = "policies",
    request_body = api::PolicyRequest,
    responses(
        (status = 201, description = "The new rule", body = api::PolicyRule),
        (status = 409, description = "The name or id is taken"),
    ),
)]
pub(super) async fn create_policy(
    who: Caller,
    body: Body<api::PolicyRequest>,
    policies: Data<dyn PolicyService>,
) -> Result<Created<api::PolicyRule>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(policies.create(&who, id, convert::spec(body.0)?).await?)?;
    let location = format!("/api/v1/policies/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
