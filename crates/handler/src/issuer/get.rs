//! `GET /api/v1/issuers/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::issuer as api;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::issuer::IssuerService;

/// Get an issuer
///
/// Secrets of its configuration read `{"set":true}`.
#[utoipa::path(
    get, path = "/api/v1/issuers/{id}", tag = "issuers",
    params(("id" = IssuerId, Path, description = "Issuer")),
    responses((status = 200, description = "The issuer", body = api::Issuer)),
)]
pub(super) async fn get_issuer(
    who: Caller,
    id: PathId<IssuerId>,
    issuers: Data<dyn IssuerService>,
) -> Result<Tagged<api::Issuer>, ApiError> {
    Ok(convert::tagged(issuers.get(&who, &id.0).await?)?)
}
