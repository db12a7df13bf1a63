//! HTTP server metrics.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{HistogramVec, IntCounterVec};
use std::time::Duration;

/// Upper bounds in seconds; long polls of agents end within half a minute.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Requests by route.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    requests: IntCounterVec,
    duration: HistogramVec,
}

impl HttpMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            requests: registry.counter(&names::HTTP_REQUESTS_TOTAL)?,
            duration: registry.histogram(&names::HTTP_REQUEST_DURATION_SECONDS, &BUCKETS)?,
        })
    }

    /// Counts one answered request. `route` is the pattern (`/api/v1/jobs/{id}`), never the path;
    /// `None` when no route matched. Methods that HTTP does not define share one label value, so a
    /// client cannot invent series.
    pub fn record(&self, method: &str, route: Option<&str>, status: u16, elapsed: Duration) {
        let method = match method {
            "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method,
            _ => "other",
        };
        let route = route.unwrap_or("unmatched");
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.duration.with_label_values(&[route]).observe(elapsed.as_secs_f64());
    }
}
