//! `GET /api/v1/audit/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::audit as api;
use certctl_domain::id::AuditEventId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::audit::AuditService;

/// Get an audit event
#[utoipa::path(
    get, path = "/api/v1/audit/{id}", tag = "audit",
    params(("id" = AuditEventId, Path, description = "Audit event")),
    responses((status = 200, description = "The event", body = api::AuditEvent)),
)]
pub(super) async fn get_audit_event(
    who: Caller,
    id: PathId<AuditEventId>,
    audit: Data<dyn AuditService>,
) -> Result<Json<api::AuditEvent>, ApiError> {
    Ok(Json(convert::event(audit.get(&who, &id.0).await?)?))
}
