//! Connections to addresses that somebody else wrote down.
//!
//! Channels, issuers and certificates name hosts that certctl then connects to. [`EgressPolicy`]
//! decides which addresses it may connect to, so that nobody can use the server to reach what only
//! the server's own host can reach.

mod policy;

pub use policy::{EgressPolicy, Refused};
