//! Readiness and metrics.

use crate::bench::ServiceBench;
use certctl_service::System;
use certctl_service_api::system::SystemService;
use certctl_telemetry::{JobMetrics, JobOutcome, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn the_server_is_ready_between_start_and_stop_while_the_database_answers() {
    let t = ServiceBench::empty().await;
    let serves = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&serves);
    let system = System::new(t.store().clone(), move || flag.load(Ordering::Relaxed), Registry::new());
    assert_eq!(system.ready().await.unwrap_err().code(), "unavailable");
    serves.store(true, Ordering::Relaxed);
    system.ready().await.unwrap();
    t.store().close().await;
    assert_eq!(system.ready().await.unwrap_err().code(), "unavailable");
}

#[tokio::test]
async fn metrics_are_rendered_for_scrapers() {
    let t = ServiceBench::empty().await;
    let registry = Registry::new();
    JobMetrics::register(&registry).unwrap().finished("Deployment", JobOutcome::Completed);
    let text = System::new(t.store().clone(), || true, registry).prometheus().await.unwrap();
    assert!(
        text.contains(r#"certctl_jobs_finished_total{type="Deployment",outcome="completed"} 1"#),
        "{text}"
    );
}
