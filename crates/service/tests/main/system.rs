//! Readiness, the marks of periodic tasks, the heartbeat.

use crate::bench::ServiceBench;
use crate::flow::Never;
use async_trait::async_trait;
use certctl_connector_api::ConnectorError;
use certctl_service::reconcile::{Heartbeat, Watcher};
use certctl_service::{Loops, System};
use certctl_service_api::engine::{LoopRun, Reconciler, RunRecorder};
use certctl_service_api::system::SystemService;
use certctl_testkit::build;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn the_server_is_ready_between_start_and_stop_while_the_database_answers() {
    let t = ServiceBench::empty().await;
    let serves = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&serves);
    let system = System::new(t.store().clone(), Arc::new(Loops::new(t.base.clone())), move || {
        flag.load(Ordering::Relaxed)
    });
    assert_eq!(system.ready().await.unwrap_err().code(), "unavailable");
    serves.store(true, Ordering::Relaxed);
    system.ready().await.unwrap();
    t.store().close().await;
    assert_eq!(system.ready().await.unwrap_err().code(), "unavailable");
}

fn run(t: &ServiceBench, name: &'static str, error: Option<&str>) -> LoopRun {
    let now = t.base.clock.now();
    let error = error.map(str::to_owned);
    LoopRun { name, period: MINUTE, started_at: now, ended_at: now, error, oldest_work_at: None }
}

#[tokio::test]
async fn a_task_that_is_silent_for_three_periods_is_late_whichever_server_should_have_run_it() {
    for t in ServiceBench::both().await {
        let (here, elsewhere) = (Loops::new(t.base.clone()), Loops::new(t.base.clone()));
        for loops in [&here, &elsewhere] {
            loops.expect("renewal-sweep", MINUTE);
            loops.expect("retention", MINUTE * 60);
        }
        assert!(here.health().await.unwrap().is_healthy(), "nothing can be late at the start");
        t.clock.advance(MINUTE);
        elsewhere.record(run(&t, "renewal-sweep", None)).await.unwrap();
        // One of another version.
        elsewhere.record(run(&t, "gone", None)).await.unwrap();
        t.clock.advance(MINUTE * 3 + Duration::from_secs(30));
        let health = here.health().await.unwrap();
        assert!(health.is_healthy(), "{health:?}");
        let names: Vec<_> = health.loops.iter().map(|one| one.name).collect();
        assert_eq!(names, ["renewal-sweep", "retention"]);

        t.clock.advance(Duration::from_secs(1));
        let oldest = t.base.clock.now().minus(MINUTE);
        let failed =
            LoopRun { oldest_work_at: Some(oldest), ..run(&t, "renewal-sweep", Some("no database")) };
        here.record(failed).await.unwrap();
        let health = elsewhere.health().await.unwrap();
        let [sweep, retention] = &health.loops[..] else { panic!("{health:?}") };
        assert!(!sweep.on_time && retention.on_time && !health.is_healthy());
        assert_eq!((sweep.consecutive_failures, sweep.oldest_work_at), (1, Some(oldest)));
        assert_eq!(sweep.last_success_at, Some(build::at(60)));

        here.record(run(&t, "renewal-sweep", None)).await.unwrap();
        let health = elsewhere.health().await.unwrap();
        assert!(health.is_healthy() && health.loops[0].consecutive_failures == 0);
        let marks = t.read(|tx| tx.reconciler_marks().all()).await;
        assert_eq!(marks[1].last_error.as_deref(), Some("no database"), "the last failure stays on record");
    }
}

/// A watcher that counts heartbeats. A test double.
#[derive(Debug, Default)]
struct CountingWatcher(AtomicU32);

#[async_trait]
impl Watcher for CountingWatcher {
    async fn beat(&self) -> Result<(), ConnectorError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn a_heartbeat_is_sent_only_while_every_task_gets_through() {
    let t = ServiceBench::empty().await;
    let (loops, watcher) = (Arc::new(Loops::new(t.base.clone())), Arc::new(CountingWatcher::default()));
    loops.expect("renewal-sweep", MINUTE);
    // The heartbeat's own silence keeps none back.
    loops.expect("heartbeat", Duration::from_secs(1));
    let heartbeat = Heartbeat::new(Arc::clone(&loops), watcher.clone());
    t.clock.advance(MINUTE * 3);
    assert_eq!(heartbeat.activate(&Never).await.error, None);
    assert_eq!(watcher.0.load(Ordering::Relaxed), 1);
    t.clock.advance(MINUTE);
    assert_eq!(heartbeat.activate(&Never).await.counts, [("withheld", 1)]);
    assert_eq!(watcher.0.load(Ordering::Relaxed), 1);
    loops.record(run(&t, "renewal-sweep", None)).await.unwrap();
    heartbeat.activate(&Never).await;
    assert_eq!(watcher.0.load(Ordering::Relaxed), 2);
}
