//! Readiness.

use crate::bench::ServiceBench;
use certctl_service::System;
use certctl_service_api::system::SystemService;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn the_server_is_ready_between_start_and_stop_while_the_database_answers() {
    let t = ServiceBench::empty().await;
    let serves = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&serves);
    let system = System::new(t.store().clone(), move || flag.load(Ordering::Relaxed));
    assert_eq!(system.ready().await.unwrap_err().code(), "unavailable");
    serves.store(true, Ordering::Relaxed);
    system.ready().await.unwrap();
    t.store().close().await;
    assert_eq!(system.ready().await.unwrap_err().code(), "unavailable");
}
