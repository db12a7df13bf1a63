//! Adapters from the observers of the libraries to the metrics.

use certctl_http_core::{Outcome, RequestObserver};
use certctl_repository_diesel::{TxObserver, TxOutcome, TxReport};
use certctl_telemetry::{HttpMetrics, TxMetrics};

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
