//! `GET /api/v1/audit/calls`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, audit as api};
use certctl_http_core::{ApiError, Caller, DateOrTime, List, Paging, page};
use certctl_service_api::ServiceError;
use certctl_service_api::audit::{AuditService, CallQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CallFilter {
    /// Who, exact: key name, agent id or `anonymous`.
    actor: Option<String>,
    /// Method, exact, for example `POST`.
    method: Option<String>,
    /// Beginning of the path, for example `/api/v1/certificates`.
    path: Option<String>,
    /// Status of the answer, for example 403.
    #[param(minimum = 100, maximum = 599)]
    status: Option<u32>,
    /// Request id.
    request_id: Option<String>,
    /// Not before this instant or day.
    #[param(value_type = Option<String>, example = "2026-06-01")]
    from: Option<DateOrTime>,
    /// Before this instant or day.
    #[param(value_type = Option<String>, example = "2026-07-01T00:00:00Z")]
    to: Option<DateOrTime>,
}

impl TryFrom<CallFilter> for CallQuery {
    type Error = ServiceError;

    fn try_from(filter: CallFilter) -> Result<Self, ServiceError> {
        let CallFilter { actor, method, path, status, request_id, from, to } = filter;
        let status = status.map(|status| {
            u16::try_from(status).ok().filter(|status| (100..600).contains(status)).ok_or_else(|| {
                ServiceError::invalid("status", "invalid_value", "use a status from 100 to 599")
            })
        });
        Ok(Self {
            actor,
            method,
            path_prefix: path,
            status: status.transpose()?,
            request_id,
            from: from.map(|at| at.0),
            to: to.map(|at| at.0),
        })
    }
}

/// List API calls
///
/// What was asked of the API, by whom and with what result, refused calls included. Kept for a
/// limited time.
#[utoipa::path(
    get, path = "/api/v1/audit/calls", tag = "audit",
    params(Paging, CallFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::ApiCall>)),
)]
pub(super) async fn list_api_calls(
    who: Caller,
    input: List<CallFilter>,
    audit: Data<dyn AuditService>,
) -> Result<Json<Page<api::ApiCall>>, ApiError> {
    let query = CallQuery::try_from(input.filter)?;
    page(audit.calls(&who, query, input.page).await?, |call| Ok(convert::call(call))).map(Json)
}
