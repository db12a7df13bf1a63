//! `POST /api/v1/owners`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::owner as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::owner::OwnerService;

/// Add an owner
#[utoipa::path(
    post, path = "/api/v1/owners", tag = "owners",
    request_body = api::OwnerRequest,
    responses(
        (status = 201, description = "The new owner", body = api::Owner),
        (status = 409, description = "The id is taken"),
        (status = 422, description = "The team does not exist"),
    ),
)]
pub(super) async fn create_owner(
    who: Caller,
    body: Body<api::OwnerRequest>,
    owners: Data<dyn OwnerService>,
) -> Result<Created<api::Owner>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(owners.create(&who, id, convert::spec(body.0)).await?);
    let location = format!("/api/v1/owners/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
