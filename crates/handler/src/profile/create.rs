//! `POST /api/v1/profiles`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::profile as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::profile::ProfileService;

/// Add a certificate profile
#[utoipa::path(
    post, path = "/api/v1/profiles", tag = "profiles",
    request_body = api::ProfileRequest,
    responses(
        (status = 201, description = "The new profile", body = api::Profile),
        (status = 409, description = "The name or id is taken"),
    ),
)]
pub(super) async fn create_profile(
    who: Caller,
    body: Body<api::ProfileRequest>,
    profiles: Data<dyn ProfileService>,
) -> Result<Created<api::Profile>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(profiles.create(&who, id, convert::spec(body.0)).await?);
    let location = format!("/api/v1/profiles/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
