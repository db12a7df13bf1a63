//! Every route through the whole application, with services that behave but store nothing.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what it needs by failing")]

#[path = "routes/agent_groups.rs"]
mod agent_groups;
#[path = "routes/agents.rs"]
mod agents;
#[path = "routes/api_keys.rs"]
mod api_keys;
#[path = "routes/approvals.rs"]
mod approvals;
#[path = "routes/audit.rs"]
mod audit;
#[path = "routes/certificates.rs"]
mod certificates;
#[path = "routes/channels.rs"]
mod channels;
#[path = "routes/crls.rs"]
mod crls;
#[path = "routes/digest.rs"]
mod digest;
#[path = "routes/documents.rs"]
mod documents;
#[path = "routes/events.rs"]
mod events;
#[path = "routes/exports.rs"]
mod exports;
#[path = "routes/issuers.rs"]
mod issuers;
#[path = "routes/jobs.rs"]
mod jobs;
#[path = "routes/notifications.rs"]
mod notifications;
#[path = "routes/ocsp.rs"]
mod ocsp;
#[path = "routes/operations.rs"]
mod operations;
#[path = "routes/owners.rs"]
mod owners;
#[path = "routes/policies.rs"]
mod policies;
#[path = "routes/profiles.rs"]
mod profiles;
#[path = "routes/renewal_policies.rs"]
mod renewal_policies;
#[path = "routes/renewals.rs"]
mod renewals;
#[path = "routes/revocations.rs"]
mod revocations;
#[path = "routes/sessions.rs"]
mod sessions;
#[path = "routes/statistics.rs"]
mod statistics;
mod support;
#[path = "routes/system.rs"]
mod system;
#[path = "routes/targets.rs"]
mod targets;
#[path = "routes/teams.rs"]
mod teams;
#[path = "routes/walk.rs"]
mod walk;
#[path = "routes/work.rs"]
mod work;
