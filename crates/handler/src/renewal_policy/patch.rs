//! `PATCH /api/v1/renewal-policies/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::renewal_policy as api;
use certctl_domain::id::RenewalPolicyId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::renewal_policy::RenewalPolicyService;

/// Change a renewal policy
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// Certificates whose renewal this can move are looked at again at once. With `If-Match`, nothing changes unless the renewal policy is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/renewal-policies/{id}", tag = "renewal policies",
    params(
        ("id" = RenewalPolicyId, Path, description = "Renewal policy"),
        ("If-Match" = Option<String>, Header, description = "ETag of the renewal policy as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed renewal policy", body = api::RenewalPolicy),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn patch_renewal_policy(
    who: Caller,
    id: PathId<RenewalPolicyId>,
    revision: IfMatch,
    patch: MergePatch,
    policies: Data<dyn RenewalPolicyService>,
) -> Result<Tagged<api::RenewalPolicy>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)).map(convert::spec));
    Ok(convert::tagged(policies.change(&who, &id.0, edit, revision.0).await?))
}
