//! Reconcilers.

use crate::fakes::{Diary, LeaseTable, NilIds, Sweep, TokioClock};
use async_trait::async_trait;
use certctl_domain::Clock as _;
use certctl_lifecycle::Tasks;
use certctl_scheduler::{Overview, Reconcilers, RunResult, Schedule};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{LoopRun, RunRecorder};
use certctl_telemetry::{Registry, SchedulerMetrics};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::sleep;

const PERIOD: Duration = Duration::from_mins(1);
const MOMENT: Duration = Duration::from_millis(1);

/// Remembers runs until it is told not to.
#[derive(Debug, Default)]
struct Marks {
    runs: Mutex<Vec<LoopRun>>,
    unavailable: Mutex<bool>,
}

#[async_trait]
impl RunRecorder for Marks {
    async fn record(&self, run: LoopRun) -> Result<(), ServiceError> {
        if *self.unavailable.lock() {
            return Err(ServiceError::Unavailable("down".into()));
        }
        self.runs.lock().push(run);
        Ok(())
    }
}

struct Installation {
    clock: Arc<TokioClock>,
    leases: Arc<LeaseTable>,
    diary: Arc<Diary>,
    marks: Arc<Marks>,
    takes: Duration,
}

struct Replica {
    sweep: Arc<Sweep>,
    tasks: Tasks,
    overview: Overview,
    registry: Registry,
}

impl Installation {
    fn new(takes: Duration) -> Self {
        let clock = TokioClock::new();
        Self { leases: LeaseTable::new(&clock), clock, diary: Arc::default(), marks: Arc::default(), takes }
    }

