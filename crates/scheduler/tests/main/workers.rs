//! Workers.

use crate::fakes::{QueueEngine, TokioClock};
use certctl_lifecycle::{Task, Tasks};
use certctl_scheduler::{WorkerOptions, Workers};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::sleep;

const POLL: Duration = Duration::from_secs(30);
const NOW: Duration = Duration::ZERO;
/// Paused time jumps only when every task waits, so this lets them all come to rest.
const MOMENT: Duration = Duration::from_millis(1);

struct Bench {
    engine: Arc<QueueEngine>,
    tasks: Tasks,
    workers: Task<()>,
}

fn start(concurrency: u32, prepare: impl FnOnce(&QueueEngine)) -> Bench {
    let clock = TokioClock::new();
    let engine = QueueEngine::new(&clock);
    prepare(&engine);
    let tasks = Tasks::new(Handle::current());
    let options = WorkerOptions { concurrency, poll_period: POLL };
    let workers = Workers::new(Arc::clone(&engine) as _, clock, options).start(&tasks);
    Bench { engine, tasks, workers }
}

#[tokio::test(start_paused = true)]
async fn waiting_jobs_run_at_once_and_never_more_than_allowed() {
    let bench = start(2, |engine| {
        for id in ["job-1", "job-2", "job-3", "job-4", "job-5"] {
            engine.push(id, NOW, false);
        }
    });
    sleep(MOMENT).await;
    assert_eq!(bench.engine.running(), 2);
    bench.engine.gate.add_permits(5);
    sleep(MOMENT).await;
    assert_eq!(bench.engine.done(), ["job-1", "job-2", "job-3", "job-4", "job-5"]);
    assert_eq!(bench.engine.most_running(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wake_up_beats_the_poll_and_the_poll_finds_the_work_of_others() {
    let bench = start(4, |engine| engine.gate.add_permits(9));
    sleep(Duration::from_secs(1)).await;
    bench.engine.push("job-woken", NOW, true);
    sleep(MOMENT).await;
    assert_eq!(bench.engine.done(), ["job-woken"]);

    bench.engine.push("job-elsewhere", NOW, false);
    sleep(MOMENT).await;
    assert_eq!(bench.engine.done(), ["job-woken"], "nobody said so yet");
    sleep(POLL).await;
    assert_eq!(bench.engine.done(), ["job-woken", "job-elsewhere"]);
}

#[tokio::test(start_paused = true)]
async fn planned_jobs_run_when_they_are_due() {
    let bench = start(1, |engine| {
        engine.gate.add_permits(9);
        engine.push("job-later", Duration::from_secs(7), false);
    });
    sleep(Duration::from_millis(6_900)).await;
    assert!(bench.engine.done().is_empty());
    sleep(Duration::from_millis(200)).await;
    assert_eq!(bench.engine.done(), ["job-later"]);
}

#[tokio::test(start_paused = true)]
async fn idle_workers_ask_once_per_poll_period() {
    let bench = start(4, |_| {});
    sleep(POLL * 10).await;
    let claims = bench.engine.claims();
    assert!((10..=11).contains(&claims), "{claims} claims in ten poll periods");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_database_is_asked_again_after_the_poll_period() {
    let bench = start(1, |engine| {
        engine.set_unavailable(true);
        engine.push("job-1", NOW, false);
        engine.gate.add_permits(1);
    });
    sleep(MOMENT).await;
    bench.engine.set_unavailable(false);
    assert_eq!(bench.engine.claims(), 1);
    sleep(POLL).await;
    assert_eq!(bench.engine.done(), ["job-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_soft_stop_finishes_what_runs_and_claims_nothing_new() {
    let bench = start(1, |engine| engine.push("job-1", NOW, false));
    sleep(MOMENT).await;
    bench.tasks.soft().cancel();
    bench.engine.push("job-2", NOW, true);
    sleep(Duration::from_mins(1)).await;
    assert!(!bench.workers.is_finished(), "the job still runs");
    assert_eq!(bench.engine.released(), None);

    bench.engine.gate.add_permits(2);
    bench.workers.await.unwrap();
    assert_eq!(bench.engine.done(), ["job-1"]);
    assert_eq!(bench.engine.released(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_hard_stop_drops_running_jobs_and_gives_their_leases_back() {
    let bench = start(2, |engine| {
        engine.push("job-1", NOW, false);
        engine.push("job-2", NOW, false);
    });
    sleep(MOMENT).await;
    bench.tasks.soft().cancel();
    bench.tasks.hard().cancel();
    bench.workers.await.unwrap();
    assert!(bench.engine.done().is_empty());
    assert_eq!(bench.engine.released(), Some(2));
    assert!(bench.tasks.running().is_empty(), "{:?}", bench.tasks.running());
}
