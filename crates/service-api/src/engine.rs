//! What the scheduler drives: the job engine, reconcilers and their leases.

use crate::ServiceError;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::job::{Job, JobKind};
use std::fmt;
use std::time::Duration;

/// How an attempt at a job ended, for logs and metrics; the row says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Done.
    Completed,
    /// Failed; another attempt is queued.
    WillRetry,
    /// Failed for good.
    Failed,
    /// The lease was lost: somebody else decides.
    LeaseLost,
}

impl AttemptOutcome {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::WillRetry => "will_retry",
            Self::Failed => "failed",
            Self::LeaseLost => "lease_lost",
        }
    }
}

/// Server-side work: claims jobs, runs them, records how they ended.
#[async_trait]
pub trait JobEngine: Send + Sync + fmt::Debug {
    /// Leases at most `limit` due jobs.
    async fn claim(&self, limit: u32) -> Result<Vec<Job>, ServiceError>;
    /// Runs one attempt of a leased job within its lease and records the outcome. Never fails by
    /// itself: what cannot be recorded is logged and left to the end of the lease.
    async fn run(&self, job: Job) -> AttemptOutcome;
    /// When the next job becomes due, if any waits.
    async fn next_due(&self) -> Result<Option<Timestamp>, ServiceError>;
    /// Returns as soon as new work may exist.
    async fn work_arrived(&self);
    /// Makes the jobs leased by this process claimable again; for shutdown.
    async fn release(&self) -> Result<u64, ServiceError>;
}

/// One step of a job kind's work. Implemented per kind in `service/src/jobs`.
#[async_trait]
pub trait JobRunner: Send + Sync + fmt::Debug {
    /// Kinds it runs.
    fn kinds(&self) -> &'static [JobKind];
    /// Does the work and records its result under the job's lease token.
    async fn run(&self, job: &Job) -> Result<(), JobFailure>;
}

/// Why an attempt failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct JobFailure {
    /// Whether and when to try again.
    pub class: certctl_domain::retry::FailureClass,
    /// For `last_error`: what happened and what to do next. No secrets.
    pub message: String,
    /// The lease was lost, so nothing may be recorded.
    pub lease_lost: bool,
}

/// What a reconciler did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Counts by name, for example `enqueued`.
    pub counts: Vec<(&'static str, u64)>,
    /// Why it stopped early.
    pub error: Option<String>,
}

impl Report {
    /// Adds to a count.
    pub fn add(&mut self, name: &'static str, n: u64) {
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += n,
            None => self.counts.push((name, n)),
        }
    }

    /// Notes why it stopped early.
    #[must_use]
    pub fn failed(mut self, error: &dyn std::error::Error) -> Self {
        self.error = Some(error.to_string());
        self
    }
}

/// Tells a long activity that it should come to an end.
pub trait StopSignal: Send + Sync {
    /// Whether to stop at the next safe point.
    fn stopping(&self) -> bool;
}

/// Brings the state of the world a step closer to what is wanted: no input, idempotent, in
/// batches. Runs on a period and when poked, on one replica at a time.
#[async_trait]
pub trait Reconciler: Send + Sync + fmt::Debug {
    /// Name of its lease, span and metrics, for example `renewal-sweep`.
    fn name(&self) -> &'static str;
    /// One activation.
    async fn activate(&self, stop: &dyn StopSignal) -> Report;
    /// When it wants to run next, when it knows better than its period.
    async fn next_due(&self) -> Option<Timestamp> {
        None
    }
    /// Since when the oldest work waits that it has not looked at, if it knows.
    async fn oldest_work(&self) -> Option<Timestamp> {
        None
    }
    /// Returns as soon as it should run outside its period.
    async fn poked(&self) {
        std::future::pending::<()>().await;
    }
}

/// One run of a reconciler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopRun {
    /// Name of the reconciler.
    pub name: &'static str,
    /// From the beginning of one run to that of the next.
    pub period: Duration,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// Since when the oldest work waits that it has not looked at, if it knows.
    pub oldest_work_at: Option<Timestamp>,
}

/// Remembers runs where every replica, and everybody who watches from outside, can see them.
#[async_trait]
pub trait RunRecorder: Send + Sync + fmt::Debug {
    /// Remembers one run.
    async fn record(&self, run: LoopRun) -> Result<(), ServiceError>;
}

/// Singleton leases, so that one replica at a time runs a reconciler.
#[async_trait]
pub trait Leases: Send + Sync + fmt::Debug {
    /// Takes or prolongs a lease for this process.
    async fn acquire(&self, name: &str, span: Duration) -> Result<bool, ServiceError>;
    /// Gives it up.
    async fn release(&self, name: &str) -> Result<(), ServiceError>;
}
