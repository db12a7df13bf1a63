//! `GET /api/v1/operations/{id}/items`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, operation as api};
use certctl_domain::id::OperationId;
use certctl_domain::operation::ItemState;
use certctl_http_core::{ApiError, Caller, List, Paging, PathId, page};
use certctl_service_api::operation::OperationService;
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ItemFilter {
    /// Only items of which this became.
    #[param(inline)]
    state: Option<ItemState>,
}

/// List the certificates of an operation, and what became of each
#[utoipa::path(
    get, path = "/api/v1/operations/{id}/items", tag = "operations",
    params(("id" = OperationId, Path, description = "Operation"), Paging, ItemFilter),
    responses((status = 200, description = "One page, by certificate id", body = Page<api::OperationItem>)),
)]
pub(super) async fn list_operation_items(
    who: Caller,
    id: PathId<OperationId>,
    input: List<ItemFilter>,
    operations: Data<dyn OperationService>,
) -> Result<Json<Page<api::OperationItem>>, ApiError> {
    let listing = operations.items(&who, &id.0, input.filter.state, input.page).await?;
    Ok(Json(page(listing, convert::item)?))
}
