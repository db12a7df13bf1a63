//! `GET /api/v1/issuers`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, issuer as api};
use certctl_domain::issuer::IssuerKind;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::issuer::{IssuerQuery, IssuerService};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct IssuerFilter {
    /// Only issuers of this kind.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<IssuerKind>,
    /// Only issuers that may, or may not, be used.
    enabled: Option<bool>,
}

/// List issuers
#[utoipa::path(
    get, path = "/api/v1/issuers", tag = "issuers",
    params(Paging, IssuerFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Issuer>)),
)]
pub(super) async fn list_issuers(
    who: Caller,
    input: List<IssuerFilter>,
    issuers: Data<dyn IssuerService>,
) -> Result<Json<Page<api::Issuer>>, ApiError> {
    let query = IssuerQuery { kind: input.filter.kind, enabled: input.filter.enabled };
    Ok(Json(page(issuers.list(&who, query, input.page).await?, convert::issuer)?))
}