    fn start(&self, name: &str) -> Replica {
        let sweep = Sweep::new(name, &self.clock, &self.diary, self.takes);
        let tasks = Tasks::new(Handle::current());
        let registry = Registry::new();
        let metrics = SchedulerMetrics::register(&registry).unwrap();
        let overview = Reconcilers::new(
            self.leases.replica(name),
            Arc::clone(&self.clock) as _,
            Arc::new(NilIds),
            metrics,
        )
        .recorded_by(Arc::clone(&self.marks) as _)
        .with(Arc::clone(&sweep) as _, Schedule::every(PERIOD))
        .start(&tasks);
        Replica { sweep, tasks, overview, registry }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reconciler_runs_at_the_start_and_then_once_per_period() {
    let installation = Installation::new(Duration::from_secs(1));
    let replica = installation.start("a");
    sleep(Duration::from_secs(185)).await;
    assert_eq!(installation.diary.seconds(), [0, 60, 120, 180]);
    let status = replica.overview.statuses().remove(0);
    assert_eq!((status.name, status.runs, status.skipped), ("test-sweep", 4, 0));
    let last = status.last_run.unwrap();
    assert_eq!(last.result, RunResult::Success);
    assert_eq!(last.duration, Duration::from_secs(1));
    assert_eq!(last.report.counts, [("steps", 10)]);
    let metrics = replica.registry.render().unwrap();
    assert!(
        metrics.contains(r#"certctl_scheduler_runs_total{task="test-sweep",result="success"} 4"#),
        "{metrics}"
    );
}

#[tokio::test(start_paused = true)]
async fn every_run_is_remembered_and_one_that_cannot_be_is_a_run_all_the_same() {
    let installation = Installation::new(Duration::from_secs(1));
    let replica = installation.start("a");
    let start = installation.clock.now();
    sleep(Duration::from_secs(30)).await;
    *replica.sweep.fails.lock() = true;
    sleep(PERIOD).await;
    *installation.marks.unavailable.lock() = true;
    sleep(PERIOD).await;
    let marks = installation.marks.runs.lock().clone();
    assert_eq!(marks.iter().map(|run| run.started_at.since(start).as_secs()).collect::<Vec<_>>(), [0, 60]);
    assert!(marks.iter().all(|run| run.name == "test-sweep" && run.period == PERIOD));
    assert!(marks.iter().all(|run| run.ended_at.since(run.started_at) == Duration::from_secs(1)));
    let errors: Vec<_> = marks.iter().map(|run| run.error.as_deref()).collect();
    assert_eq!(errors, [None, Some("it broke")]);
    assert_eq!(replica.overview.statuses()[0].runs, 3);
}

#[tokio::test(start_paused = true)]
async fn a_slow_run_is_never_overlapped_and_missed_ticks_are_skipped() {
    let installation = Installation::new(Duration::from_secs(130));
    let replica = installation.start("a");
    replica.sweep.poke.notify_one();
    sleep(Duration::from_secs(10)).await;
    assert!(replica.overview.statuses()[0].running_since.is_some());
    sleep(Duration::from_secs(390)).await;
    assert_eq!(*installation.diary.most_active.lock(), 1);
    // The poke came during the first run, so it counts after it; then the grid of the period goes on.
    assert_eq!(installation.diary.seconds(), [0, 130, 300]);
}

#[tokio::test(start_paused = true)]
async fn of_two_replicas_one_runs_and_the_other_takes_over_when_it_stops() {
    let installation = Installation::new(Duration::from_secs(1));
    let first = installation.start("a");
    sleep(MOMENT).await;
    let second = installation.start("b");
    sleep(Duration::from_secs(130)).await;
    assert_eq!(installation.diary.replicas(), ["a", "a", "a"]);
    assert!(second.overview.statuses()[0].skipped > 0);
    assert!(second.registry.render().unwrap().contains(r#"result="skipped""#));

    first.tasks.soft().cancel();
    sleep(Duration::from_mins(1)).await;
    assert_eq!(installation.diary.replicas().last().map(String::as_str), Some("b"));
    assert!(first.tasks.running().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_turn_of_a_dead_replica_ends_by_itself() {
    let installation = Installation::new(Duration::from_secs(1));
    let first = installation.start("a");
    sleep(Duration::from_secs(5)).await;
    // As after a crash: it runs no more and releases nothing.
    *installation.leases.banned.lock() = Some("a".to_owned());
    first.tasks.hard().cancel();
    assert_eq!(installation.leases.holder("test-sweep").as_deref(), Some("a"));

    let _second = installation.start("b");
    sleep(PERIOD * 3).await;
    assert_eq!(installation.diary.replicas().last().map(String::as_str), Some("b"));
}

#[tokio::test(start_paused = true)]
async fn a_poke_runs_at_once_even_where_the_turn_is_another_replicas() {
    let installation = Installation::new(Duration::from_secs(1));
    let first = installation.start("a");
    sleep(MOMENT).await;
    let second = installation.start("b");
    sleep(Duration::from_secs(10)).await;
    second.sweep.poke.notify_one();
    first.sweep.poke.notify_one();
    sleep(Duration::from_secs(5)).await;
    let mut replicas = installation.diary.replicas();
    replicas.sort();
    assert_eq!(replicas, ["a", "a", "b"]);
    assert_eq!(*installation.diary.most_active.lock(), 1, "not even then do two run at once");
    let seconds = installation.diary.seconds();
    assert_eq!(seconds[1], 10);
    assert!((11..=12).contains(&seconds[2]), "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reconciler_that_knows_its_next_work_runs_then() {
    let installation = Installation::new(Duration::from_secs(1));
    let sweep = {
        let replica = installation.start("a");
        *replica.sweep.due.lock() = Some(installation.clock.now().plus(Duration::from_secs(21)));
        replica.sweep
    };
    sleep(Duration::from_secs(50)).await;
    assert_eq!(installation.diary.seconds(), [0, 21]);
    assert!(sweep.due.lock().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_is_shown_and_tried_again_next_time() {
    let installation = Installation::new(Duration::from_secs(1));
    let replica = installation.start("a");
    *replica.sweep.fails.lock() = true;
    sleep(Duration::from_secs(2)).await;
    let last = replica.overview.statuses().remove(0).last_run.unwrap();
    assert_eq!(last.result, RunResult::Failure);
    assert_eq!(last.report.error.as_deref(), Some("it broke"));
    *replica.sweep.fails.lock() = false;
    sleep(PERIOD).await;
    assert_eq!(replica.overview.statuses().remove(0).last_run.unwrap().result, RunResult::Success);
}

#[tokio::test(start_paused = true)]
async fn a_soft_stop_ends_a_run_at_a_safe_point_and_gives_the_leases_up() {
    let installation = Installation::new(Duration::from_mins(10));
    let replica = installation.start("a");
    sleep(Duration::from_secs(100)).await;
    assert_eq!(installation.leases.holder("test-sweep/run").as_deref(), Some("a"), "prolonged while it runs");
    replica.tasks.soft().cancel();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(*installation.diary.stopped_early.lock(), 1);
    assert_eq!(installation.leases.holder("test-sweep"), None);
    assert_eq!(installation.leases.holder("test-sweep/run"), None);
    assert!(replica.tasks.running().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_lease_was_lost_is_asked_to_stop() {
    let installation = Installation::new(Duration::from_mins(10));
    let _replica = installation.start("a");
    sleep(Duration::from_secs(15)).await;
    *installation.leases.banned.lock() = Some("a".to_owned());
    sleep(Duration::from_secs(15)).await;
    assert_eq!(*installation.diary.stopped_early.lock(), 1);
}
