//! What tests of several layers share: private databases, a clock and ids that a test decides,
//! sample values, and the suite that every store must pass.
//!
//! A dev-dependency only. Everything here panics when a step fails, because a test must then stop.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "test support: a failed step must stop the test"
)]

mod basics;
pub mod build;
mod clock;
mod ids;
mod store;
#[expect(missing_docs, reason = "the names of the cases are sentences")]
pub mod store_suite;

pub use basics::{Basics, seed_basics};
pub use clock::FakeClock;
pub use ids::SequentialIds;
pub use store::{TestHome, TestStore};
