//! Workers: claim as many jobs as there are free hands, run each in a task of its own.

use crate::until;
use certctl_domain::Clock;
use certctl_domain::job::Job;
use certctl_lifecycle::{Task, Tasks};
use certctl_service_api::engine::JobEngine;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// After a hard stop running jobs end at their next await; whoever does not is left behind.
const HARD_STOP_LIMIT: Duration = Duration::from_secs(1);
/// A due job that could not be claimed is in somebody else's transaction: no busy waiting.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// How much is done at once, and how often the queue is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerOptions {
    /// Jobs that run at the same time; 0 counts as 1.
    pub concurrency: u32,
    /// Longest pause between two looks at the queue. Work of this process is seen at once and
    /// planned work when it is due; the poll finds what other replicas queued.
    pub poll_period: Duration,
}

/// The workers of this process.
#[derive(Debug)]
pub struct Workers {
    engine: Arc<dyn JobEngine>,
    clock: Arc<dyn Clock>,
    options: WorkerOptions,
}

impl Workers {
    /// Workers that run the jobs of `engine`.
    pub fn new(engine: Arc<dyn JobEngine>, clock: Arc<dyn Clock>, options: WorkerOptions) -> Self {
        Self { engine, clock, options }
    }

    /// Works until the soft stop: then nothing more is claimed and the running jobs are finished.
    /// A hard stop drops them where they are. In the end the leases are given back.
    pub fn start(self, tasks: &Tasks) -> Task<()> {
        let hands = Arc::new(Semaphore::new(self.concurrency()));
        let crew = Crew { workers: self, tasks: tasks.clone(), hands, finished: Arc::default() };
        tasks.spawn("workers", crew.work())
    }

    fn concurrency(&self) -> usize {
        usize::try_from(self.options.concurrency.max(1)).unwrap_or(Semaphore::MAX_PERMITS)
    }
}

/// The running workers.
struct Crew {
    workers: Workers,
    tasks: Tasks,
    hands: Arc<Semaphore>,
    /// A job ended: it may have queued others, or itself again.
    finished: Arc<Notify>,
}

impl Crew {
    async fn work(self) {
        let soft = self.tasks.soft().clone();
        while !soft.is_cancelled() {
            let free = self.hands.available_permits();
            if free == 0 {
                tokio::select! {
                    () = soft.cancelled() => {}
                    () = self.finished.notified() => {}
                }
                continue;
            }
            // Never cancelled in the middle: a claim that was made must be worked on.
            match self.workers.engine.claim(u32::try_from(free).unwrap_or(u32::MAX)).await {
                Ok(jobs) => {
                    let more_may_wait = jobs.len() >= free;
                    self.hand_out(jobs);
                    if !more_may_wait {
                        self.wait().await;
                    }
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "cannot claim jobs: {error}");
                    tokio::select! {
                        () = soft.cancelled() => {}
                        () = sleep(self.workers.options.poll_period) => {}
                    }
                }
            }
        }
        self.wind_down().await;
    }

    fn hand_out(&self, jobs: Vec<Job>) {
        for job in jobs {
            let permit = Arc::clone(&self.hands).try_acquire_owned().ok();
            let hand = Hand { permit, finished: Arc::clone(&self.finished) };
            let (engine, abort) = (Arc::clone(&self.workers.engine), self.tasks.hard().clone());
            self.tasks.spawn("job", async move {
                let _hand = hand;
                let id = job.id.clone();
                tokio::select! {
                    outcome = engine.run(job) => {
                        tracing::debug!(job.id = %id, outcome = outcome.as_str(), "attempt at job {id} ended");
                    }
                    () = abort.cancelled() => {
                        tracing::warn!(job.id = %id, "job {id} was interrupted by the shutdown; it is taken up again");
                    }
                }
            });
        }
    }

    /// Returns when there may be something to claim.
    async fn wait(&self) {
        let poll = self.workers.options.poll_period;
        let due = match self.workers.engine.next_due().await {
            Ok(due) => due.map(|at| until(&*self.workers.clock, at)),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot look for the next job: {error}"
                );
                None
            }
        };
        let pause = due.map_or(poll, |due| due.max(SHORTEST_PAUSE).min(poll));
        tokio::select! {
            () = self.tasks.soft().cancelled() => {}
            () = self.workers.engine.work_arrived() => {}
            () = self.finished.notified() => {}
            () = sleep(pause) => {}
        }
    }

    async fn wind_down(self) {
        let all = u32::try_from(self.workers.concurrency()).unwrap_or(u32::MAX);
        let hard = self.tasks.hard();
        let drained = tokio::select! {
            _all_hands = self.hands.acquire_many(all) => true,
            () = hard.cancelled() => false,
        };
        if !drained && timeout(HARD_STOP_LIMIT, self.hands.acquire_many(all)).await.is_err() {
            tracing::warn!("jobs still run after the hard stop; their leases are given back all the same");
        }
        match self.workers.engine.release().await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(jobs, "gave back {jobs} unfinished jobs"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot give back unfinished jobs, whose leases end by themselves: {error}"
                );
            }
        }
    }
}

/// One busy worker. Free again when dropped, also by a panic of the job.
struct Hand {
    permit: Option<OwnedSemaphorePermit>,
    finished: Arc<Notify>,
}

impl Drop for Hand {
    fn drop(&mut self) {
        drop(self.permit.take());
        self.finished.notify_one();
    }
}
