//! `PATCH /api/v1/profiles/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::profile as api;
use certctl_domain::id::ProfileId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::profile::ProfileService;

/// Change a certificate profile
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// It holds for the next issuance of its certificates. With `If-Match`, nothing changes unless the profile is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/profiles/{id}", tag = "profiles",
    params(
        ("id" = ProfileId, Path, description = "Certificate profile"),
        ("If-Match" = Option<String>, Header, description = "ETag of the profile as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed profile", body = api::Profile),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn patch_profile(
    who: Caller,
    id: PathId<ProfileId>,
    revision: IfMatch,
    patch: MergePatch,
    profiles: Data<dyn ProfileService>,
) -> Result<Tagged<api::Profile>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)).map(convert::spec));
    Ok(convert::tagged(profiles.change(&who, &id.0, edit, revision.0).await?))
}
