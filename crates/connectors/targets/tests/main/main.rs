//! Targets as the agent uses them: what every kind must do, and each kind against its real program.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test helper that fails ends its test"
)]
#![expect(clippy::disallowed_methods, reason = "tests set up files, servers and programs themselves")]

mod config;
mod conformance;
mod nginx;
mod server;
mod support;
