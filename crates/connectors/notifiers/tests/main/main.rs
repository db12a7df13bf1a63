//! Channels against real servers.

#![expect(clippy::unwrap_used, reason = "a test helper that fails ends its test")]
#![expect(clippy::disallowed_methods, reason = "tests write files and tell the time themselves")]

mod email;
mod support;
