//! The only place that spawns: named, tracked, panic-proof tasks.

use parking_lot::Mutex;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Spawns on the main runtime, whichever thread asks, and knows what still runs.
///
/// Three tokens mark the steps of a shutdown; each later one implies the earlier ones.
/// `draining`: the process is going away, long polls answer at once. `soft`: loops end, workers
/// claim nothing new and finish what they hold. `hard`: everything stops where it is.
#[derive(Clone)]
pub struct Tasks(Arc<Inner>);

struct Inner {
    handle: Handle,
    tracker: TaskTracker,
    draining: CancellationToken,
    soft: CancellationToken,
    hard: CancellationToken,
    running: Mutex<BTreeMap<&'static str, usize>>,
    panics: AtomicU64,
    tripped: OnceLock<String>,
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("running", &self.running()).finish_non_exhaustive()
    }
}

impl Tasks {
    /// Tasks that run on `handle`, the main runtime (`Handle::current()` in `main`).
    pub fn new(handle: Handle) -> Self {
        Self(Arc::new(Inner {
            handle,
            tracker: TaskTracker::new(),
            draining: CancellationToken::new(),
            soft: CancellationToken::new(),
            hard: CancellationToken::new(),
            running: Mutex::default(),
            panics: AtomicU64::new(0),
            tripped: OnceLock::new(),
        }))
    }

    /// Cancelled when the shutdown begins. Requests that only wait should answer now.
    pub fn draining(&self) -> &CancellationToken {
        &self.0.draining
    }

    /// Cancelled when no new work may start.
    pub fn soft(&self) -> &CancellationToken {
        &self.0.soft
    }

    /// Cancelled when running work must stop at once.
    pub fn hard(&self) -> &CancellationToken {
        &self.0.hard
    }

    /// Runs `future` in the background. A panic is counted, logged and trips the shutdown. The
    /// task outlives the returned handle.
    pub fn spawn<F>(&self, name: &'static str, future: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let tasks = self.clone();
        let running = Running::start(self, name);
        let guarded = async move {
            let _running = running;
            let mut future = pin!(future);
            let outcome = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
                Ok(poll) => poll.map(Ok),
                Err(payload) => Poll::Ready(Err(payload)),
            });
            outcome.await.map_err(|payload| tasks.panicked(name, payload.as_ref())).ok()
        };
        Task { name, handle: self.0.tracker.spawn_on(guarded.in_current_span(), &self.0.handle) }
    }

    /// Runs a task that the process cannot do without, such as its listener: when it fails, or ends
    /// before a shutdown began, the shutdown is tripped.
    pub fn spawn_essential<F>(&self, name: &'static str, future: F) -> Task<()>
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let tasks = self.clone();
        self.spawn(name, async move {
            match future.await {
                Ok(()) if tasks.draining().is_cancelled() => {}
                Ok(()) => tasks.trip(format!("task `{name}` ended early")),
                Err(error) => tasks.trip(format!("task `{name}` failed: {error:#}")),
            }
        })
    }

    /// Runs `work` on a thread that may block. The shutdown waits for it, but cannot stop it.
    pub fn spawn_blocking<F, T>(&self, name: &'static str, work: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let tasks = self.clone();
        let running = Running::start(self, name);
        let span = tracing::Span::current();
        let guarded = move || {
            let _running = running;
            let work = || span.in_scope(work);
            catch_unwind(AssertUnwindSafe(work))
                .map_err(|payload| tasks.panicked(name, payload.as_ref()))
                .ok()
        };
        Task { name, handle: self.0.tracker.spawn_blocking_on(guarded, &self.0.handle) }
    }

    /// Begins the shutdown because something broke; the process will exit with code 1. The first
    /// reason wins.
    pub fn trip(&self, reason: impl Into<String>) {
        let reason = reason.into();
        tracing::error!(reason, "shutting down because a part of the process broke: {reason}");
        let _ = self.0.tripped.set(reason);
        self.0.draining.cancel();
    }

    /// Why the shutdown was tripped, if it was.
    pub fn tripped(&self) -> Option<&str> {
        self.0.tripped.get().map(String::as_str)
    }

    /// Panics so far.
    pub fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    /// Names of the running tasks with their number, sorted.
    pub fn running(&self) -> Vec<(&'static str, usize)> {
        self.0.running.lock().iter().map(|(name, count)| (*name, *count)).collect()
    }

    /// Completes when no task runs; to be called once no more will be spawned.
    pub(crate) async fn finished(&self) {
        self.0.tracker.close();
        self.0.tracker.wait().await;
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.0.handle
    }

    fn panicked(&self, name: &'static str, payload: &(dyn Any + Send)) {
        self.0.panics.fetch_add(1, Ordering::Relaxed);
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        self.trip(format!("task `{name}` panicked: {message}"));
    }
}

/// Counts a task as running for as long as it lives, also when it is aborted.
struct Running {
    tasks: Tasks,
    name: &'static str,
}

impl Running {
    fn start(tasks: &Tasks, name: &'static str) -> Self {
        *tasks.0.running.lock().entry(name).or_default() += 1;
        Self { tasks: tasks.clone(), name }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = self.tasks.0.running.lock();
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}

/// A spawned task. Awaiting it gives its result; dropping it lets the task run on.
#[derive(Debug)]
pub struct Task<T> {
    name: &'static str,
    handle: JoinHandle<Option<T>>,
}

/// A task ended without a result: it panicked or was aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskLost {
    /// The task's name.
    pub name: &'static str,
}

impl fmt::Display for TaskLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task `{}` ended without a result", self.name)
    }
}

impl std::error::Error for TaskLost {}

impl<T> Task<T> {
    /// Stops the task at its next await. Blocking work that has begun is not stopped.
    pub fn abort(&self) {
        self.handle.abort();
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskLost>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let name = self.name;
        Pin::new(&mut self.handle).poll(cx).map(|joined| joined.ok().flatten().ok_or(TaskLost { name }))
    }
}
