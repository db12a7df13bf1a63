//! Use cases of certctl as async traits: what handlers call and services implement.
//!
//! Commands go in, views come out; both are plain data without HTTP and without SQL. Every call
//! takes the [`Actor`] that makes it.

mod actor;
pub mod agent;
pub mod agent_group;
pub mod agent_work;
pub mod approval;
pub mod audit;
pub mod auth;
pub mod certificate;
pub mod channel;
pub mod connector;
pub mod crl;
pub mod digest;
pub mod edit;
pub mod engine;
mod error;
pub mod event;
pub mod export;
pub mod idempotency;
pub mod import;
pub mod issuer;
pub mod job;
pub mod list;
pub mod metrics;
pub mod notification;
pub mod ocsp;
pub mod operation;
pub mod owner;
pub mod policy;
pub mod profile;
pub mod relying_party;
pub mod renewal;
pub mod renewal_policy;
pub mod revocation;
pub mod routing;
pub mod session;
pub mod statistics;
pub mod system;
pub mod target;
pub mod team;

pub use actor::{Actor, Identity};
pub use error::{BrokenRule, ConflictCode, FieldError, NotFound, ServiceError};
