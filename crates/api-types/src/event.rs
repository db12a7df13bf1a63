//! Live events.

use certctl_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// The data of one live event: what to read again, never what is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Kind of the object, for example `certificate`.
    pub resource: String,
    /// Id of the object.
    pub id: String,
    /// What happened, for example `certificate_created`, `job_queued` or `job_status_changed`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
}

/// The data of `reset`: events were left out, so everything that is shown must be read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reset {
    /// `position_lost` or `too_slow`.
    pub reason: String,
}
