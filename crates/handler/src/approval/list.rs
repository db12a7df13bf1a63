//! `GET /api/v1/approvals`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, approval as api};
use certctl_domain::approval::ApprovalState;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::approval::{ApprovalQuery, ApprovalService};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ApprovalFilter {
    /// State.
    #[param(inline)]
    state: Option<ApprovalState>,
    /// Certificate.
    #[param(inline)]
    certificate_id: Option<CertificateId>,
    /// Name of the requester.
    requested_by: Option<String>,
}

/// List approval requests
#[utoipa::path(
    get, path = "/api/v1/approvals", tag = "approvals",
    params(Paging, ApprovalFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::ApprovalRequest>)),
)]
pub(super) async fn list_approvals(
    who: Caller,
    input: List<ApprovalFilter>,
    approvals: Data<dyn ApprovalService>,
) -> Result<Json<Page<api::ApprovalRequest>>, ApiError> {
    let ApprovalFilter { state, certificate_id, requested_by } = input.filter;
    let query = ApprovalQuery { state, certificate_id, requested_by };
    page(approvals.list(&who, query, input.page).await?, |row| Ok(convert::request(row))).map(Json)
}
