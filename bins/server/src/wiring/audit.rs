//! The audit trail and the log of API calls.

use crate::observers::RecordedCalls;
use certctl_config::ServerConfig;
use certctl_config::section::audit::CallLog as Scope;
use certctl_http_core::CallRecorder;
use certctl_lifecycle::Lifecycle;
use certctl_service::audit::{
    ApiCallRetention, Audit, AuditKeys, AuditSealer, CallLog, CallLogOptions, CallLogScope, SealOptions,
};
use certctl_service::{Foundation, Secrets};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{CallLogMetrics, Registry};
use std::sync::Arc;
use std::time::Duration;

/// Calls that may wait to be written: at a thousand calls a second, ten seconds of a busy database.
const QUEUE: usize = 10_000;
/// How often the sealer runs when nothing woke it.
const SEAL_PERIOD: Duration = Duration::from_mins(1);
/// How often old API calls are looked for.
const RETENTION_PERIOD: Duration = Duration::from_hours(1);

/// What the server consists of here.
pub(super) struct AuditParts {
    pub(super) service: Arc<Audit>,
    pub(super) calls: Arc<dyn CallRecorder>,
    pub(super) tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
}

/// Makes the signing key when there is none, and starts the writer of the log, which ends after the
/// listener.
pub(super) async fn build(
    config: &ServerConfig,
    life: &Lifecycle,
    base: &Foundation,
    secrets: &Secrets,
    metrics: &Registry,
) -> anyhow::Result<AuditParts> {
    let keys = Arc::new(AuditKeys::new(base.clone(), secrets.clone()));
    keys.ensure().await?;
    let scope = match config.audit.call_log {
        Scope::All => CallLogScope::All,
        Scope::Changes => CallLogScope::Changes,
        Scope::Off => CallLogScope::Off,
    };
    let options = CallLogOptions { scope, capacity: QUEUE };
    let log = Arc::new(CallLog::new(base.clone(), options, CallLogMetrics::register(metrics)?));
    let (writer, soft, hard) = (Arc::clone(&log), life.tasks().soft().clone(), life.tasks().hard().clone());
    life.tasks().spawn("api call log", async move {
        tokio::select! {
            () = writer.run(soft.cancelled()) => {}
            () = hard.cancelled() => tracing::warn!("the log of API calls was stopped before it was written"),
        }
    });
    let seal = SealOptions::every(config.audit.seal_interval);
    let tasks: Vec<(Arc<dyn Reconciler>, Duration)> = vec![
        (Arc::new(AuditSealer::new(base.clone(), Arc::clone(&keys), seal)), SEAL_PERIOD),
        (Arc::new(ApiCallRetention::new(base.clone(), config.audit.call_retention)), RETENTION_PERIOD),
    ];
    let service = Arc::new(Audit::new(base.clone(), keys));
    Ok(AuditParts { service, calls: Arc::new(RecordedCalls(log)), tasks })
}
