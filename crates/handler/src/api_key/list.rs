//! `GET /api/v1/api-keys`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, api_key as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::auth::ApiKeyService;

/// List API keys
///
/// Revoked and expired keys too. Keys of the server's configuration are not among them.
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "API keys",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::ApiKey>)),
)]
pub(super) async fn list_api_keys(
    who: Caller,
    input: List<NoFilter>,
    keys: Data<dyn ApiKeyService>,
) -> Result<Json<Page<api::ApiKey>>, ApiError> {
    let listing = keys.list(&who, input.page).await?;
    page(listing, |key| Ok(convert::api_key(key))).map(Json)
}
