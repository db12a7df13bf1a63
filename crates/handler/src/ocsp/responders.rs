//! `GET /api/v1/admin/ocsp/responders`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::ocsp as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::ocsp::OcspService;

/// Look at the OCSP responders
///
/// The delegated responders of every CA of certctl: those that sign now, and former ones until their
/// certificates end. For administrators.
#[utoipa::path(
    get, path = "/api/v1/admin/ocsp/responders", tag = "revocation",
    responses((status = 200, description = "By issuer, newest first", body = api::OcspResponders)),
)]
pub(super) async fn list_ocsp_responders(
    who: Caller,
    ocsp: Data<dyn OcspService>,
) -> Result<Json<api::OcspResponders>, ApiError> {
    Ok(Json(convert::responders(ocsp.responders(&who).await?)))
}
