//! The reconcilers of this process: their schedules, and what they did last.

use crate::driver::Driver;
use certctl_domain::id::IdSource;
use certctl_domain::{Clock, Timestamp};
use certctl_lifecycle::Tasks;
use certctl_service_api::engine::{Leases, Reconciler, Report, RunRecorder};
use certctl_telemetry::SchedulerMetrics;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

pub use certctl_telemetry::RunResult;

/// How often a reconciler runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// From the beginning of one run to that of the next. Runs that were missed are not made up for.
    pub period: Duration,
    /// Share of the period, 0 to 1, by which each run may be later, so that replicas and
    /// reconcilers do not all start at once.
    pub jitter: f64,
}

impl Schedule {
    /// Every `period`, with a jitter of a tenth.
    pub const fn every(period: Duration) -> Self {
        Self { period, jitter: 0.1 }
    }
}

/// One run of a reconciler on this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// How it ended.
    pub result: RunResult,
    /// What it did.
    pub report: Report,
}

/// How a reconciler stands on this process.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Name of the reconciler.
    pub name: &'static str,
    /// Its schedule.
    pub schedule: Schedule,
    /// When the run began that is under way.
    pub running_since: Option<Timestamp>,
    /// The last run that was not skipped.
    pub last_run: Option<Run>,
    /// Runs since the start, skipped ones not counted.
    pub runs: u64,
    /// Times another replica had the lease.
    pub skipped: u64,
}

/// What reconcilers share.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) leases: Arc<dyn Leases>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) metrics: SchedulerMetrics,
    pub(crate) recorder: Option<Arc<dyn RunRecorder>>,
}

/// Reconcilers that are about to be started.
#[derive(Debug)]
pub struct Reconcilers {
    surroundings: Surroundings,
    entries: Vec<(Arc<dyn Reconciler>, Schedule)>,
}

impl Reconcilers {
    /// None yet. `ids` is the source of the jitter.
    pub fn new(
        leases: Arc<dyn Leases>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        metrics: SchedulerMetrics,
    ) -> Self {
        let surroundings = Surroundings { leases, clock, ids, metrics, recorder: None };
        Self { surroundings, entries: Vec::new() }
    }

    /// Remembers every run there, skipped ones left out.
    #[must_use]
    pub fn recorded_by(mut self, recorder: Arc<dyn RunRecorder>) -> Self {
        self.surroundings.recorder = Some(recorder);
        self
    }

    /// Adds one. Names are unique: they are the names of leases.
    #[must_use]
    pub fn with(mut self, reconciler: Arc<dyn Reconciler>, schedule: Schedule) -> Self {
        self.entries.push((reconciler, schedule));
        self
    }

    /// Runs each in a task of its own, first at once and then by its schedule, until the soft stop.
    pub fn start(self, tasks: &Tasks) -> Overview {
        let mut states = Vec::with_capacity(self.entries.len());
        for (reconciler, schedule) in self.entries {
            let name = reconciler.name();
            let state = Arc::new(Mutex::new(Status {
                name,
                schedule,
                running_since: None,
                last_run: None,
                runs: 0,
                skipped: 0,
            }));
            states.push(Arc::clone(&state));
            let driver = Driver::new(reconciler, schedule, self.surroundings.clone(), state);
            tasks.spawn(name, driver.drive(tasks.clone()));
        }
        Overview { states }
    }
}

/// The state of the running reconcilers. Clones share it.
#[derive(Debug, Clone)]
pub struct Overview {
    states: Vec<Arc<Mutex<Status>>>,
}

impl Overview {
    /// Each reconciler, in the order they were added.
    pub fn statuses(&self) -> Vec<Status> {
        self.states.iter().map(|state| state.lock().clone()).collect()
    }
}
