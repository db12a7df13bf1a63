//! Drives the work of the server: workers for jobs, a driver for reconcilers.
//!
//! Knows the engine, reconcilers and leases as traits of `certctl-service-api` only: what a job or a
//! sweep does is none of its business. Time limits are real time; what is due is judged by the
//! injected clock. Start at [`Workers`] and [`Reconcilers`].

mod driver;
mod reconcilers;
mod stop;
mod workers;

pub use reconcilers::{Overview, Reconcilers, Run, RunResult, Schedule, Status};
pub use workers::{WorkerOptions, Workers};

use certctl_domain::{Clock, Timestamp};
use std::time::Duration;

/// How long until something that is due at `at`; zero when it is overdue.
fn until(clock: &dyn Clock, at: Timestamp) -> Duration {
    at.since(clock.now())
}
