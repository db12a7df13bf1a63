//! Between the domain's channels and their JSON bodies.

use crate::json;
use certctl_api_types::channel as api;
use certctl_domain::notification::{Channel, ChannelHealth};
use certctl_http_core::Tagged;
use certctl_service_api::ServiceError;
use certctl_service_api::channel::ChannelSpec;

pub(super) fn channel(row: Channel) -> Result<api::Channel, ServiceError> {
    Ok(api::Channel {
        id: row.id,
        name: row.name,
        kind: row.kind,
        config: json::object(&row.public_config)?,
        enabled: row.enabled,
        source: row.source,
        health: health(row.health),
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn health(health: ChannelHealth) -> api::ChannelHealth {
    api::ChannelHealth {
        consecutive_failures: health.consecutive_failures,
        last_success_at: health.last_success_at,
        last_failure_at: health.last_failure_at,
        last_error: health.last_error,
        failing_since: health.failing_since,
    }
}

pub(super) fn tagged(row: Channel) -> Result<Tagged<api::Channel>, ServiceError> {
    Ok(Tagged { revision: row.revision(), body: channel(row)? })
}

pub(super) fn spec(request: api::ChannelRequest) -> ChannelSpec {
    ChannelSpec { name: request.name, kind: request.kind, config: request.config, enabled: request.enabled }
}

/// The body that would leave `row` as it is; secrets read `{"set":true}`.
pub(super) fn request(row: &Channel) -> Result<api::ChannelRequest, ServiceError> {
    Ok(api::ChannelRequest {
        id: None,
        name: row.name.clone(),
        kind: row.kind,
        config: json::object(&row.public_config)?,
        enabled: row.enabled,
    })
}
