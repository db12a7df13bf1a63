//! Reading the audit trail and the log of API calls.

use super::{AuditKeys, audit_event};
use crate::failure::Failure;
use crate::support::{Foundation, listing, page_request};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::api_call::ApiCall;
use certctl_domain::audit::{AuditEvent, ChainLink, ExportFormat};
use certctl_domain::id::AuditEventId;
use certctl_repository::{ApiCallFilter, AuditFilter, Page, Tx};
use certctl_service_api::audit::{
    AuditQuery, AuditService, CallQuery, ChainState, ExportPosition, RecordedEvent,
};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Events per transaction of an export.
const BATCH: u32 = 500;

/// Use cases of the audit trail.
#[derive(Debug)]
pub struct Audit {
    base: Foundation,
    keys: Arc<AuditKeys>,
}

impl Audit {
    /// Over a store; `keys` sign the chain.
    pub const fn new(base: Foundation, keys: Arc<AuditKeys>) -> Self {
        Self { base, keys }
    }
}

fn filter(query: &AuditQuery) -> AuditFilter {
    AuditFilter {
        actor: query.actor.clone(),
        actor_type: query.actor_type,
        action: query.action.clone(),
        resource_type: query.resource_type.clone(),
        resource_id: query.resource_id.clone(),
        request_id: query.request_id.clone(),
        from: query.from,
        to: query.to,
    }
}

fn with_links(tx: &mut dyn Tx, events: Vec<AuditEvent>) -> Result<Vec<RecordedEvent>, Failure> {
    let ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
    let links = tx.audit().links_of(&ids)?;
    let mut links: HashMap<AuditEventId, ChainLink> =
        links.into_iter().map(|link| (link.event_id.clone(), link)).collect();
    let recorded = events.into_iter().map(|event| RecordedEvent { link: links.remove(&event.id), event });
    Ok(recorded.collect())
}

/// What an export was restricted to, for its own event.
fn restrictions(query: &AuditQuery) -> Value {
    let texts = [
        ("actor", query.actor.clone()),
        ("actor_type", query.actor_type.map(|kind| kind.to_string())),
        ("action", query.action.clone()),
        ("resource_type", query.resource_type.clone()),
        ("resource_id", query.resource_id.clone()),
        ("request_id", query.request_id.clone()),
        ("from", query.from.map(certctl_domain::Timestamp::to_rfc3339)),
        ("to", query.to.map(certctl_domain::Timestamp::to_rfc3339)),
    ];
    let given = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?))));
    given.collect::<Map<_, _>>().into()
}

#[async_trait]
impl AuditService for Audit {
    async fn list(
        &self,
        who: &Actor,
        query: AuditQuery,
        page: ListRequest,
    ) -> Result<Listing<RecordedEvent>, ServiceError> {
        who.require(Permission::AuditRead)?;
        let request = page_request("audit", &page)?;
        let wanted = request.clone();
        let found = self.base.store.read("audit.list", move |tx| {
            let Page { items, total, next } = tx.audit().list(&filter(&query), &wanted)?;
            Ok::<_, Failure>(Page { items: with_links(tx, items)?, total, next })
        });
        Ok(listing("audit", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &AuditEventId) -> Result<RecordedEvent, ServiceError> {
        who.require(Permission::AuditRead)?;
        let id = id.clone();
        let found = self.base.store.read("audit.get", move |tx| {
            let event = tx.audit().find(&id)?.into_iter().collect();
            let recorded = with_links(tx, event)?.pop();
            recorded.ok_or_else(|| Failure::Service(ServiceError::not_found("audit event", &id)))
        });
        Ok(found.await?)
    }

    async fn begin_export(
        &self,
        who: &Actor,
        query: AuditQuery,
        format: ExportFormat,
    ) -> Result<AuditQuery, ServiceError> {
        who.require(Permission::AuditRead)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let details = json!({"format": format, "filters": restrictions(&query)});
        let noted = self.base.store.write("audit.begin_export", move |tx| {
            let subject = ("audit_trail", "export");
            let event = audit_event(&*ids, &who, now, "audit_exported", subject, &details);
            Ok::<_, Failure>(tx.audit().append(&event)?)
        });
        noted.await?;
        Ok(AuditQuery { to: Some(query.to.map_or(now, |to| to.min(now))), ..query })
    }

    async fn export_batch(
        &self,
        who: &Actor,
        query: &AuditQuery,
        after: Option<ExportPosition>,
    ) -> Result<Vec<RecordedEvent>, ServiceError> {
        who.require(Permission::AuditRead)?;
        let filter = filter(query);
        let batch = self.base.store.read("audit.export_batch", move |tx| {
            let events = tx.audit().walk(&filter, after.as_ref(), BATCH)?;
            with_links(tx, events)
        });
        Ok(batch.await?)
    }

    async fn chain(&self, who: &Actor) -> Result<ChainState, ServiceError> {
        who.require(Permission::AuditRead)?;
        let public_key = self.keys.public_key().await?;
        let stands = self.base.store.read("audit.chain", |tx| {
            let last = tx.audit_chain().last()?;
            Ok::<_, Failure>((last, tx.audit_chain().latest_checkpoint()?))
        });
        let (last, checkpoint) = stands.await?;
        let pruned = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.sequence);
        Ok(ChainState {
            key_id: public_key.id,
            public_key: public_key.pem,
            sealed: last.map_or(pruned, |link| link.sequence),
            checkpoint,
        })
    }

    async fn calls(
        &self,
        who: &Actor,
        query: CallQuery,
        page: ListRequest,
    ) -> Result<Listing<ApiCall>, ServiceError> {
        who.require(Permission::AuditRead)?;
        let request = page_request("api_calls", &page)?;
        let CallQuery { actor, method, path_prefix, status, request_id, from, to } = query;
        let filter = ApiCallFilter { actor, method, path_prefix, status, request_id, from, to };
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("audit.calls", move |tx| Ok::<_, Failure>(tx.api_calls().list(&filter, &wanted)?));
        Ok(listing("api_calls", &request, found.await?))
    }
}
