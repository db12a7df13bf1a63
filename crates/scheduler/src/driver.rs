//! One reconciler's loop: when it runs, under which leases, and what is remembered of it.
//!
//! Two leases make it run once in the whole installation. The *turn* (the reconciler's name) is
//! longer than the period and decides which replica runs periodically; it is kept between runs.
//! The *run* (`<name>/run`) is held only while the reconciler is at work, so that a replica that
//! was poked can run at once even when the turn is another's, but never beside it.

use crate::reconcilers::{RunResult, Schedule, Status, Surroundings};
use crate::stop::Stop;
use crate::{Run, until};
use certctl_domain::Timestamp;
use certctl_lifecycle::Tasks;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{LoopRun, Reconciler, Report};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval_at, sleep, sleep_until};
use tracing::Instrument;

/// The run lease; prolonged while the reconciler is at work, so a crashed replica blocks no longer.
const RUN_SPAN: Duration = Duration::from_secs(30);
/// A poked replica looks this often whether the run of another one has ended.
const POKE_RETRY: Duration = Duration::from_secs(1);
/// The turn outlives the period by this, for slow runs and clocks that differ.
const TURN_RESERVE: Duration = Duration::from_secs(30);
/// A replica without the turn looks at least this often whether its holder is gone.
const TURN_RETRY: Duration = Duration::from_secs(30);
/// Work that is overdue after a run could not be done by it; the run is repeated after this pause.
const OVERDUE_RETRY: Duration = Duration::from_secs(5);

/// Why a reconciler runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Its time has come.
    Tick,
    /// Somebody on this process wants it to.
    Poke,
}

pub(crate) struct Driver {
    reconciler: Arc<dyn Reconciler>,
    schedule: Schedule,
    surroundings: Surroundings,
    state: Arc<Mutex<Status>>,
    run_lease: String,
}

impl Driver {
    pub(crate) fn new(
        reconciler: Arc<dyn Reconciler>,
        schedule: Schedule,
        surroundings: Surroundings,
        state: Arc<Mutex<Status>>,
    ) -> Self {
        let run_lease = format!("{}/run", reconciler.name());
        Self { reconciler, schedule, surroundings, state, run_lease }
    }

    /// Runs until the soft stop. One task, so a reconciler never overlaps itself on this process.
    pub(crate) async fn drive(self, tasks: Tasks) {
        let mut cause = Cause::Tick;
        let mut tick = Instant::now();
        while !tasks.soft().is_cancelled() {
            let ran = tokio::select! {
                ran = self.take_and_run(cause, &tasks) => ran,
                () = tasks.hard().cancelled() => break,
            };
            tick = self.next_tick(tick, Instant::now());
            cause = tokio::select! {
                () = tasks.soft().cancelled() => break,
                cause = self.wait(cause, ran, tick) => cause,
            };
        }
        self.give_up_leases().await;
    }

    /// The first tick of the period's grid after `now`: missed ones are skipped.
    fn next_tick(&self, last: Instant, now: Instant) -> Instant {
        let period = self.schedule.period.max(Duration::from_millis(1));
        let missed = now.saturating_duration_since(last).as_nanos() / period.as_nanos();
        let steps = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
        last + period.saturating_mul(steps)
    }

    /// Returns when the reconciler should run again.
    async fn wait(&self, cause: Cause, ran: bool, tick: Instant) -> Cause {
        if cause == Cause::Poke && !ran {
            // Another replica is at work and may have passed what this poke is about.
            sleep(POKE_RETRY).await;
            return Cause::Poke;
        }
        let jitter = self.schedule.period.mul_f64(self.schedule.jitter.clamp(0.0, 1.0) * self.random());
        let planned = tick + jitter;
        let next = if ran { planned } else { planned.min(Instant::now() + TURN_RETRY) };
        let due = self.reconciler.next_due().await;
        tokio::select! {
            () = sleep_until(next) => Cause::Tick,
            () = self.reconciler.poked() => Cause::Poke,
            () = self.reached(due) => Cause::Tick,
        }
    }

    async fn reached(&self, due: Option<Timestamp>) {
        match due.map(|at| until(&*self.surroundings.clock, at)) {
            Some(Duration::ZERO) => sleep(OVERDUE_RETRY).await,
            Some(wait) => sleep(wait).await,
            None => std::future::pending().await,
        }
    }

    /// A number in 0..1 from the random part of a fresh id.
    fn random(&self) -> f64 {
        let [.., a, b, c, d] = self.surroundings.ids.next().into_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
    }

