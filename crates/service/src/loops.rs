//! The marks of the periodic tasks: written after each run, read by everybody who watches.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_repository::{ReconcilerMark, StoreError, Tx};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{LoopRun, RunRecorder};
use certctl_service_api::system::{LoopHealth, SchedulerHealth};
use certctl_telemetry::{Level, names};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::time::Duration;

/// A task that is poked all the time is marked no more often than this.
const MARKED_ENOUGH: Duration = Duration::from_secs(5);
/// Periods after which a silent task is late.
const PERIODS: u32 = 3;
/// And so much later still, for slow runs and clocks that differ.
const SLACK: Duration = Duration::from_secs(30);
/// Longest error that is kept, in characters.
const ERROR_LENGTH: usize = 500;

/// The periodic tasks that this server has, and how they fare on all replicas.
#[derive(Debug)]
pub struct Loops {
    base: Foundation,
    started_at: Timestamp,
    expected: RwLock<BTreeMap<&'static str, Duration>>,
    /// Successes that this process has written last.
    written: Mutex<BTreeMap<&'static str, Timestamp>>,
}

impl Loops {
    /// The process starts now, by the clock of `base`. No task is expected yet.
    pub fn new(base: Foundation) -> Self {
        let started_at = base.clock.now();
        Self { base, started_at, expected: RwLock::default(), written: Mutex::default() }
    }

    /// From now on silence of this task is noticed.
    pub fn expect(&self, name: &'static str, period: Duration) {
        self.expected.write().insert(name, period);
    }

    /// How the tasks fare.
    pub async fn health(&self) -> Result<SchedulerHealth, ServiceError> {
        let marks =
            self.base.store.read("reconciler.marks", |tx| Ok::<_, Failure>(tx.reconciler_marks().all()?));
        let marks = marks.await?;
        Ok(self.judged(&marks, self.base.clock.now()))
    }

    /// Last success and oldest work of every task, for scrapers.
    pub(crate) fn levels(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<Level>, StoreError> {
        let health = self.judged(&tx.reconciler_marks().all()?, now);
        let mut levels = Vec::new();
        for one in &health.loops {
            if let Some(at) = one.last_success_at {
                let seconds = at.since(Timestamp::EPOCH).as_secs_f64();
                levels.push(Level::new(
                    &names::RECONCILER_LAST_SUCCESS_TIMESTAMP_SECONDS,
                    &[one.name],
                    seconds,
                ));
            }
            let age = one.oldest_work_at.map_or(Duration::ZERO, |at| now.since(at));
            levels.push(Level::new(
                &names::RECONCILER_OLDEST_WORK_AGE_SECONDS,
                &[one.name],
                age.as_secs_f64(),
            ));
        }
        Ok(levels)
    }

    /// Marks of tasks that this server does not have, for example of another version, are left out.
    fn judged(&self, marks: &[ReconcilerMark], now: Timestamp) -> SchedulerHealth {
        let judge = |(name, period): (&&'static str, &Duration)| {
            let mark = marks.iter().find(|mark| mark.name == **name);
            let last_success_at = mark.and_then(|mark| mark.last_success_at);
            let since = last_success_at.map_or(self.started_at, |at| at.max(self.started_at));
            let expected_by = since.plus(period.saturating_mul(PERIODS)).plus(SLACK);
            LoopHealth {
                name,
                on_time: now <= expected_by,
                period: *period,
                expected_by,
                last_started_at: mark.map(|mark| mark.last_started_at),
                last_success_at,
                last_failure_at: mark.and_then(|mark| mark.last_failure_at),
                consecutive_failures: mark.map_or(0, |mark| mark.consecutive_failures),
                oldest_work_at: mark.and_then(|mark| mark.oldest_work_at),
            }
        };
        SchedulerHealth { checked_at: now, loops: self.expected.read().iter().map(judge).collect() }
    }

    /// Whether the mark of this success would tell nothing new.
    fn is_known(&self, run: &LoopRun) -> bool {
        let written = self.written.lock().get(run.name).copied();
        run.error.is_none()
            && run.oldest_work_at.is_none()
            && written.is_some_and(|at| run.ended_at < at.plus(MARKED_ENOUGH))
    }
}

#[async_trait]
impl RunRecorder for Loops {
    async fn record(&self, run: LoopRun) -> Result<(), ServiceError> {
        if self.is_known(&run) {
            return Ok(());
        }
        let (name, ended_at, well) = (run.name, run.ended_at, run.error.is_none());
        let marked = self.base.store.write("reconciler.mark", move |tx| {
            let before = tx.reconciler_marks().all()?.into_iter().find(|mark| mark.name == run.name);
            tx.reconciler_marks().put(&after(before, &run))?;
            Ok::<_, Failure>(())
        });
        marked.await?;
        if well {
            self.written.lock().insert(name, ended_at);
        } else {
            self.written.lock().remove(name);
        }
        Ok(())
    }
}

fn after(before: Option<ReconcilerMark>, run: &LoopRun) -> ReconcilerMark {
    let mut mark = before.unwrap_or_else(|| ReconcilerMark {
        name: run.name.to_owned(),
        period_seconds: 0,
        last_started_at: run.started_at,
        last_success_at: None,
        last_failure_at: None,
        last_error: None,
        consecutive_failures: 0,
        oldest_work_at: None,
    });
    mark.period_seconds = run.period.as_secs();
    mark.last_started_at = run.started_at;
    mark.oldest_work_at = run.oldest_work_at;
    match &run.error {
        None => {
            mark.last_success_at = Some(run.ended_at);
            mark.consecutive_failures = 0;
        }
        Some(error) => {
            let text = error.chars().filter(|c| !c.is_control()).take(ERROR_LENGTH).collect();
            mark.last_failure_at = Some(run.ended_at);
            mark.last_error = Some(text);
            mark.consecutive_failures = mark.consecutive_failures.saturating_add(1);
        }
    }
    mark
}
