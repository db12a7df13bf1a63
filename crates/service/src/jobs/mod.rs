//! Job runners: the only place where effects outside the database happen.

mod issuance;
mod issuance_checks;
mod issuance_complete;
mod issuance_payload;
mod issuance_steps;

pub use issuance::IssuanceRunner;
pub(crate) use issuance_payload::IssuancePayload;
