//! `GET /api/v1/profiles/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::profile as api;
use certctl_domain::id::ProfileId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::profile::ProfileService;

/// Get a certificate profile
#[utoipa::path(
    get, path = "/api/v1/profiles/{id}", tag = "profiles",
    params(("id" = ProfileId, Path, description = "Certificate profile")),
    responses((status = 200, description = "The profile", body = api::Profile)),
)]
pub(super) async fn get_profile(
    who: Caller,
    id: PathId<ProfileId>,
    profiles: Data<dyn ProfileService>,
) -> Result<Tagged<api::Profile>, ApiError> {
    Ok(convert::tagged(profiles.get(&who, &id.0).await?))
}
