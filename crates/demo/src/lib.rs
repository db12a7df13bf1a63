//! Demo data that was lived, not invented: ninety days of an organisation with its agents are
//! played through the real services on a clock that jumps, so that inventory, jobs, ledger and
//! audit trail are what the product itself writes. Nothing outside the process is contacted: the
//! agents are simulated, the channels are played, and the CA is the local one.
//!
//! The same story gives the same rows; only keys, serial numbers and fingerprints are new each
//! time. Knows service traits and the domain; never a store. Start at [`live`].

mod agents;
mod cast;
mod channels;
mod clock;
mod stage;
mod story;

pub use agents::DemoAgents;
pub use channels::played;
pub use clock::{DemoClock, DemoIds};
pub use stage::{DemoError, Stage};
pub use story::live;
