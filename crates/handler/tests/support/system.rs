//! A server that can be told to be out of order, and to be late.

use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_service_api::ServiceError;
use certctl_service_api::system::{LoopHealth, SchedulerHealth, SystemService};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct System {
    pub(crate) broken: AtomicBool,
    pub(crate) late: AtomicBool,
}

#[async_trait]
impl SystemService for System {
    async fn ready(&self) -> Result<(), ServiceError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(ServiceError::Unavailable("connection refused by db.internal:5432".into()));
        }
        Ok(())
    }
    async fn scheduler(&self) -> Result<SchedulerHealth, ServiceError> {
        self.ready().await?;
        let at = |seconds: i64| Timestamp::from_unix_seconds(1_767_225_600 + seconds);
        let late = self.late.load(Ordering::SeqCst);
        let renewal = LoopHealth {
            name: "renewal-sweep",
            on_time: !late,
            period: Duration::from_mins(1),
            expected_by: at(210),
            last_started_at: Some(at(0)),
            last_success_at: Some(at(0)),
            last_failure_at: late.then(|| at(180)),
            consecutive_failures: if late { 3 } else { 0 },
            oldest_work_at: late.then(|| at(10)),
        };
        Ok(SchedulerHealth { checked_at: at(if late { 240 } else { 60 }), loops: vec![renewal] })
    }
}
