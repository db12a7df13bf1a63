//! What runs and since when.

use crate::names;
use crate::registry::{MetricsError, Registry};
use std::time::Duration;

/// Version and uptime of the process.
#[derive(Debug, Clone, Copy)]
pub struct ProcessMetrics;

impl ProcessMetrics {
    /// Registers the families; `uptime` is asked whenever metrics are rendered.
    pub fn register(
        registry: &Registry,
        version: &str,
        commit: &str,
        uptime: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Result<Self, MetricsError> {
        registry.gauge(&names::BUILD_INFO)?.with_label_values(&[version, commit]).set(1.0);
        registry.asked(&names::UPTIME_SECONDS, move || uptime().as_secs_f64())?;
        Ok(Self)
    }
}
