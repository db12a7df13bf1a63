//! Between the domain's issuers and their JSON bodies.

use crate::json;
use certctl_api_types::issuer as api;
use certctl_domain::issuer::Issuer;
use certctl_http_core::Tagged;
use certctl_service_api::ServiceError;
use certctl_service_api::issuer::{IssuerSpec, TestReport};

pub(super) fn issuer(issuer: Issuer) -> Result<api::Issuer, ServiceError> {
    Ok(api::Issuer {
        id: issuer.id,
        name: issuer.name,
        kind: issuer.kind,
        config: json::object(&issuer.public_config)?,
        enabled: issuer.enabled,
        last_tested_at: issuer.last_tested_at,
        test_status: issuer.test_status,
        source: issuer.source,
        created_at: issuer.created_at,
        updated_at: issuer.updated_at,
    })
}

pub(super) fn tagged(row: Issuer) -> Result<Tagged<api::Issuer>, ServiceError> {
    Ok(Tagged { revision: row.revision, body: issuer(row)? })
}

pub(super) fn spec(request: api::IssuerRequest) -> IssuerSpec {
    IssuerSpec { name: request.name, kind: request.kind, config: request.config, enabled: request.enabled }
}

/// The body that would leave `row` as it is; secrets read `{"set":true}`.
pub(super) fn request(row: &Issuer) -> Result<api::IssuerRequest, ServiceError> {
    Ok(api::IssuerRequest {
        id: None,
        name: row.name.clone(),
        kind: row.kind.to_string(),
        config: json::object(&row.public_config)?,
        enabled: row.enabled,
    })
}

pub(super) fn test_result(report: TestReport) -> api::TestResult {
    let status = if report.passed { "connection_successful" } else { "failed" };
    api::TestResult { status: status.to_owned(), message: report.message, tested_at: report.tested_at }
}
