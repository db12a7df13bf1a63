//! The order and the limits of a shutdown, on paused time.

use certctl_lifecycle::{Lifecycle, LifecycleOptions, ReadyState, ShutdownSteps, Signal};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

const STOP: Signal = Signal::Stop("SIGTERM");

fn options() -> LifecycleOptions {
    LifecycleOptions {
        lame_duck: Duration::from_secs(3),
        grace: Duration::from_secs(20),
        ..LifecycleOptions::default()
    }
}

/// Events with the second they happened at.
#[derive(Clone)]
struct Diary {
    start: Instant,
    entries: Arc<Mutex<Vec<(u64, &'static str)>>>,
}

impl Diary {
    fn new() -> Self {
        Self { start: Instant::now(), entries: Arc::default() }
    }

    fn note(&self, event: &'static str) {
        self.entries.lock().unwrap().push((self.start.elapsed().as_secs(), event));
    }

    fn entries(&self) -> Vec<(u64, &'static str)> {
        self.entries.lock().unwrap().clone()
    }

    fn steps(&self) -> ShutdownSteps {
        let (listen, leases, close) = (self.clone(), self.clone(), self.clone());
        ShutdownSteps::default()
            .stop_listening(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                listen.note("stopped listening");
            })
            .release_leases(async move { leases.note("released leases") })
            .close(async move { close.note("closed") })
    }
}

#[tokio::test(start_paused = true)]
async fn a_signal_stops_the_parts_in_order() {
    let (life, signals) = Lifecycle::manual(options());
    let diary = Diary::new();
    life.ready();
    let (polls, loops) = (diary.clone(), diary.clone());
    let (draining, soft) = (life.tasks().draining().clone(), life.tasks().soft().clone());
    life.tasks().spawn("long poll", async move {
        draining.cancelled().await;
        polls.note("long poll answered");
    });
    life.tasks().spawn("worker", async move {
        soft.cancelled().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        loops.note("job finished");
    });
    let readiness = life.readiness().clone();
    assert!(readiness.is_ready());
    signals.send(STOP);
    life.run_until_stopped(diary.steps()).await.unwrap();
    assert_eq!(
        diary.entries(),
        [
            (0, "long poll answered"),
            (4, "stopped listening"),
            (9, "job finished"),
            (9, "released leases"),
            (9, "closed")
        ]
    );
    assert_eq!(readiness.state(), ReadyState::Stopping);
}

#[tokio::test(start_paused = true)]
async fn work_that_exceeds_the_grace_is_stopped_hard() {
    let (life, signals) = Lifecycle::manual(options());
    let diary = Diary::new();
    let (hard, worker) = (life.tasks().hard().clone(), diary.clone());
    life.tasks().spawn("worker", async move {
        hard.cancelled().await;
        worker.note("job abandoned");
    });
    signals.send(STOP);
    life.run_until_stopped(diary.steps()).await.unwrap();
    let expected = [(4, "stopped listening"), (23, "job abandoned"), (23, "released leases"), (23, "closed")];
    assert_eq!(diary.entries(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_skips_the_waiting() {
    let (life, signals) = Lifecycle::manual(options());
    let diary = Diary::new();
    life.tasks().spawn("stubborn", std::future::pending::<()>());
    signals.send(STOP);
    signals.send(STOP);
    life.run_until_stopped(diary.steps()).await.unwrap();
    // Five seconds are left to tasks that ignore the hard token.
    assert_eq!(diary.entries(), [(5, "released leases"), (5, "closed")]);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_hangs_does_not_keep_the_process() {
    let (life, signals) = Lifecycle::manual(options());
    let diary = Diary::new();
    signals.send(STOP);
    let steps = diary.steps().release_leases(std::future::pending());
    life.run_until_stopped(steps).await.unwrap();
    assert_eq!(diary.entries(), [(4, "stopped listening"), (9, "closed")]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_task_ends_the_process_with_its_reason() {
    let (life, _signals) = Lifecycle::manual(options());
    life.tasks().spawn("sweep", async { panic!("boom") });
    let error = life.run_until_stopped(ShutdownSteps::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "task `sweep` panicked: boom");
}

#[tokio::test]
async fn a_reload_runs_every_hook_even_when_one_fails() {
    let (life, signals) = Lifecycle::manual(options());
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    life.on_reload("trust anchors", || Err(anyhow::anyhow!("file is empty")));
    life.on_reload("server certificate", move || Ok(sender.send("server certificate")?));
    signals.send(Signal::Reload);
    assert_eq!(seen.recv().await, Some("server certificate"));
    assert!(!life.tasks().draining().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn a_stopping_process_never_becomes_ready_again() {
    let (life, signals) = Lifecycle::manual(LifecycleOptions::default());
    let late = life.clone();
    signals.send(STOP);
    life.run_until_stopped(ShutdownSteps::default()).await.unwrap();
    late.ready();
    late.readiness().reached(ReadyState::Ready).await;
    assert_eq!(late.readiness().state().as_str(), "stopping");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_service_manager_hears_ready_and_stopping() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let (life, signals) = Lifecycle::manual(LifecycleOptions {
        notify_socket: Some(path.into()),
        ..LifecycleOptions::default()
    });
    life.ready();
    signals.send(STOP);
    life.run_until_stopped(ShutdownSteps::default()).await.unwrap();
    let mut heard = [0; 64];
    for expected in ["READY=1", "STOPPING=1"] {
        let length = manager.recv(&mut heard).unwrap();
        assert_eq!(std::str::from_utf8(&heard[..length]).unwrap(), expected);
    }
}
