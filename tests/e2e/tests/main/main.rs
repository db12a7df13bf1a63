//! End-to-end tests: each starts its own server, agents, nginx and database, and looks at what a
//! user would look at.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests start programs and write broken files on purpose"
)]

mod access;
mod bad_input;
mod call_log;
mod cli;
mod console;
mod contract;
mod crashes;
mod crl_replicas;
mod demo;
mod demo_data;
mod fields;
mod fleet;
mod gnutls;
mod governance;
mod http_input;
mod life;
mod notifications;
mod ocsp_garbage;
mod operation;
mod outages;
mod refusals;
mod relying_party;
mod replicas;
mod responder_rotation;
mod stapling;
mod subordinate_ca;