    /// Runs once when the leases allow it; whether it ran.
    async fn take_and_run(&self, cause: Cause, tasks: &Tasks) -> bool {
        let started_at = self.surroundings.clock.now();
        let acquired = match self.acquire(cause).await {
            Ok(acquired) => acquired,
            Err(error) => {
                let name = self.reconciler.name();
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot take the lease of {name}: {error}"
                );
                let report = Report::default().failed(&error);
                self.remember(started_at, &report).await;
                self.note(Run { started_at, duration: Duration::ZERO, result: RunResult::Failure, report });
                return false;
            }
        };
        if !acquired {
            self.note(Run {
                started_at,
                duration: Duration::ZERO,
                result: RunResult::Skipped,
                report: Report::default(),
            });
            return false;
        }
        self.state.lock().running_since = Some(started_at);
        let begun = Instant::now();
        let span = tracing::info_span!(
            "reconcile",
            reconciler = self.reconciler.name(),
            poked = cause == Cause::Poke
        );
        let report = self.run_under_lease(&Stop::new(tasks.soft().clone())).instrument(span).await;
        let result = if report.error.is_some() { RunResult::Failure } else { RunResult::Success };
        let duration = begun.elapsed();
        self.remember(started_at, &report).await;
        self.note(Run { started_at, duration, result, report });
        self.release(&self.run_lease).await;
        true
    }

    async fn acquire(&self, cause: Cause) -> Result<bool, ServiceError> {
        let leases = &self.surroundings.leases;
        let has_turn = leases.acquire(self.reconciler.name(), self.turn_span()).await?;
        if !has_turn && cause == Cause::Tick {
            return Ok(false);
        }
        leases.acquire(&self.run_lease, RUN_SPAN).await
    }

    fn turn_span(&self) -> Duration {
        self.schedule.period.mul_f64(1.0 + self.schedule.jitter.clamp(0.0, 1.0)) + TURN_RESERVE
    }

    /// Runs, prolonging the run lease meanwhile; a lost lease asks the reconciler to stop.
    ///
    /// The run goes on while the lease is prolonged: left alone, it could hold the place in the queue
    /// for a database connection that the prolonging waits behind, and nobody would write any more.
    async fn run_under_lease(&self, stop: &Stop) -> Report {
        let every = RUN_SPAN / 3;
        let mut due = interval_at(Instant::now() + every, every);
        let mut activation = std::pin::pin!(self.reconciler.activate(stop));
        loop {
            tokio::select! {
                report = &mut activation => return report,
                _ = due.tick() => {}
            }
            let mut prolonging = std::pin::pin!(self.prolong(stop));
            tokio::select! {
                report = &mut activation => {
                    // Before the lease is given up, not after.
                    prolonging.await;
                    return report;
                }
                () = &mut prolonging => {}
            }
        }
    }

    async fn prolong(&self, stop: &Stop) {
        let name = self.reconciler.name();
        match self.surroundings.leases.acquire(&self.run_lease, RUN_SPAN).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!("the lease of {name} was lost; it stops at the next safe point");
                stop.lease_lost();
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot prolong the lease of {name}: {error}"
                );
            }
        }
    }

    /// What cannot be remembered is only logged: the work itself is done.
    async fn remember(&self, started_at: Timestamp, report: &Report) {
        let Some(recorder) = &self.surroundings.recorder else { return };
        let run = LoopRun {
            name: self.reconciler.name(),
            period: self.schedule.period,
            started_at,
            ended_at: self.surroundings.clock.now(),
            error: report.error.clone(),
            oldest_work_at: self.reconciler.oldest_work().await,
        };
        let name = run.name;
        if let Err(error) = recorder.record(run).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot record that {name} ran; watchers may take it for silent: {error}"
            );
        }
    }

    fn note(&self, run: Run) {
        let name = self.reconciler.name();
        let since_epoch = self.surroundings.clock.now().since(Timestamp::EPOCH);
        self.surroundings.metrics.record(name, run.result, since_epoch);
        let mut state = self.state.lock();
        state.running_since = None;
        if run.result == RunResult::Skipped {
            state.skipped += 1;
            return;
        }
        if let Some(error) = &run.report.error {
            tracing::warn!(reconciler = name, error, counts = ?run.report.counts, "{name} stopped early: {error}");
        } else if run.report.counts.iter().any(|(_, count)| *count > 0) {
            tracing::info!(reconciler = name, counts = ?run.report.counts, "{name} did {:?}", run.report.counts);
        }
        state.runs += 1;
        state.last_run = Some(run);
    }

    /// Lets another replica take over at once.
    async fn give_up_leases(&self) {
        self.release(&self.run_lease).await;
        self.release(self.reconciler.name()).await;
    }

    async fn release(&self, lease: &str) {
        if let Err(error) = self.surroundings.leases.release(lease).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot give up the lease {lease}; it ends by itself: {error}"
            );
        }
    }
}
