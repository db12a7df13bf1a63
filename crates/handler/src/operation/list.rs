//! `GET /api/v1/operations`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, operation as api};
use certctl_domain::operation::OperationState;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::operation::{OperationQuery, OperationService};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OperationFilter {
    /// Only this action, for example `bulk_renew`.
    kind: Option<String>,
    /// Only those that are so far.
    #[param(inline)]
    state: Option<OperationState>,
}

/// List operations
#[utoipa::path(
    get, path = "/api/v1/operations", tag = "operations",
    params(Paging, OperationFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Operation>)),
)]
pub(super) async fn list_operations(
    who: Caller,
    input: List<OperationFilter>,
    operations: Data<dyn OperationService>,
) -> Result<Json<Page<api::Operation>>, ApiError> {
    let query = OperationQuery { kind: input.filter.kind, state: input.filter.state };
    Ok(Json(page(operations.list(&who, query, input.page).await?, convert::operation)?))
}
