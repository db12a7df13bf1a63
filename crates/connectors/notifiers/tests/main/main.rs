//! Channels against servers of this machine.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test helper that fails ends its test"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files, tell the time and run programs themselves"
)]

mod email;
mod http;
mod support;
