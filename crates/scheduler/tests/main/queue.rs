//! Runs and leases that share one connection, as with SQLite.

use crate::fakes::{LeaseTable, NilIds, ReplicaLeases, TokioClock};
use async_trait::async_trait;
use certctl_lifecycle::Tasks;
use certctl_scheduler::{Reconcilers, Schedule};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Leases, Reconciler, Report, StopSignal};
use certctl_telemetry::{Registry, SchedulerMetrics};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// One connection with a fair queue in front.
type Connection = Arc<Semaphore>;

/// Leases that are written over the connection.
#[derive(Debug)]
struct QueuedLeases(Connection, Arc<ReplicaLeases>);

#[async_trait]
impl Leases for QueuedLeases {
    async fn acquire(&self, name: &str, span: Duration) -> Result<bool, ServiceError> {
        let _turn = self.0.acquire().await.unwrap();
        self.1.acquire(name, span).await
    }

    async fn release(&self, name: &str) -> Result<(), ServiceError> {
        let _turn = self.0.acquire().await.unwrap();
        self.1.release(name).await
    }
}

/// Comes to the queue shortly before its lease is prolonged.
#[derive(Debug)]
struct Late(Connection);

#[async_trait]
impl Reconciler for Late {
    fn name(&self) -> &'static str {
        "test-late"
    }

    async fn activate(&self, _: &dyn StopSignal) -> Report {
        sleep(Duration::from_millis(9_900)).await;
        let _turn = self.0.acquire().await.unwrap();
        Report::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_the_connection_before_its_lease_does_holds_nobody_up() {
    let clock = TokioClock::new();
    let connection: Connection = Arc::new(Semaphore::new(1));
    let leases = QueuedLeases(Arc::clone(&connection), LeaseTable::new(&clock).replica("a"));
    let metrics = SchedulerMetrics::register(&Registry::new()).unwrap();
    let overview = Reconcilers::new(Arc::new(leases), clock, Arc::new(NilIds), metrics)
        .with(Arc::new(Late(Arc::clone(&connection))), Schedule::every(Duration::from_mins(1)))
        .start(&Tasks::new(Handle::current()));
    sleep(Duration::from_secs(5)).await;
    let other = Arc::clone(&connection).acquire_owned().await.unwrap();
    // The run queues behind the other one, and the lease behind the run.
    sleep(Duration::from_secs(6)).await;
    drop(other);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(overview.statuses()[0].runs, 1);
    assert_eq!(connection.available_permits(), 1);
}
