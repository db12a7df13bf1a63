//! The repositories, one file per aggregate. Every query is written once for both engines.

mod agent;
mod agent_group;
mod api_call;
mod api_key;
mod approval;
mod audit;
mod audit_chain;
mod ca_key;
mod certificate;
mod deployment;
mod enrolment;
mod event;
mod idempotency;
mod issuer;
mod job;
mod job_history;
mod lease;
mod ledger;
mod operation;
mod organisation;
mod policy;
mod policy_rule;
mod profile;
mod secret;
pub(crate) mod statistics;
mod target;
mod version;
