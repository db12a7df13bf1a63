//! `PUT /api/v1/profiles/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::profile as api;
use certctl_domain::id::ProfileId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::profile::ProfileService;

/// Replace a certificate profile
///
/// It holds for the next issuance of its certificates. The body's `id` is ignored. With `If-Match`, nothing changes unless the profile is still the one
/// the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/profiles/{id}", tag = "profiles",
    params(
        ("id" = ProfileId, Path, description = "Certificate profile"),
        ("If-Match" = Option<String>, Header, description = "ETag of the profile as it was read"),
    ),
    request_body = api::ProfileRequest,
    responses(
        (status = 200, description = "The changed profile", body = api::Profile),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn replace_profile(
    who: Caller,
    id: PathId<ProfileId>,
    revision: IfMatch,
    body: Body<api::ProfileRequest>,
    profiles: Data<dyn ProfileService>,
) -> Result<Tagged<api::Profile>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(profiles.change(&who, &id.0, edit, revision.0).await?))
}
