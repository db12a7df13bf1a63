//! The agent: makes private keys on its host, has them certified, deploys the result and proves
//! that it is served.
//!
//! [`enrol`] trades a one-time token for a credential. [`Agent`] does the rest: heartbeats, a long
//! poll for leased jobs, and the jobs themselves. Everything that must survive a kill lies in a
//! [`StateDir`]: a key is on disk before its CSR leaves the host, a report is on disk before it is
//! sent, and a key becomes a version's key only when the issued certificate matches it.
//!
//! The crate knows no environment variables and no concrete connector: clock, ids, client and
//! registry are handed in, so another program can embed it.

mod enrol;
mod error;
mod facts;
mod files;
mod pace;
mod runtime;
mod state;

pub use enrol::{EnrolmentOrder, enrol};
pub use error::AgentError;
pub use facts::Facts;
pub use runtime::{Agent, AgentParts, Options};
pub use state::{Credential, KeyStore, Spool, StateDir};
