//! `PUT /api/v1/policies/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::policy as api;
use certctl_domain::id::PolicyRuleId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::policy::PolicyService;

/// Replace a compliance rule
///
/// The inventory is judged again in the background; a rule that is switched off has its violations
/// resolved at once. The body's `id` is ignored. With `If-Match`, nothing changes unless the rule
/// is still the one the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/policies/{id}", tag = "policies",
    params(
        ("id" = PolicyRuleId, Path, description = "Rule"),
        ("If-Match" = Option<String>, Header, description = "ETag of the rule as it was read"),
    ),
    request_body = api::PolicyRequest,
    responses(
        (status = 200, description = "The changed rule", body = api::PolicyRule),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn replace_policy(
    who: Caller,
    id: PathId<PolicyRuleId>,
    revision: IfMatch,
    body: Body<api::PolicyRequest>,
    policies: Data<dyn PolicyService>,
) -> Result<Tagged<api::PolicyRule>, ApiError> {
    let spec = convert::spec(body.0)?;
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(policies.change(&who, &id.0, edit, revision.0).await?)?)
}
