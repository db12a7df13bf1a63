//! `POST /api/v1/policies/preview`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::policy as api;
use certctl_http_core::{ApiError, Body, Caller};
use certctl_service_api::policy::PolicyService;

/// Offenders that are named when the body says nothing.
const NAMED: u32 = 50;

/// Try out a compliance rule
///
/// Judges every certificate that is not archived by a rule that is not stored, or by a stored one
/// with changes, and stores nothing. All are counted; `limit` says how many are named.
#[utoipa::path(
    post, path = "/api/v1/policies/preview", tag = "policies",
    request_body = api::PolicyPreviewRequest,
    responses(
        (status = 200, description = "What the rule would find", body = api::PolicyPreview),
        (status = 404, description = "There is no rule `rule_id`"),
    ),
)]
pub(super) async fn preview_policy(
    who: Caller,
    body: Body<api::PolicyPreviewRequest>,
    policies: Data<dyn PolicyService>,
) -> Result<Json<api::PolicyPreview>, ApiError> {
    let limit = body.0.limit.unwrap_or(NAMED);
    let found = policies.preview(&who, convert::draft(body.0)?, limit).await?;
    Ok(Json(convert::preview(found)))
}
