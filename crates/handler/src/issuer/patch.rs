//! `PATCH /api/v1/issuers/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::issuer as api;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::issuer::IssuerService;

/// Change an issuer
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// Secrets of `config` stay unless the patch names them. With `If-Match`, nothing changes unless the
/// issuer is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/issuers/{id}", tag = "issuers",
    params(
        ("id" = IssuerId, Path, description = "Issuer"),
        ("If-Match" = Option<String>, Header, description = "ETag of the issuer as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed issuer", body = api::Issuer),
        (status = 409, description = "It changed since it was read, or the name is taken"),
        (status = 422, description = "The kind is unknown, or its configuration is not valid"),
    ),
)]
pub(super) async fn patch_issuer(
    who: Caller,
    id: PathId<IssuerId>,
    revision: IfMatch,
    patch: MergePatch,
    issuers: Data<dyn IssuerService>,
) -> Result<Tagged<api::Issuer>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)?).map(convert::spec));
    Ok(convert::tagged(issuers.change(&who, &id.0, edit, revision.0).await?)?)
}
