//! The audit trail and the log of API calls.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::audit::{ApiCall, AuditEvent, ChainState};
use certctl_domain::id::AuditEventId;

pub use crate::call::Stream as EventStream;
pub use certctl_domain::audit::ExportFormat;

/// `/audit`.
#[derive(Debug, Clone, Copy)]
pub struct AuditTrail<'c>(pub(crate) &'c Client);

impl AuditTrail<'_> {
    /// One page of the events. Filters: `actor`, `actor_type`, `action`, `resource_type`,
    /// `resource_id`, `request_id`, `from`, `to`.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<AuditEvent>, ClientError> {
        self.0.get(&["audit"]).list(query).send().await
    }

    /// One event.
    pub async fn get(&self, id: &AuditEventId) -> Result<AuditEvent, ClientError> {
        self.0.get(&["audit", id.as_str()]).send().await
    }

    /// Every event that the filters of `query` let pass, oldest first, however many there are.
    pub async fn export(&self, format: ExportFormat, query: &ListQuery) -> Result<EventStream, ClientError> {
        self.0.get(&["audit", "export"]).query("format", format.as_str()).list(query).once().stream().await
    }

    /// How the chain stands, to be kept elsewhere.
    pub async fn checkpoint(&self) -> Result<ChainState, ClientError> {
        self.0.get(&["audit", "checkpoint"]).send().await
    }

    /// One page of the API calls. Filters: `actor`, `method`, `path`, `status`, `request_id`,
    /// `from`, `to`.
    pub async fn calls(&self, query: &ListQuery) -> Result<Page<ApiCall>, ClientError> {
        self.0.get(&["audit", "calls"]).list(query).send().await
    }
}
