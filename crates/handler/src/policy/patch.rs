//! `PATCH /api/v1/policies/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::policy as api;
use certctl_domain::id::PolicyRuleId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::policy::PolicyService;

/// Change a compliance rule
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// `config` is merged too: with another `type`, set the old field of `config` to `null`. The
/// inventory is judged again in the background; a rule that is switched off has its violations
/// resolved at once. With `If-Match`, nothing changes unless the rule is still the one the `ETag`
/// came with.
#[utoipa::path(
    patch, path = "/api/v1/policies/{id}", tag = "policies",
    params(
        ("id" = PolicyRuleId, Path, description = "Rule"),
        ("If-Match" = Option<String>, Header, description = "ETag of the rule as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed rule", body = api::PolicyRule),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn patch_policy(
    who: Caller,
    id: PathId<PolicyRuleId>,
    revision: IfMatch,
    patch: MergePatch,
    policies: Data<dyn PolicyService>,
) -> Result<Tagged<api::PolicyRule>, ApiError> {
    let edit = Box::new(move |row: &_| convert::patched(row, &patch));
    Ok(convert::tagged(policies.change(&who, &id.0, edit, revision.0).await?)?)
}
