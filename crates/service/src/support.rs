//! What every service holds, and the small conversions they share.

use certctl_domain::audit::AuditEvent;
use certctl_domain::id::{AuditEventId, IdSource};
use certctl_domain::{Clock, JsonText, Timestamp};
use certctl_repository::{Cursor, Page, PageRequest, Store};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Store, clock and ids: the base of every service.
#[derive(Debug, Clone)]
pub struct Foundation {
    /// Database.
    pub store: Store,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Source of ids.
    pub ids: Arc<dyn IdSource>,
}

/// Builds the audit event of one fact.
pub(crate) fn audit_event(
    ids: &dyn IdSource,
    who: &Actor,
    at: Timestamp,
    action: &str,
    (resource_type, resource_id): (&str, &str),
    details: &serde_json::Value,
) -> AuditEvent {
    AuditEvent {
        id: AuditEventId::mint(ids),
        actor: who.name().to_owned(),
        actor_type: who.actor_type(),
        action: action.to_owned(),
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        details: JsonText::trusted(details.to_string()),
        request_id: who.request_id.clone(),
        client_address: who.client_address.clone(),
        timestamp: at,
    }
}

/// Position in a list as clients carry it: opaque, bound to the list and its order.
#[derive(Serialize, Deserialize)]
struct CursorText {
    /// List and order, so that a cursor of another list is refused.
    l: String,
    /// Sort key.
    k: String,
    /// Id.
    i: String,
}

/// Turns a client's wish into a storage request. `list` names list and order.
pub(crate) fn page_request(list: &str, request: &ListRequest) -> Result<PageRequest, ServiceError> {
    use base64::Engine;
    let after = match &request.cursor {
        None => None,
        Some(text) => {
            let cursor = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(text)
                .ok()
                .and_then(|bytes| serde_json::from_slice::<CursorText>(&bytes).ok())
                .filter(|cursor| cursor.l == list)
                .ok_or_else(|| {
                    ServiceError::invalid(
                        "cursor",
                        "invalid_cursor",
                        "use the next_cursor of the same list and sort, unchanged",
                    )
                })?;
            Some(Cursor { key: cursor.k, id: cursor.i })
        }
    };
    Ok(PageRequest { page: request.page.max(1), per_page: request.per_page.clamp(1, 500), after })
}

/// Turns a storage page into what the client gets.
pub(crate) fn listing<T>(list: &str, request: &PageRequest, page: Page<T>) -> Listing<T> {
    use base64::Engine;
    let next_cursor = page.next.and_then(|cursor| {
        let text = CursorText { l: list.to_owned(), k: cursor.key, i: cursor.id };
        let bytes = serde_json::to_vec(&text).ok()?;
        Some(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    });
    Listing {
        items: page.items,
        total: page.total,
        page: request.page,
        per_page: request.per_page,
        next_cursor,
    }
}

/// Checks the length of a name in characters.
pub(crate) fn check_name(field: &str, name: &str, max: usize) -> Result<(), ServiceError> {
    let length = name.chars().count();
    if length == 0 || length > max || name.chars().any(char::is_control) {
        return Err(ServiceError::invalid(
            field,
            "invalid_length",
            format!("must have 1 to {max} characters and no control characters"),
        ));
    }
    Ok(())
}
