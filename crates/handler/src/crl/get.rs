//! `GET /api/v1/crl/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::crl as api;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::crl::CrlService;

/// Get the CRLs of an issuer
#[utoipa::path(
    get, path = "/api/v1/crl/{id}", tag = "revocation",
    params(("id" = IssuerId, Path, description = "Issuer")),
    responses(
        (status = 200, description = "Partitions, deltas, and those of earlier keys", body = api::IssuerCrls),
        (status = 404, description = "There is no such issuer, or it is a CA outside certctl"),
    ),
)]
pub(super) async fn get_crls(
    who: Caller,
    id: PathId<IssuerId>,
    crls: Data<dyn CrlService>,
) -> Result<Json<api::IssuerCrls>, ApiError> {
    Ok(Json(convert::issuer(crls.get(&who, &id.0).await?)))
}
