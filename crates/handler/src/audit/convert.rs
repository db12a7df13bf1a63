//! Between the domain's audit trail and its JSON bodies.

use certctl_api_types::audit as api;
use certctl_domain::api_call::ApiCall;
use certctl_domain::audit::Checkpoint;
use certctl_service_api::ServiceError;
use certctl_service_api::audit::{ChainState, RecordedEvent};

pub(super) fn event(recorded: RecordedEvent) -> Result<api::AuditEvent, ServiceError> {
    let RecordedEvent { event, link } = recorded;
    Ok(api::AuditEvent {
        id: event.id,
        actor: event.actor,
        actor_type: event.actor_type,
        action: event.action,
        resource_type: event.resource_type,
        resource_id: event.resource_id,
        details: crate::json::value(&event.details)?,
        timestamp: event.timestamp,
        request_id: event.request_id,
        client_address: event.client_address,
        sequence: link.as_ref().map(|link| link.sequence),
        hash: link.map(|link| link.hash),
    })
}

fn checkpoint(checkpoint: Checkpoint) -> api::Checkpoint {
    let Checkpoint { id, kind, sequence, hash, signed_at, key_id, signature } = checkpoint;
    api::Checkpoint { id, kind, sequence, hash, signed_at, key_id, signature }
}

pub(super) fn chain(state: ChainState) -> api::ChainState {
    let ChainState { public_key, key_id, sealed, checkpoint: newest } = state;
    api::ChainState { public_key, key_id, sealed, checkpoint: newest.map(checkpoint) }
}

pub(super) fn call(call: ApiCall) -> api::ApiCall {
    api::ApiCall {
        id: call.id,
        method: call.method,
        path: call.path,
        route: call.route,
        actor: call.actor,
        actor_type: call.actor_type,
        body_sha256: call.body_sha256,
        status: call.status,
        latency_ms: call.latency_ms,
        request_id: call.request_id,
        client_address: call.client_address,
        lost: call.lost,
        timestamp: call.timestamp,
    }
}
