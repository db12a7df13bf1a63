//! The state of the whole installation, and of this process's database connections.

use crate::levels::{Level, Levels};
use crate::names::{self, Family};
use crate::registry::{MetricsError, Registry};
use prometheus::IntCounterVec;

/// What [`InstallationMetrics`] shows.
const FAMILIES: &[Family] = &[
    names::CERTIFICATE_TOTAL,
    names::CERTIFICATE_ACTIVE,
    names::CERTIFICATE_EXPIRING_SOON,
    names::CERTIFICATE_EXPIRED,
    names::CERTIFICATE_REVOKED,
    names::CERTIFICATES,
    names::AGENT_TOTAL,
    names::AGENT_ONLINE,
    names::AGENTS,
    names::JOB_PENDING,
    names::JOB_COMPLETED_TOTAL,
    names::JOB_FAILED_TOTAL,
    names::JOBS,
    names::JOB_QUEUE_DEPTH,
    names::JOB_QUEUE_OLDEST_AGE_SECONDS,
    names::NOTIFICATION_DEAD_TOTAL,
    names::NOTIFICATION_QUEUE_DEPTH,
    names::NOTIFICATION_OLDEST_PENDING_AGE_SECONDS,
    names::NOTIFICATION_NO_NOTIFIER,
    names::RECONCILER_LAST_SUCCESS_TIMESTAMP_SECONDS,
    names::RECONCILER_OLDEST_WORK_AGE_SECONDS,
];

const POOL: &[Family] = &[names::DB_POOL_SIZE, names::DB_POOL_CONNECTIONS, names::DB_POOL_WAITING];

/// Levels of inventory, agents and jobs, read from the database.
#[derive(Debug, Clone)]
pub struct InstallationMetrics(Levels);

impl InstallationMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        registry.levels(FAMILIES).map(Self)
    }

    /// Puts new values in the place of all old ones.
    pub fn replace(&self, levels: Vec<Level>) {
        self.0.replace(levels);
    }
}

/// The state of one pool of database connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLevel {
    /// `reader`, `writer`, or `shared` where one pool does both.
    pub pool: &'static str,
    /// Connections at most.
    pub size: u64,
    /// Open connections that nobody uses.
    pub idle: u64,
    /// Connections in use.
    pub in_use: u64,
    /// Transactions that wait for one.
    pub waiting: u64,
}

/// Database connections of this process.
#[derive(Debug, Clone)]
pub struct PoolMetrics(Levels);

impl PoolMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        registry.levels(POOL).map(Self)
    }

    /// Shows the pools as they are now.
    pub fn replace(&self, pools: &[PoolLevel]) {
        let levels = pools.iter().flat_map(|level| {
            [
                Level::count(&names::DB_POOL_SIZE, &[level.pool], level.size),
                Level::count(&names::DB_POOL_CONNECTIONS, &[level.pool, "idle"], level.idle),
                Level::count(&names::DB_POOL_CONNECTIONS, &[level.pool, "in_use"], level.in_use),
                Level::count(&names::DB_POOL_WAITING, &[level.pool], level.waiting),
            ]
        });
        self.0.replace(levels.collect());
    }
}

/// What the repair of kept counts did.
#[derive(Debug, Clone)]
pub struct RollupMetrics {
    corrections: IntCounterVec,
}

impl RollupMetrics {
    /// Registers the family.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self { corrections: registry.counter(&names::ROLLUP_CORRECTIONS_TOTAL)? })
    }

    /// Counts `n` counts of `dimension` that were wrong and are right now.
    pub fn corrected(&self, dimension: &'static str, n: u64) {
        self.corrections.with_label_values(&[dimension]).inc_by(n);
    }
}
