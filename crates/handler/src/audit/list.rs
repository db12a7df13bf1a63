//! `GET /api/v1/audit`.

use super::convert;
use super::filter::AuditFilter;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, audit as api};
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::audit::AuditService;

/// List audit events
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "audit",
    params(Paging, AuditFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::AuditEvent>)),
)]
pub(super) async fn list_audit_events(
    who: Caller,
    input: List<AuditFilter>,
    audit: Data<dyn AuditService>,
) -> Result<Json<Page<api::AuditEvent>>, ApiError> {
    Ok(Json(page(audit.list(&who, input.filter.into(), input.page).await?, convert::event)?))
}
