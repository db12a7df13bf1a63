//! What monitoring reads.

use crate::statistics::Summary;
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use std::time::Duration;

/// The figures of the installation and the age of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The installation.
    pub summary: Summary,
    /// When this process started.
    pub started_at: Timestamp,
    /// Time since then.
    pub uptime: Duration,
}

/// Use cases of monitoring.
#[async_trait]
pub trait MetricsService: Send + Sync {
    /// The figures of now.
    async fn figures(&self, who: &Actor) -> Result<Figures, ServiceError>;
    /// All metrics of this process in the Prometheus text format 0.0.4. Figures of the installation
    /// are at most a few seconds old, and absent while the database cannot be read.
    async fn prometheus(&self, who: &Actor) -> Result<String, ServiceError>;
}
