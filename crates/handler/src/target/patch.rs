//! `PATCH /api/v1/targets/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::target as api;
use certctl_domain::id::TargetId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::target::TargetService;

/// Change a target
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// Secrets of `config` stay unless the patch names them. With `If-Match`, nothing changes unless the
/// target is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/targets/{id}", tag = "targets",
    params(
        ("id" = TargetId, Path, description = "Target"),
        ("If-Match" = Option<String>, Header, description = "ETag of the target as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed target", body = api::Target),
        (status = 409, description = "It changed since it was read, or the name is taken"),
        (status = 422, description = "Kind, agent or configuration are not valid"),
    ),
)]
pub(super) async fn patch_target(
    who: Caller,
    id: PathId<TargetId>,
    revision: IfMatch,
    patch: MergePatch,
    targets: Data<dyn TargetService>,
) -> Result<Tagged<api::Target>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)?).map(convert::spec));
    Ok(convert::tagged(targets.change(&who, &id.0, edit, revision.0).await?)?)
}
