//! `PUT /api/v1/owners/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::owner as api;
use certctl_domain::id::OwnerId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::owner::OwnerService;

/// Replace an owner
///
/// The body's `id` is ignored. With `If-Match`, nothing changes unless the owner is still the one
/// the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/owners/{id}", tag = "owners",
    params(
        ("id" = OwnerId, Path, description = "Owner"),
        ("If-Match" = Option<String>, Header, description = "ETag of the owner as it was read"),
    ),
    request_body = api::OwnerRequest,
    responses(
        (status = 200, description = "The changed owner", body = api::Owner),
        (status = 409, description = "It changed since it was read"),
        (status = 422, description = "The team does not exist"),
    ),
)]
pub(super) async fn replace_owner(
    who: Caller,
    id: PathId<OwnerId>,
    revision: IfMatch,
    body: Body<api::OwnerRequest>,
    owners: Data<dyn OwnerService>,
) -> Result<Tagged<api::Owner>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(owners.change(&who, &id.0, edit, revision.0).await?))
}
