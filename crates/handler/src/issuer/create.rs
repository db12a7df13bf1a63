//! `POST /api/v1/issuers`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::issuer as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::issuer::IssuerService;

/// Add an issuer
#[utoipa::path(
    post, path = "/api/v1/issuers", tag = "issuers",
    request_body = api::IssuerRequest,
    responses(
        (status = 201, description = "The new issuer", body = api::Issuer),
        (status = 409, description = "The name or id is taken"),
        (status = 422, description = "The kind is unknown, or its configuration is not valid"),
    ),
)]
pub(super) async fn create_issuer(
    who: Caller,
    body: Body<api::IssuerRequest>,
    issuers: Data<dyn IssuerService>,
) -> Result<Created<api::Issuer>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(issuers.create(&who, id, convert::spec(body.0)).await?)?;
    let location = format!("/api/v1/issuers/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
