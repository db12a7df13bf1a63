//! `POST /api/v1/api-keys`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::api_key as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::auth::ApiKeyService;

/// Make an API key
///
/// The answer has the token, which is shown only once.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "API keys",
    request_body = api::ApiKeyRequest,
    responses(
        (status = 201, description = "The new key and its token", body = api::ApiKeyCreated),
        (status = 409, description = "The name is taken"),
    ),
)]
pub(super) async fn create_api_key(
    who: Caller,
    body: Body<api::ApiKeyRequest>,
    keys: Data<dyn ApiKeyService>,
) -> Result<Created<api::ApiKeyCreated>, ApiError> {
    let issued = keys.create(&who, convert::new_key(body.0)).await?;
    let location = format!("/api/v1/api-keys/{}", issued.key.id);
    let body = api::ApiKeyCreated { key: convert::api_key(issued.key), token: issued.token };
    Ok(Created { body, location, revision: None })
}
