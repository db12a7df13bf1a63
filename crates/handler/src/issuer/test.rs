//! `POST /api/v1/issuers/{id}/test`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::issuer as api;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::issuer::IssuerService;

/// Test the connection to an issuer
///
/// A test that fails is a result, not an error: 200 with `failed`.
#[utoipa::path(
    post, path = "/api/v1/issuers/{id}/test", tag = "issuers",
    params(("id" = IssuerId, Path, description = "Issuer")),
    responses((status = 200, description = "The result", body = api::TestResult)),
)]
pub(super) async fn test_issuer(
    who: Caller,
    id: PathId<IssuerId>,
    issuers: Data<dyn IssuerService>,
) -> Result<Json<api::TestResult>, ApiError> {
    Ok(Json(convert::test_result(issuers.test(&who, &id.0).await?)))
}
