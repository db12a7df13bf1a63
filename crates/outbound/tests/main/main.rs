//! The client against servers of this machine that misbehave.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper that fails ends its test")]

mod answers;
mod policy;
mod proxy;
mod tls;

use certctl_outbound::{Address, Builder, EgressPolicy, Outbound};

/// A client that may connect to 127.0.0.1 and to nothing else of this host.
fn to_loopback() -> Builder {
    Outbound::builder().policy(EgressPolicy::allowing(vec!["127.0.0.1/32".parse().unwrap()]))
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}
