//! `GET /api/v1/admin/crl/cache`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::crl as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::crl::CrlService;

/// Look at how CRLs are made
///
/// Every issuer with its newest CRL and its latest attempts. For administrators.
#[utoipa::path(
    get, path = "/api/v1/admin/crl/cache", tag = "revocation",
    responses((status = 200, description = "One row per issuer, by id", body = api::CrlCache)),
)]
pub(super) async fn get_crl_cache(
    who: Caller,
    crls: Data<dyn CrlService>,
) -> Result<Json<api::CrlCache>, ApiError> {
    Ok(Json(convert::cache(crls.cache(&who).await?)))
}
