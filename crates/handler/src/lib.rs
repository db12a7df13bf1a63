//! The REST API: one endpoint per file. A handler reads its input, calls one service method and
//! converts the answer.
//!
//! [`route_table`] lists every route with what it demands of its caller; [`Api`] binds the table to
//! the services. Knows service traits and JSON bodies; never a store, a clock or a connector.

mod agent;
mod agent_group;
mod agent_work;
mod api;
mod api_key;
mod approval;
mod audit;
mod certificate;
mod channel;
mod connector;
mod crl;
mod csv;
mod digest;
mod event;
mod examples;
mod export;
mod import;
mod issuer;
mod job;
mod json;
mod metrics;
mod notification;
mod ocsp;
mod operation;
mod owner;
mod policy;
mod profile;
mod reference;
mod renewal;
mod renewal_policy;
mod revocation;
mod routing;
mod session;
mod statistics;
mod system;
mod target;
mod team;
mod violation;

pub use api::{Api, BuildInfo, Services, openapi_json, route_table};
pub use metrics::metrics_only;
pub use reference::api_reference;
