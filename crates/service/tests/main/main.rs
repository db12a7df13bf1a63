//! The use cases, on a real database: state, jobs and audit events after each.

// `cfg(test)` tells clippy that helpers are test code, too.
#[cfg(test)]
mod agent;
#[cfg(test)]
mod agent_group;
#[cfg(test)]
mod alert;
#[cfg(test)]
mod alert_end;
#[cfg(test)]
mod alert_routing;
#[cfg(test)]
mod api_call;
#[cfg(test)]
mod api_key;
#[cfg(test)]
mod approval;
#[cfg(test)]
mod approval_reminder;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod audit_chain;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod careless_issuer;
#[cfg(test)]
mod certificate;
#[cfg(test)]
mod channel;
#[cfg(test)]
mod crl;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod digest;
#[cfg(test)]
mod enforcement;
#[cfg(test)]
mod event;
#[cfg(test)]
mod expiry_alert;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod import;
#[cfg(test)]
mod issuance;
#[cfg(test)]
mod issuer;
#[cfg(test)]
mod job;
#[cfg(test)]
mod job_life;
#[cfg(test)]
mod notification;
#[cfg(test)]
mod ocsp;
#[cfg(test)]
mod operation;
#[cfg(test)]
mod operation_scale;
#[cfg(test)]
mod owner;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod policy_evaluation;
#[cfg(test)]
mod policy_gate;
#[cfg(test)]
mod profile;
#[cfg(test)]
mod purge;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod renewal_policy;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod revocation_notice;
#[cfg(test)]
mod revocation_scale;
#[cfg(test)]
mod rotate;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod scope;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod served_revocation;
#[cfg(test)]
mod session;
#[cfg(test)]
mod statistics;
#[cfg(test)]
mod system;
#[cfg(test)]
mod target;
#[cfg(test)]
mod team;
#[cfg(test)]
mod told;
#[cfg(test)]
mod windows;
