//! `GET /api/v1/crl`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, crl as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::crl::CrlService;
use std::convert::Infallible;

/// List the CRLs of every CA of certctl
///
/// Relying parties get them without credentials where certificates say.
#[utoipa::path(
    get, path = "/api/v1/crl", tag = "revocation",
    params(Paging),
    responses((status = 200, description = "One page of issuers, newest first", body = Page<api::IssuerCrls>)),
)]
pub(super) async fn list_crls(
    who: Caller,
    input: List<NoFilter>,
    crls: Data<dyn CrlService>,
) -> Result<Json<Page<api::IssuerCrls>>, ApiError> {
    let found = crls.list(&who, input.page).await?;
    let Ok(found) = page(found, |row| Ok::<_, Infallible>(convert::issuer(row)));
    Ok(Json(found))
}
