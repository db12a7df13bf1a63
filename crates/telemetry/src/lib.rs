//! Logs and metrics.
//!
//! [`init`] sends `tracing` events to standard error. Metrics live in an injected [`Registry`];
//! each area has one struct that is registered once and handed to the code that counts. Every
//! metric name is in [`names`]. Labels come from closed sets (`&'static str` or enums), never
//! from ids, so that the number of series is bounded.

mod approval;
mod call_log;
mod counters;
mod crl;
mod delivery;
mod deploy;
mod expiry;
mod http;
mod installation;
mod issuance;
mod job;
mod levels;
mod log;
pub mod names;
mod ocsp;
mod process;
mod reference;
mod registry;
mod scheduler;
mod tx;

pub use approval::{ApprovalCounters, ApprovalOutcome};
pub use call_log::CallLogMetrics;
pub use counters::CounterSnapshot;
pub use crl::CrlMetrics;
pub use delivery::DeliveryMetrics;
pub use deploy::{DeployCounter, DeployCounters};
pub use expiry::{ExpiryAlertMetrics, ExpiryAlertResult};
pub use http::HttpMetrics;
pub use installation::{InstallationMetrics, PoolLevel, PoolMetrics, RollupMetrics};
pub use issuance::{ErrorClass, IssuanceMetrics};
pub use job::{JobMetrics, JobOutcome};
pub use levels::Level;
pub use log::{LogError, LogFormat, LogOptions, init, subscriber};
pub use ocsp::{CacheResult, OcspCounters, OcspEvent, OcspMetrics};
pub use process::ProcessMetrics;
pub use reference::reference;
pub use registry::{CONTENT_TYPE, MetricsError, Registry};
pub use scheduler::{RunResult, SchedulerMetrics};
pub use tx::{TxMetrics, TxOutcome};
