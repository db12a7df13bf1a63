//! The life of a process: start, readiness, background tasks, signals, ordered shutdown, exit code.
//!
//! A binary's `main` is [`entry`]; everything that runs beside a request is spawned on [`Tasks`];
//! [`Lifecycle`] turns signals into the three steps of a shutdown (drain, soft stop, hard stop).
//! Nothing here knows certificates, HTTP or a database: the parts that must be stopped are handed
//! over as futures ([`ShutdownSteps`]).

mod entry;
mod failure;
mod notify;
mod readiness;
mod shutdown;
mod signal;
mod tasks;

pub use entry::{entry, render};
pub use failure::{Exit, Explain, Failure};
pub use readiness::{Readiness, ReadyState};
pub use shutdown::{Lifecycle, LifecycleOptions, ShutdownSteps};
pub use signal::{Signal, SignalSender};
pub use tasks::{Task, TaskLost, Tasks};
