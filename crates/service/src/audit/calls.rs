//! The log of API calls: a bounded queue in front of one writer, so that recording neither delays
//! nor fails a call.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::access::ActorType;
use certctl_domain::api_call::ApiCall;
use certctl_domain::id::ApiCallId;
use certctl_repository::StoreError;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_telemetry::CallLogMetrics;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Calls per transaction.
const BATCH: usize = 200;
/// Pause after the database refused a batch.
const PAUSE: Duration = Duration::from_secs(1);
/// Rows per transaction of the retention.
const PRUNED_AT_ONCE: u32 = 5000;
/// Calls that nobody needs to know about.
const PROBES: [&str; 4] = ["/health", "/health/scheduler", "/ready", "/api/v1/version"];
/// Calls of the agents that are repeated all the time.
const AGENT_ROUTINE: [&str; 2] = ["/api/v1/agents/{id}/work", "/api/v1/agents/{id}/heartbeat"];

/// Which calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallLogScope {
    /// All but probes, scrapes of metrics, and agents' polls and heartbeats that succeeded.
    All,
    /// Of these, calls that can change something and calls that were refused (401, 403).
    Changes,
    /// None.
    Off,
}

impl CallLogScope {
    /// Whether a call belongs into the log.
    pub fn covers(self, call: &ApiCall) -> bool {
        let route = call.route.as_deref().unwrap_or_default();
        let probe = PROBES.contains(&call.path.as_str())
            || route.starts_with("/api/v1/metrics")
            // Relying parties change nothing, and ask more often than anybody wants to know.
            || call.path.starts_with("/.well-known/pki/");
        let routine = call.actor_type == Some(ActorType::Agent)
            && AGENT_ROUTINE.contains(&route)
            && call.status.is_none_or(|status| status < 400);
        let changes = !matches!(call.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        match self {
            Self::Off => false,
            _ if probe || routine => false,
            Self::All => true,
            Self::Changes => changes || matches!(call.status, Some(401 | 403)),
        }
    }
}

/// How the log works.
#[derive(Debug, Clone, Copy)]
pub struct CallLogOptions {
    /// What it records.
    pub scope: CallLogScope,
    /// Calls that may wait for the writer; more are counted and noted, not kept.
    pub capacity: usize,
}

/// Takes calls and writes them.
#[derive(Debug)]
pub struct CallLog {
    base: Foundation,
    scope: CallLogScope,
    sender: mpsc::Sender<ApiCall>,
    receiver: Mutex<Option<mpsc::Receiver<ApiCall>>>,
    lost: AtomicU64,
    metrics: CallLogMetrics,
}

impl CallLog {
    /// Over a store. [`Self::run`] must be driven by a task.
    pub fn new(base: Foundation, options: CallLogOptions, metrics: CallLogMetrics) -> Self {
        let (sender, receiver) = mpsc::channel(options.capacity.max(1));
        let receiver = Mutex::new(Some(receiver));
        Self { base, scope: options.scope, sender, receiver, lost: AtomicU64::new(0), metrics }
    }

    /// An id and the time for a call that ended now.
    pub fn stamp(&self) -> (ApiCallId, certctl_domain::Timestamp) {
        (ApiCallId::mint(&*self.base.ids), self.base.clock.now())
    }

    /// Queues a call when it belongs into the log. Never waits: when the queue is full, the loss is
    /// counted, and noted as a row of its own as soon as there is room.
    pub fn record(&self, call: ApiCall) {
        if self.scope.covers(&call) && self.sender.try_send(call).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
            self.metrics.dropped(1);
        }
    }

    /// Writes until `stop` ends, then what is queued by then. Ends at once when called a second time.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        let Some(mut receiver) = self.receiver.lock().take() else { return };
        let mut stop = std::pin::pin!(stop);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                count = receiver.recv_many(&mut batch, BATCH) => if count == 0 { break },
            }
            self.write(&mut batch).await;
        }
        while let Ok(call) = receiver.try_recv() {
            batch.push(call);
            if batch.len() == BATCH {
                self.write(&mut batch).await;
            }
        }
        self.write(&mut batch).await;
    }

    /// Writes a batch, again and again while the database is away: meanwhile the queue fills, and
    /// what does not fit is counted.
    async fn write(&self, batch: &mut Vec<ApiCall>) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            batch.push(self.note_of(lost));
        }
        if batch.is_empty() {
            return;
        }
        let calls = Arc::new(std::mem::take(batch));
        loop {
            let rows = Arc::clone(&calls);
            let written = self.base.store.write("api_call.insert", move |tx| tx.api_calls().insert(&rows));
            let error: StoreError = match written.await {
                Ok(()) => return,
                Err(error) => error,
            };
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                waiting = calls.len(),
                "cannot write the log of API calls; it is tried again"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn note_of(&self, lost: u64) -> ApiCall {
        let (id, timestamp) = self.stamp();
        ApiCall {
            id,
            method: "-".to_owned(),
            path: "-".to_owned(),
            route: None,
            actor: "system".to_owned(),
            actor_type: Some(ActorType::System),
            body_sha256: String::new(),
            status: None,
            latency_ms: 0,
            request_id: None,
            client_address: None,
            lost,
            timestamp,
        }
    }
}

/// Removes calls from the log when they are old.
#[derive(Debug)]
pub struct ApiCallRetention {
    base: Foundation,
    keep: Duration,
}

impl ApiCallRetention {
    /// Keeps calls for `keep`.
    pub const fn new(base: Foundation, keep: Duration) -> Self {
        Self { base, keep }
    }

    async fn prune(&self) -> Result<u64, ServiceError> {
        let before = self.base.clock.now().minus(self.keep);
        let pruned = self.base.store.write("api_call.prune", move |tx| {
            Ok::<_, Failure>(tx.api_calls().prune(before, PRUNED_AT_ONCE)?)
        });
        Ok(pruned.await?)
    }
}

#[async_trait]
impl Reconciler for ApiCallRetention {
    fn name(&self) -> &'static str {
        "api-call-retention"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        while !stop.stopping() {
            match self.prune().await {
                Ok(removed) => {
                    report.add("removed", removed);
                    if removed < u64::from(PRUNED_AT_ONCE) {
                        break;
                    }
                }
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}
