//! `PATCH /api/v1/owners/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::owner as api;
use certctl_domain::id::OwnerId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::owner::OwnerService;

/// Change an owner
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// With `If-Match`, nothing changes unless the owner is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/owners/{id}", tag = "owners",
    params(
        ("id" = OwnerId, Path, description = "Owner"),
        ("If-Match" = Option<String>, Header, description = "ETag of the owner as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed owner", body = api::Owner),
        (status = 409, description = "It changed since it was read"),
        (status = 422, description = "The team does not exist"),
    ),
)]
pub(super) async fn patch_owner(
    who: Caller,
    id: PathId<OwnerId>,
    revision: IfMatch,
    patch: MergePatch,
    owners: Data<dyn OwnerService>,
) -> Result<Tagged<api::Owner>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)).map(convert::spec));
    Ok(convert::tagged(owners.change(&who, &id.0, edit, revision.0).await?))
}
