//! `GET /api/v1/audit/checkpoint`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::audit as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::audit::AuditService;

/// Get the newest checkpoint
///
/// Kept elsewhere, it lets `certctl-server audit verify` prove that nothing before it was changed
/// or removed since.
#[utoipa::path(
    get, path = "/api/v1/audit/checkpoint", tag = "audit",
    responses((status = 200, description = "How the chain stands", body = api::ChainState)),
)]
pub(super) async fn get_audit_checkpoint(
    who: Caller,
    audit: Data<dyn AuditService>,
) -> Result<Json<api::ChainState>, ApiError> {
    Ok(Json(convert::chain(audit.chain(&who).await?)))
}
