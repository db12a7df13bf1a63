//! `DELETE /api/v1/owners/{id}`.

use actix_web::web::Data;
use certctl_domain::id::OwnerId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::owner::OwnerService;

/// Remove an owner
#[utoipa::path(
    delete, path = "/api/v1/owners/{id}", tag = "owners",
    params(("id" = OwnerId, Path, description = "Owner")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Certificates belong to it; `details.counts` tells how many"),
    ),
)]
pub(super) async fn delete_owner(
    who: Caller,
    id: PathId<OwnerId>,
    owners: Data<dyn OwnerService>,
) -> Result<NoContent, ApiError> {
    owners.delete(&who, &id.0).await?;
    Ok(NoContent)
}
