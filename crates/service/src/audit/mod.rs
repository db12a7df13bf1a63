//! The audit trail: reading it, and keeping it so that tampering shows.

mod calls;
mod chain;
mod event;
mod keys;
mod prune;
mod queries;
mod seal;
mod verify;

pub use calls::{ApiCallRetention, CallLog, CallLogOptions, CallLogScope};
pub(crate) use event::audit_event;
pub use keys::{AuditKeys, PublicKey, public_key, public_key_id};
pub use prune::{Part, PruneError, export, part_before, prune};
pub use queries::Audit;
pub use seal::{AuditSealer, SealOptions};
pub use verify::{Break, Verified, VerifyOptions, verify};
