//! JSON bodies of the REST API, shared by the server, the client and every program that speaks it.
//!
//! Field names are the wire contract. Requests refuse unknown fields; absent optional fields are
//! left out of responses. Times are RFC 3339 in UTC.

pub mod agent;
pub mod agent_group;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod certificate;
pub mod channel;
pub mod connector;
pub mod crl;
pub mod digest;
pub mod error;
pub mod event;
pub mod export;
pub mod import;
pub mod issuer;
pub mod job;
pub mod metrics;
pub mod notification;
pub mod ocsp;
pub mod operation;
pub mod owner;
pub mod page;
pub mod patch;
pub mod policy;
pub mod profile;
pub mod renewal;
pub mod renewal_policy;
pub mod revocation;
pub mod routing;
pub mod session;
pub mod statistics;
pub mod system;
pub mod target;
pub mod team;
pub mod work;

pub use error::ErrorBody;
pub use page::Page;
pub use patch::MergePatch;
