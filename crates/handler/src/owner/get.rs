//! `GET /api/v1/owners/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::owner as api;
use certctl_domain::id::OwnerId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::owner::OwnerService;

/// Get an owner
#[utoipa::path(
    get, path = "/api/v1/owners/{id}", tag = "owners",
    params(("id" = OwnerId, Path, description = "Owner")),
    responses((status = 200, description = "The owner", body = api::Owner)),
)]
pub(super) async fn get_owner(
    who: Caller,
    id: PathId<OwnerId>,
    owners: Data<dyn OwnerService>,
) -> Result<Tagged<api::Owner>, ApiError> {
    Ok(convert::tagged(owners.get(&who, &id.0).await?))
}
