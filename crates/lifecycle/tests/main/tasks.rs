//! Spawning: results, panics, names, essential tasks.

use certctl_lifecycle::{TaskLost, Tasks};
use tokio::runtime::Handle;

fn tasks() -> Tasks {
    Tasks::new(Handle::current())
}

#[tokio::test]
async fn a_task_gives_its_result() {
    let tasks = tasks();
    assert_eq!(tasks.spawn("sum", async { 1 + 1 }).await, Ok(2));
    assert_eq!(tasks.spawn_blocking("sum", || 2 + 2).await, Ok(4));
    assert_eq!(tasks.panics(), 0);
    assert!(!tasks.draining().is_cancelled());
}

#[tokio::test]
async fn a_panicking_task_is_counted_and_trips_the_shutdown() {
    let tasks = tasks();
    let lost = tasks.spawn("sweep", async { panic!("index {} is out of range", 7) }).await;
    assert_eq!(lost, Err::<(), _>(TaskLost { name: "sweep" }));
    assert_eq!(tasks.panics(), 1);
    assert_eq!(tasks.tripped(), Some("task `sweep` panicked: index 7 is out of range"));
    assert!(tasks.draining().is_cancelled());
    assert!(!tasks.soft().is_cancelled());
}

#[tokio::test]
async fn a_panic_in_blocking_work_trips_the_shutdown_too() {
    let tasks = tasks();
    let lost = tasks.spawn_blocking("hash", || panic!("bad input")).await;
    assert_eq!(lost, Err::<(), _>(TaskLost { name: "hash" }));
    assert_eq!(tasks.tripped(), Some("task `hash` panicked: bad input"));
}

#[tokio::test]
async fn running_tasks_are_listed_by_name_until_they_end() {
    let tasks = tasks();
    let stop = tasks.soft().clone();
    let first = tasks.spawn("worker", stop.clone().cancelled_owned());
    let second = tasks.spawn("worker", stop.clone().cancelled_owned());
    let aborted = tasks.spawn("poller", std::future::pending::<()>());
    assert_eq!(tasks.running(), [("poller", 1), ("worker", 2)]);
    aborted.abort();
    assert_eq!(aborted.await, Err(TaskLost { name: "poller" }));
    stop.cancel();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(tasks.running(), []);
}

#[tokio::test]
async fn an_essential_task_that_fails_or_ends_early_trips_the_shutdown() {
    let broken = tasks();
    broken.spawn_essential("http", async { Err(anyhow::anyhow!("address in use")) }).await.unwrap();
    assert_eq!(broken.tripped(), Some("task `http` failed: address in use"));

    let early = tasks();
    early.spawn_essential("http", async { Ok(()) }).await.unwrap();
    assert_eq!(early.tripped(), Some("task `http` ended early"));

    let stopped = tasks();
    stopped.draining().cancel();
    stopped.spawn_essential("http", async { Ok(()) }).await.unwrap();
    assert_eq!(stopped.tripped(), None);
}
