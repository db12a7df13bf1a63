//! `PUT /api/v1/targets/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::target as api;
use certctl_domain::id::TargetId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::target::TargetService;

/// Replace a target
///
/// A secret that reads `{"set":true}` keeps its stored value. The body's `id` is ignored. With
/// `If-Match`, nothing changes unless the target is still the one the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/targets/{id}", tag = "targets",
    params(
        ("id" = TargetId, Path, description = "Target"),
        ("If-Match" = Option<String>, Header, description = "ETag of the target as it was read"),
    ),
    request_body = api::TargetRequest,
    responses(
        (status = 200, description = "The changed target", body = api::Target),
        (status = 409, description = "It changed since it was read, or the name is taken"),
        (status = 422, description = "Kind, agent or configuration are not valid"),
    ),
)]
pub(super) async fn replace_target(
    who: Caller,
    id: PathId<TargetId>,
    revision: IfMatch,
    body: Body<api::TargetRequest>,
    targets: Data<dyn TargetService>,
) -> Result<Tagged<api::Target>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(targets.change(&who, &id.0, edit, revision.0).await?)?)
}
