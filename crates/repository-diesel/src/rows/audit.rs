//! Rows of `audit_events`.

use super::{IntoDomain, Origin};
use crate::schema::audit_events;
use crate::types::DbTime;
use certctl_domain::JsonText;
use certctl_domain::audit::AuditEvent;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub(crate) struct AuditRow {
    id: String,
    actor: String,
    actor_type: String,
    action: String,
    resource_type: String,
    resource_id: String,
    details: String,
    request_id: Option<String>,
    client_address: Option<String>,
    timestamp: DbTime,
}

impl From<&AuditEvent> for AuditRow {
    fn from(event: &AuditEvent) -> Self {
        Self {
            id: event.id.to_string(),
            actor: event.actor.clone(),
            actor_type: event.actor_type.to_string(),
            action: event.action.clone(),
            resource_type: event.resource_type.clone(),
            resource_id: event.resource_id.clone(),
            details: event.details.as_str().to_owned(),
            request_id: event.request_id.clone(),
            client_address: event.client_address.clone(),
            timestamp: event.timestamp.into(),
        }
    }
}

impl IntoDomain for AuditRow {
    type Domain = AuditEvent;

    fn into_domain(self) -> Result<AuditEvent, StoreError> {
        let at = Origin { table: "audit_events", id: &self.id };
        Ok(AuditEvent {
            id: at.parse("id", &self.id)?,
            actor: self.actor,
            actor_type: at.parse("actor_type", &self.actor_type)?,
            action: self.action,
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            details: JsonText::trusted(self.details),
            request_id: self.request_id,
            client_address: self.client_address,
            timestamp: self.timestamp.into(),
        })
    }
}
