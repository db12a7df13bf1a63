//! `GET /api/v1/api-keys/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::api_key as api;
use certctl_domain::id::ApiKeyId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::auth::ApiKeyService;

/// Get an API key, revoked or not
#[utoipa::path(
    get, path = "/api/v1/api-keys/{id}", tag = "API keys",
    params(("id" = ApiKeyId, Path, description = "API key")),
    responses((status = 200, description = "The key, without its token", body = api::ApiKey)),
)]
pub(super) async fn get_api_key(
    who: Caller,
    id: PathId<ApiKeyId>,
    keys: Data<dyn ApiKeyService>,
) -> Result<Json<api::ApiKey>, ApiError> {
    Ok(Json(convert::api_key(keys.get(&who, &id.0).await?)))
}
