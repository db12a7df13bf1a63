//! `GET /api/v1/violations`.

use crate::policy::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, policy as api};
use certctl_domain::id::{CertificateId, PolicyRuleId};
use certctl_domain::policy::PolicySeverity;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::policy::{PolicyService, ViolationQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ViolationFilter {
    /// Certificate.
    #[param(inline)]
    certificate_id: Option<CertificateId>,
    /// Rule.
    #[param(inline)]
    rule_id: Option<PolicyRuleId>,
    /// Severity.
    #[param(inline)]
    severity: Option<PolicySeverity>,
    /// `true` for those that are open, `false` for those that are resolved.
    open: Option<bool>,
}

/// List violations of compliance rules
#[utoipa::path(
    get, path = "/api/v1/violations", tag = "policies",
    params(Paging, ViolationFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::PolicyViolation>)),
)]
pub(super) async fn list_violations(
    who: Caller,
    input: List<ViolationFilter>,
    policies: Data<dyn PolicyService>,
) -> Result<Json<Page<api::PolicyViolation>>, ApiError> {
    let ViolationFilter { certificate_id, rule_id, severity, open } = input.filter;
    let query = ViolationQuery { certificate_id, rule_id, severity, open };
    let listing = policies.violations(&who, query, input.page).await?;
    page(listing, |row| Ok(convert::violation(row))).map(Json)
}
