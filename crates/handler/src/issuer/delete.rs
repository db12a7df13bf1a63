//! `DELETE /api/v1/issuers/{id}`.

use actix_web::web::Data;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::issuer::IssuerService;

/// Remove an issuer
#[utoipa::path(
    delete, path = "/api/v1/issuers/{id}", tag = "issuers",
    params(("id" = IssuerId, Path, description = "Issuer")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Certificates refer to it, or it has issued some; `details.counts` tells how many"),
    ),
)]
pub(super) async fn delete_issuer(
    who: Caller,
    id: PathId<IssuerId>,
    issuers: Data<dyn IssuerService>,
) -> Result<NoContent, ApiError> {
    issuers.delete(&who, &id.0).await?;
    Ok(NoContent)
}
