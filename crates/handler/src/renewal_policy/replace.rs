//! `PUT /api/v1/renewal-policies/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::renewal_policy as api;
use certctl_domain::id::RenewalPolicyId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::renewal_policy::RenewalPolicyService;

/// Replace a renewal policy
///
/// Certificates whose renewal this can move are looked at again at once. The body's `id` is ignored. With `If-Match`, nothing changes unless the renewal policy is still the one
/// the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/renewal-policies/{id}", tag = "renewal policies",
    params(
        ("id" = RenewalPolicyId, Path, description = "Renewal policy"),
        ("If-Match" = Option<String>, Header, description = "ETag of the renewal policy as it was read"),
    ),
    request_body = api::RenewalPolicyRequest,
    responses(
        (status = 200, description = "The changed renewal policy", body = api::RenewalPolicy),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn replace_renewal_policy(
    who: Caller,
    id: PathId<RenewalPolicyId>,
    revision: IfMatch,
    body: Body<api::RenewalPolicyRequest>,
    policies: Data<dyn RenewalPolicyService>,
) -> Result<Tagged<api::RenewalPolicy>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(policies.change(&who, &id.0, edit, revision.0).await?))
}
