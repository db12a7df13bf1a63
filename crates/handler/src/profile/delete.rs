//! `DELETE /api/v1/profiles/{id}`.

use actix_web::web::Data;
use certctl_domain::id::ProfileId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::profile::ProfileService;

/// Remove a certificate profile
#[utoipa::path(
    delete, path = "/api/v1/profiles/{id}", tag = "profiles",
    params(("id" = ProfileId, Path, description = "Certificate profile")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Certificates are bound to it; `details.counts` tells how many"),
    ),
)]
pub(super) async fn delete_profile(
    who: Caller,
    id: PathId<ProfileId>,
    profiles: Data<dyn ProfileService>,
) -> Result<NoContent, ApiError> {
    profiles.delete(&who, &id.0).await?;
    Ok(NoContent)
}
