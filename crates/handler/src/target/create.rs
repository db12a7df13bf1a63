//! `POST /api/v1/targets`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::target as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::target::TargetService;

/// Add a target
#[utoipa::path(
    post, path = "/api/v1/targets", tag = "targets",
    request_body = api::TargetRequest,
    responses(
        (status = 201, description = "The new target", body = api::Target),
        (status = 409, description = "The name or id is taken"),
        (status = 422, description = "Kind, agent or configuration are not valid"),
    ),
)]
pub(super) async fn create_target(
    who: Caller,
    body: Body<api::TargetRequest>,
    targets: Data<dyn TargetService>,
) -> Result<Created<api::Target>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(targets.create(&who, id, convert::spec(body.0)).await?)?;
    let location = format!("/api/v1/targets/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
