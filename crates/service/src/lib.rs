//! The use cases of certctl: rules, transactions, job runners and reconcilers.
//!
//! Knows repositories and connectors only as traits. Each public type here implements one trait of
//! `certctl-service-api`; its constructor takes everything it needs. Effects outside the database
//! happen only in [`jobs`]; every change commits together with its audit event and follow-up jobs.

mod agent;
mod agent_group;
mod agent_work;
mod api_key;
mod approval;
pub mod audit;
mod authenticator;
mod ca_keys;
mod certificate;
mod connector;
mod connector_config;
mod crl;
mod deployment;
mod engine;
mod event;
mod export;
mod failure;
mod idempotency;
mod import;
mod issuance;
mod issuer;
mod job;
pub mod jobs;
mod key_usage;
mod leases;
mod live_issuers;
mod loops;
mod metrics;
pub mod notification;
mod ocsp;
mod operation;
mod owner;
mod policy;
mod profile;
pub mod reconcile;
mod relying_party;
mod renewal;
mod renewal_policy;
mod retry;
mod revocation;
pub mod rotate;
mod secrets;
pub mod seed;
mod session;
mod statistics;
mod support;
mod system;
mod target;
mod team;
mod wakeups;

pub use agent::Agents;
pub use agent_group::AgentGroups;
pub use agent_work::{AgentWork, AgentWorkOptions};
pub use api_key::ApiKeys;
pub use approval::{ApprovalGate, Approvals};
pub use authenticator::{Authentication, StaticKey};
pub use ca_keys::SealedCaKeys;
pub use certificate::Certificates;
pub use connector::Connectors;
pub use crl::{CrlOptions, Crls, PublishedCrl};
pub use engine::{Engine, EngineOptions};
pub use event::{EventOptions, Events};
pub use export::Exports;
pub use idempotency::IdempotencyKeys;
pub use import::Imports;
pub use issuance::guard::Guards;
pub use issuer::Issuers;
pub use job::Jobs;
pub use key_usage::KeyUsage;
pub use leases::StoreLeases;
pub use live_issuers::LiveIssuers;
pub use loops::Loops;
pub use metrics::{Metrics, MetricsSources};
pub use notification::{
    ApprovalReminders, Channels, Delivery, DeliveryLoop, DeliveryOptions, DigestOptions, Digests,
    EnvironmentChannel, ExpiryAlerts, LiveChannels, NotificationRouter, Notifications, Routings,
    follow_environment,
};
pub use ocsp::{NonIssued, Ocsp, OcspOptions, OcspUpkeep};
pub use operation::Operations;
pub use owner::Owners;
pub use policy::{Policies, PolicyGate};
pub use profile::Profiles;
pub use relying_party::RelyingParties;
pub use renewal::Renewals;
pub use renewal_policy::RenewalPolicies;
pub use revocation::Revocations;
pub use secrets::Secrets;
pub use session::{SessionOptions, Sessions};
pub use statistics::Statistics;
pub use support::Foundation;
pub use system::System;
pub use target::Targets;
pub use team::Teams;
pub use wakeups::Wakeups;
