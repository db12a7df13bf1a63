//! The audit trail: reading it, and keeping it so that tampering shows.

mod event;
mod keys;
mod queries;

pub(crate) use event::audit_event;
pub use keys::AuditKeys;
pub use queries::Audit;
