//! Live events: hints that something changed, for consoles and scripts.

use crate::Timestamp;

/// One change. It says what to read again, never what is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// Number; later changes have higher ones, although a lower one may become visible later.
    pub id: i64,
    /// What happened: the action of the audit event, or `job_queued` and `job_status_changed`.
    pub kind: String,
    /// Kind of the object, for example `certificate`.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// When.
    pub at: Timestamp,
}
