//! `DELETE /api/v1/api-keys/{id}`.

use actix_web::web::Data;
use certctl_domain::id::ApiKeyId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::auth::ApiKeyService;

/// Revoke an API key
///
/// At once and for good; the row stays. The key of the call itself may be the one.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}", tag = "API keys",
    params(("id" = ApiKeyId, Path, description = "API key")),
    responses(
        (status = 204, description = "It does not work any more"),
        (status = 409, description = "It is the last admin key that can be used"),
    ),
)]
pub(super) async fn revoke_api_key(
    who: Caller,
    id: PathId<ApiKeyId>,
    keys: Data<dyn ApiKeyService>,
) -> Result<NoContent, ApiError> {
    keys.revoke(&who, &id.0).await?;
    Ok(NoContent)
}
