//! An audit trail in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::JsonText;
use certctl_domain::access::ActorType;
use certctl_domain::api_call::ApiCall;
use certctl_domain::audit::{AuditEvent, ChainLink, Checkpoint, CheckpointKind, ExportFormat};
use certctl_domain::id::AuditEventId;
use certctl_service_api::audit::{
    AuditQuery, AuditService, CallQuery, ChainState, ExportPosition, RecordedEvent,
};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};

/// Knows `audit-1`, which is sealed, and `audit-2`, which is not and whose actor is a formula.
pub(crate) struct Audit;

fn events() -> Vec<RecordedEvent> {
    let event = |id: &str, actor: &str| AuditEvent {
        id: sample::id(id),
        actor: actor.to_owned(),
        actor_type: ActorType::User,
        action: "team_updated".to_owned(),
        resource_type: "team".to_owned(),
        resource_id: "sample-1".to_owned(),
        details: JsonText::trusted(r#"{"before":{"name":"Web"},"after":{"name":"Edge"}}"#),
        request_id: Some("request-1".to_owned()),
        client_address: Some("192.0.2.7".to_owned()),
        timestamp: sample::time(1),
    };
    let link = ChainLink { sequence: 1, event_id: sample::id("audit-1"), hash: "ab".repeat(32) };
    vec![
        RecordedEvent { event: event("audit-1", "ops"), link: Some(link) },
        RecordedEvent { event: event("audit-2", "=cmd()"), link: None },
    ]
}

fn wanted(event: &AuditEvent, query: &AuditQuery) -> bool {
    let same = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| wanted == text);
    same(&query.actor, &event.actor)
        && same(&query.action, &event.action)
        && same(&query.resource_type, &event.resource_type)
        && same(&query.resource_id, &event.resource_id)
        && query.actor_type.is_none_or(|kind| kind == event.actor_type)
        && query.from.is_none_or(|from| from <= event.timestamp)
        && query.to.is_none_or(|to| event.timestamp < to)
}

#[async_trait]
impl AuditService for Audit {
    async fn list(
        &self,
        _: &Actor,
        query: AuditQuery,
        page: ListRequest,
    ) -> Result<Listing<RecordedEvent>, ServiceError> {
        let rows: Vec<_> = events().into_iter().filter(|row| wanted(&row.event, &query)).collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &AuditEventId) -> Result<RecordedEvent, ServiceError> {
        let found = events().into_iter().find(|row| row.event.id == *id);
        found.ok_or_else(|| ServiceError::not_found("audit event", id))
    }

    async fn begin_export(
        &self,
        _: &Actor,
        query: AuditQuery,
        _: ExportFormat,
    ) -> Result<AuditQuery, ServiceError> {
        Ok(query)
    }

    /// One event per batch.
    async fn export_batch(
        &self,
        _: &Actor,
        query: &AuditQuery,
        after: Option<ExportPosition>,
    ) -> Result<Vec<RecordedEvent>, ServiceError> {
        let later = |row: &RecordedEvent| after.as_ref().is_none_or(|(_, id)| row.event.id > *id);
        Ok(events().into_iter().filter(|row| later(row) && wanted(&row.event, query)).take(1).collect())
    }

    async fn chain(&self, _: &Actor) -> Result<ChainState, ServiceError> {
        let checkpoint = Checkpoint {
            id: sample::id("acp-1"),
            kind: CheckpointKind::Checkpoint,
            sequence: 1,
            hash: "ab".repeat(32),
            signed_at: sample::time(2),
            key_id: "cd".repeat(32),
            signature: "ef".repeat(64),
        };
        Ok(ChainState {
            public_key: "-----BEGIN PUBLIC KEY-----\n".to_owned(),
            key_id: "cd".repeat(32),
            sealed: 1,
            checkpoint: Some(checkpoint),
        })
    }

    async fn calls(
        &self,
        _: &Actor,
        query: CallQuery,
        page: ListRequest,
    ) -> Result<Listing<ApiCall>, ServiceError> {
        let call = ApiCall {
            id: sample::id("call-1"),
            method: "POST".to_owned(),
            path: "/api/v1/teams".to_owned(),
            route: Some("/api/v1/teams".to_owned()),
            actor: "ops".to_owned(),
            actor_type: Some(ActorType::User),
            body_sha256: "ab".repeat(32),
            status: Some(201),
            latency_ms: 12,
            request_id: Some("request-1".to_owned()),
            client_address: Some("192.0.2.7".to_owned()),
            lost: 0,
            timestamp: sample::time(1),
        };
        let rows: Vec<_> = [call]
            .into_iter()
            .filter(|call| query.status.is_none_or(|status| call.status == Some(status)))
            .filter(|call| query.path_prefix.as_deref().is_none_or(|prefix| call.path.starts_with(prefix)))
            .collect();
        page_of(&rows, &page)
    }
}
