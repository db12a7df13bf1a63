//! Events as lines of CSV.

use crate::csv;
use certctl_api_types::audit::AuditEvent;

/// Names of the columns, with the line end.
pub(super) const HEADER: &str = "id,timestamp,actor,actor_type,action,resource_type,resource_id,details,request_id,client_address,sequence,hash\r\n";

/// One event in the order of [`HEADER`], with the line end.
pub(super) fn line(event: &AuditEvent) -> String {
    csv::line([
        event.id.as_str().to_owned(),
        event.timestamp.to_rfc3339(),
        event.actor.clone(),
        event.actor_type.to_string(),
        event.action.clone(),
        event.resource_type.clone(),
        event.resource_id.clone(),
        event.details.to_string(),
        event.request_id.clone().unwrap_or_default(),
        event.client_address.clone().unwrap_or_default(),
        event.sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
        event.hash.clone().unwrap_or_default(),
    ])
}
