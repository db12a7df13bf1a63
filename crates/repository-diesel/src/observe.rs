//! What is told about transactions, so that metrics need no knowledge of this crate's insides.

use certctl_repository::TxMode;
use std::fmt;
use std::time::Duration;

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TxOutcome {
    /// Its changes are kept.
    Committed,
    /// Its body asked to undo it.
    RolledBack,
    /// Too many conflicts.
    Contended,
    /// No connection, or it broke.
    Unavailable,
    /// The database refused it.
    Failed,
}

impl TxOutcome {
    /// Label value for metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::RolledBack => "rolled_back",
            Self::Contended => "contended",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
        }
    }
}

/// One finished transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxReport {
    /// Its name.
    pub name: &'static str,
    /// Its mode.
    pub mode: TxMode,
    /// Runs of the body, at least 1 unless no connection could be had.
    pub attempts: u32,
    /// Time spent waiting for a free connection.
    pub waited: Duration,
    /// Whole time, waiting included.
    pub duration: Duration,
    /// How it ended.
    pub outcome: TxOutcome,
    /// Whether it left alerts to be routed.
    pub alerted: bool,
}

/// Is told about every finished transaction. Must not block.
pub trait TxObserver: Send + Sync + fmt::Debug {
    /// A transaction ended.
    fn observe(&self, report: &TxReport);
}

/// Looks away.
#[derive(Debug, Clone, Copy)]
pub struct NoObserver;

impl TxObserver for NoObserver {
    fn observe(&self, _report: &TxReport) {}
}
