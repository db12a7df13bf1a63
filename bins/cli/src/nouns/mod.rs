//! Every resource, one file per group.

mod access;
mod agents;
mod audit;
mod certs;
mod connectors;
mod governance;
mod jobs;
mod policies;
mod server;

use crate::noun::Noun;

/// Every resource, in the order of the help.
pub(crate) const ALL: &[&Noun] = &[
    &certs::CERTS,
    &certs::OPERATIONS,
    &connectors::ISSUERS,
    &connectors::TARGETS,
    &agents::AGENTS,
    &agents::AGENT_GROUPS,
    &jobs::JOBS,
    &jobs::APPROVALS,
    &governance::TEAMS,
    &governance::OWNERS,
    &governance::PROFILES,
    &governance::RENEWAL_POLICIES,
    &policies::POLICIES,
    &policies::VIOLATIONS,
    &audit::AUDIT,
    &access::API_KEYS,
    &server::STATS,
    &server::METRICS,
];
