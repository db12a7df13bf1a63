//! Adapters from the observers of the libraries to the metrics.

use certctl_crypto::hash::sha256;
use certctl_domain::api_call::ApiCall;
use certctl_http_core::{Call, CallRecorder, Outcome, RequestObserver};
use certctl_repository::TxMode;
use certctl_repository_diesel::DieselStore;
use certctl_repository_diesel::{TxObserver, TxOutcome, TxReport};
use certctl_service::Wakeups;
use certctl_service::audit::CallLog;
use certctl_telemetry::{HttpMetrics, PoolLevel, TxMetrics};
use std::sync::Arc;
use tokio::sync::Notify;

/// Longest path that is recorded, in characters.
const LONGEST_PATH: usize = 1024;

/// Counts transactions, and tells those who follow live events about changes of this process, and
/// routing about alerts.
#[derive(Debug)]
pub(crate) struct CountedTransactions {
    pub(crate) metrics: TxMetrics,
    pub(crate) changed: Arc<Notify>,
    pub(crate) wakeups: Arc<Wakeups>,
}

impl TxObserver for CountedTransactions {
    fn observe(&self, report: &TxReport) {
        use certctl_telemetry::TxOutcome as Metric;
        let outcome = match report.outcome {
            TxOutcome::Committed => Metric::Committed,
            TxOutcome::RolledBack => Metric::RolledBack,
            TxOutcome::Contended => Metric::Contended,
            TxOutcome::Unavailable | TxOutcome::Failed => Metric::Failed,
        };
        if report.outcome == TxOutcome::Committed && report.mode != TxMode::Read {
            self.changed.notify_one();
        }
        if report.alerted {
            self.wakeups.wake_alerts();
        }
        self.metrics.record(report.name, outcome, report.attempts, report.waited, report.duration);
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

/// Records calls.
#[derive(Debug)]
pub(crate) struct RecordedCalls(pub(crate) Arc<CallLog>);

impl CallRecorder for RecordedCalls {
    fn record(&self, call: Call) {
        let (id, timestamp) = self.0.stamp();
        let (actor, actor_type) =
            call.actor.map_or_else(|| ("anonymous".to_owned(), None), |(name, kind)| (name, Some(kind)));
        self.0.record(ApiCall {
            id,
            method: call.method.chars().take(LONGEST_PATH).collect(),
            path: call.path.chars().take(LONGEST_PATH).collect(),
            route: call.route,
            actor,
            actor_type,
            body_sha256: call
                .body_sha256
                .map(|digest| certctl_crypto::hash::hex(&digest))
                .unwrap_or_default(),
            status: call.status,
            latency_ms: u64::try_from(call.latency.as_millis()).unwrap_or(u64::MAX),
            request_id: Some(call.request_id),
            client_address: call.client_address,
            lost: 0,
            timestamp,
        });
    }

    fn digest(&self, body: &[u8]) -> [u8; 32] {
        sha256(body)
    }
}
