//! Adapters from the observers of the libraries to the metrics.

use certctl_http_core::{Outcome, RequestObserver};
use certctl_repository_diesel::DieselStore;
use certctl_repository_diesel::{TxObserver, TxOutcome, TxReport};
use certctl_telemetry::{HttpMetrics, PoolLevel, TxMetrics};
use std::sync::Arc;

/// Counts transactions.
#[derive(Debug)]
pub(crate) struct CountedTransactions(pub(crate) TxMetrics);

impl TxObserver for CountedTransactions {
    fn observe(&self, report: &TxReport) {
        use certctl_telemetry::TxOutcome as Metric;
        let outcome = match report.outcome {
            TxOutcome::Committed => Metric::Committed,
            TxOutcome::RolledBack => Metric::RolledBack,
            TxOutcome::Contended => Metric::Contended,
            TxOutcome::Unavailable | TxOutcome::Failed => Metric::Failed,
        };
        self.0.record(report.name, outcome, report.attempts, report.waited, report.duration);
    }
}

/// Counts requests. One whose client went away before the answer gets status 499.
#[derive(Debug)]
pub(crate) struct CountedRequests(pub(crate) HttpMetrics);

impl RequestObserver for CountedRequests {
    fn started(&self) {}

    fn finished(&self, outcome: Outcome<'_>) {
        self.0.record(outcome.method, outcome.route, outcome.status.unwrap_or(499), outcome.duration);
    }
}

/// Tells how the database connections are used.
pub(crate) fn pools(database: DieselStore) -> Arc<dyn Fn() -> Vec<PoolLevel> + Send + Sync> {
    let level = |(pool, usage): (&'static str, certctl_repository_diesel::PoolUsage)| PoolLevel {
        pool,
        size: usage.size.into(),
        idle: usage.idle.into(),
        in_use: usage.in_use.into(),
        waiting: usage.waiting.into(),
    };
    Arc::new(move || database.pools().into_iter().map(level).collect())
}
