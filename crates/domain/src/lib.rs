//! Entities, identifiers, state machines and pure rules of certctl.
//!
//! Nothing here does I/O, reads a clock or knows a database, an HTTP framework or a
//! request: time, ids and random numbers come in as arguments. Start at
//! [`certificate::Certificate`], [`job::Job`] and [`renewal::decide`].

#[macro_use]
mod string_enum;

pub mod access;
pub mod agent;
pub mod agent_group;
pub mod api_call;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod ca_key;
pub mod certificate;
pub mod clock;
pub mod crl;
mod day;
pub mod deployment;
pub mod enrolment;
pub mod event;
pub mod explanation;
pub mod id;
pub mod idempotency;
pub mod issuer;
pub mod job;
pub mod json_text;
pub mod ledger;
pub mod notification;
pub mod ocsp;
pub mod operation;
pub mod organisation;
pub mod policy;
pub mod profile;
pub mod renewal;
pub mod retry;
pub mod revocation;
pub mod san;
pub mod session;
pub mod statistics;
pub mod target;
pub mod timeline;
pub mod transition;
pub mod version;

pub use clock::{Clock, Timestamp};
pub use day::Day;
pub use json_text::JsonText;
pub use string_enum::UnknownValue;
pub use transition::InvalidTransition;
