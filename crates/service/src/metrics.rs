//! What monitoring reads: the counters of this process and the figures of the installation.

use crate::Loops;
use crate::failure::Failure;
use crate::statistics::{notification_counts, summary};
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::JobKind;
use certctl_repository::{NotificationCounts, StoreError, Tx};
use certctl_service_api::metrics::{Figures, MetricsService};
use certctl_service_api::{Actor, ServiceError};
use certctl_telemetry::{InstallationMetrics, Level, PoolLevel, PoolMetrics, Registry, names};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long figures of the installation are shown to scrapers before they are read again: several
/// scrapers, or one that is impatient, cost no more than one.
const FRESH: Duration = Duration::from_secs(5);

/// Where metrics are kept and read.
#[derive(Clone)]
pub struct MetricsSources {
    /// Everything that is rendered.
    pub registry: Registry,
    /// Figures of the installation, part of `registry`.
    pub installation: InstallationMetrics,
    /// Database connections, part of `registry`.
    pub pools: PoolMetrics,
    /// Tells how the database connections are used now.
    pub look_at_pools: Arc<dyn Fn() -> Vec<PoolLevel> + Send + Sync>,
}

impl fmt::Debug for MetricsSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsSources").finish_non_exhaustive()
    }
}

/// Use cases of monitoring.
pub struct Metrics {
    base: Foundation,
    sources: MetricsSources,
    started_at: Timestamp,
    /// When the figures of the installation were read last. Held while they are read, so that
    /// scrapers that come together share one reading.
    read_at: Mutex<Option<Timestamp>>,
    loops: Option<Arc<Loops>>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("started_at", &self.started_at).finish_non_exhaustive()
    }
}

impl Metrics {
    /// The process starts now, by the clock of `base`.
    pub fn new(base: Foundation, sources: MetricsSources) -> Self {
        let started_at = base.clock.now();
        Self { base, sources, started_at, read_at: Mutex::new(None), loops: None }
    }

    /// Shows how the periodic tasks fare, too.
    #[must_use]
    pub fn watching(mut self, loops: Arc<Loops>) -> Self {
        self.loops = Some(loops);
        self
    }

    async fn refresh(&self) {
        let mut read_at = self.read_at.lock().await;
        let now = self.base.clock.now();
        if read_at.is_some_and(|at| at <= now && now.since(at) < FRESH) {
            return;
        }
        let counts = notification_counts(&self.base).await;
        let loops = self.loops.clone();
        let read = self.base.store.read("metrics.read", move |tx| {
            let mut all = levels(tx, now, counts)?;
            if let Some(loops) = &loops {
                all.extend(loops.levels(tx, now)?);
            }
            Ok::<_, Failure>(all)
        });
        let levels = read.await;
        match levels {
            Ok(levels) => {
                self.sources.installation.replace(levels);
                *read_at = Some(now);
            }
            Err(failure) => {
                let error = ServiceError::from(failure);
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot read the figures of the installation; metrics are shown without them"
                );
                self.sources.installation.replace(Vec::new());
                *read_at = None;
            }
        }
    }
}

/// Every figure of the installation at `now`.
fn levels(
    tx: &mut dyn Tx,
    now: Timestamp,
    notifications: Option<NotificationCounts>,
) -> Result<Vec<Level>, StoreError> {
    let all = summary(tx, now, notifications)?;
    let certificates = all.certificates;
    let plain = |family, count| Level::count(family, &[], count);
    let mut levels = vec![
        plain(&names::CERTIFICATE_TOTAL, certificates.total),
        plain(&names::CERTIFICATE_ACTIVE, certificates.active()),
        plain(&names::CERTIFICATE_EXPIRING_SOON, certificates.expiring),
        plain(&names::CERTIFICATE_EXPIRED, certificates.expired),
        plain(&names::CERTIFICATE_REVOKED, certificates.revoked),
        plain(&names::AGENT_TOTAL, all.total_agents()),
        plain(&names::AGENT_ONLINE, all.active_agents),
        plain(&names::JOB_PENDING, all.pending_jobs),
        plain(&names::JOB_COMPLETED_TOTAL, all.complete_jobs),
        plain(&names::JOB_FAILED_TOTAL, all.failed_jobs),
    ];
    for (status, count) in tx.statistics().certificates_by_status(now)? {
        if status != CertificateStatus::Archived {
            levels.push(Level::count(&names::CERTIFICATES, &[status.as_str()], count));
        }
    }
    for (status, count) in tx.statistics().agents_by_status()? {
        levels.push(Level::count(&names::AGENTS, &[status.as_str()], count));
    }
    let jobs = tx.statistics().jobs_by_kind()?;
    let oldest = tx.statistics().oldest_live_jobs()?;
    for kind in JobKind::ALL {
        let label = kind.as_str();
        let mut depth = 0;
        for ((_, status), count) in jobs.iter().filter(|((of, _), _)| of == kind) {
            levels.push(Level::count(&names::JOBS, &[label, status.as_str()], *count));
            depth += if status.is_live() { *count } else { 0 };
        }
        let age = oldest.get(kind).map_or(Duration::ZERO, |at| now.since(*at));
        levels.push(Level::count(&names::JOB_QUEUE_DEPTH, &[label], depth));
        levels.push(Level::new(&names::JOB_QUEUE_OLDEST_AGE_SECONDS, &[label], age.as_secs_f64()));
    }
    // Absent when they cannot be counted: 0 would be a lie.
    if let Some(counts) = notifications {
        levels.push(plain(&names::NOTIFICATION_DEAD_TOTAL, all.notifications_dead));
        levels.extend(notification_levels(&counts, now));
    }
    Ok(levels)
}

fn notification_levels(counts: &NotificationCounts, now: Timestamp) -> [Level; 4] {
    let age = counts.oldest_pending_at.map_or(Duration::ZERO, |at| now.since(at));
    [
        Level::count(&names::NOTIFICATION_QUEUE_DEPTH, &["pending"], counts.pending),
        Level::count(&names::NOTIFICATION_QUEUE_DEPTH, &["failed"], counts.failed),
        Level::new(&names::NOTIFICATION_OLDEST_PENDING_AGE_SECONDS, &[], age.as_secs_f64()),
        Level::count(&names::NOTIFICATION_NO_NOTIFIER, &[], counts.no_notifier),
    ]
}

#[async_trait]
impl MetricsService for Metrics {
    async fn figures(&self, who: &Actor) -> Result<Figures, ServiceError> {
        who.require(Permission::MetricsRead)?;
        let now = self.base.clock.now();
        let counts = notification_counts(&self.base).await;
        let read =
            self.base.store.read("metrics.figures", move |tx| Ok::<_, Failure>(summary(tx, now, counts)?));
        Ok(Figures { summary: read.await?, started_at: self.started_at, uptime: now.since(self.started_at) })
    }

    async fn prometheus(&self, who: &Actor) -> Result<String, ServiceError> {
        who.require(Permission::MetricsRead)?;
        self.refresh().await;
        self.sources.pools.replace(&(self.sources.look_at_pools)());
        self.sources.registry.render().map_err(ServiceError::internal)
    }
}
