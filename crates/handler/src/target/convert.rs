//! Between the domain's targets and their JSON bodies.

use crate::json;
use certctl_api_types::target as api;
use certctl_domain::target::Target;
use certctl_http_core::Tagged;
use certctl_service_api::ServiceError;
use certctl_service_api::target::TargetSpec;

pub(super) fn target(target: Target) -> Result<api::Target, ServiceError> {
    Ok(api::Target {
        id: target.id,
        name: target.name,
        kind: target.kind,
        agent_id: target.agent_id,
        config: json::object(&target.public_config)?,
        enabled: target.enabled,
        last_tested_at: target.last_tested_at,
        test_status: target.test_status,
        source: target.source,
        retired_at: target.retired_at,
        retired_reason: target.retired_reason,
        created_at: target.created_at,
        updated_at: target.updated_at,
    })
}

pub(super) fn tagged(row: Target) -> Result<Tagged<api::Target>, ServiceError> {
    Ok(Tagged { revision: row.revision, body: target(row)? })
}

pub(super) fn spec(request: api::TargetRequest) -> TargetSpec {
    TargetSpec {
        name: request.name,
        kind: request.kind,
        agent_id: request.agent_id,
        config: request.config,
        enabled: request.enabled,
    }
}

/// The body that would leave `row` as it is; secrets read `{"set":true}`.
pub(super) fn request(row: &Target) -> Result<api::TargetRequest, ServiceError> {
    Ok(api::TargetRequest {
        id: None,
        name: row.name.clone(),
        kind: row.kind.to_string(),
        agent_id: row.agent_id.clone(),
        config: json::object(&row.public_config)?,
        enabled: row.enabled,
    })
}
