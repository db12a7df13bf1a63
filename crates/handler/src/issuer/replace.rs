//! `PUT /api/v1/issuers/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::issuer as api;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::issuer::IssuerService;

/// Replace an issuer
///
/// A secret that reads `{"set":true}` keeps its stored value. The body's `id` is ignored. With
/// `If-Match`, nothing changes unless the issuer is still the one the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/issuers/{id}", tag = "issuers",
    params(
        ("id" = IssuerId, Path, description = "Issuer"),
        ("If-Match" = Option<String>, Header, description = "ETag of the issuer as it was read"),
    ),
    request_body = api::IssuerRequest,
    responses(
        (status = 200, description = "The changed issuer", body = api::Issuer),
        (status = 409, description = "It changed since it was read, or the name is taken"),
        (status = 422, description = "The kind is unknown, or its configuration is not valid"),
    ),
)]
pub(super) async fn replace_issuer(
    who: Caller,
    id: PathId<IssuerId>,
    revision: IfMatch,
    body: Body<api::IssuerRequest>,
    issuers: Data<dyn IssuerService>,
) -> Result<Tagged<api::Issuer>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(issuers.change(&who, &id.0, edit, revision.0).await?)?)
}
