//! An engine, reconcilers and leases that behave, without a database.

use async_trait::async_trait;
use certctl_domain::id::{IdSource, JobId};
use certctl_domain::job::{Executor, Job, JobKind, JobStatus, VerificationStatus};
use certctl_domain::{Clock, JsonText, Timestamp};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{AttemptOutcome, JobEngine, Leases, Reconciler, Report, StopSignal};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

/// A clock that follows tokio's, so that it stands still and jumps with paused time.
#[derive(Debug)]
pub(crate) struct TokioClock {
    start: Instant,
}

impl TokioClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now() })
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000).plus(self.start.elapsed())
    }
}

/// Ids without randomness, so that there is no jitter.
#[derive(Debug)]
pub(crate) struct NilIds;

impl IdSource for NilIds {
    fn next(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}

pub(crate) fn job(id: &str) -> Job {
    let at = Timestamp::EPOCH;
    Job {
        id: JobId::parse(id).unwrap(),
        kind: JobKind::Issuance,
        certificate_id: None,
        target_id: None,
        agent_id: None,
        version_id: None,
        status: JobStatus::Running,
        executor: Executor::Server,
        attempts: 1,
        max_attempts: 3,
        last_error: None,
        run_after: at,
        lease: None,
        lease_token: 1,
        dedup_key: None,
        payload: JsonText::empty_object(),
        result: None,
        requested_by: "test".to_owned(),
        started_at: None,
        completed_at: None,
        verification_status: VerificationStatus::Pending,
        verified_at: None,
        verification_fingerprint: None,
        verification_error: None,
        revision: 1,
        created_at: at,
        updated_at: at,
    }
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<(Timestamp, String)>,
    running: usize,
    most_running: usize,
    done: Vec<String>,
    claims: u32,
    released: Option<u64>,
    unavailable: bool,
}

/// A queue of jobs that end when the test lets them.
#[derive(Debug)]
pub(crate) struct QueueEngine {
    clock: Arc<TokioClock>,
    queue: Mutex<Queue>,
    arrived: Notify,
    /// One permit lets one job end.
    pub(crate) gate: Semaphore,
}

impl QueueEngine {
    pub(crate) fn new(clock: &Arc<TokioClock>) -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::clone(clock),
            queue: Mutex::default(),
            arrived: Notify::new(),
            gate: Semaphore::new(0),
        })
    }

    /// Queues a job; as if by this process when `wake`, else as if by another replica.
    pub(crate) fn push(&self, id: &str, due_in: Duration, wake: bool) {
        self.queue.lock().waiting.push_back((self.clock.now().plus(due_in), id.to_owned()));
        if wake {
            self.arrived.notify_one();
        }
    }

    pub(crate) fn set_unavailable(&self, unavailable: bool) {
        self.queue.lock().unavailable = unavailable;
    }

    pub(crate) fn done(&self) -> Vec<String> {
        self.queue.lock().done.clone()
    }

    pub(crate) fn running(&self) -> usize {
        self.queue.lock().running
    }

    pub(crate) fn most_running(&self) -> usize {
        self.queue.lock().most_running
    }

    pub(crate) fn claims(&self) -> u32 {
        self.queue.lock().claims
    }

    /// How many unfinished jobs were given back, once they were.
    pub(crate) fn released(&self) -> Option<u64> {
        self.queue.lock().released
    }
}

#[async_trait]
impl JobEngine for QueueEngine {
    async fn claim(&self, limit: u32) -> Result<Vec<Job>, ServiceError> {
        let now = self.clock.now();
        let mut queue = self.queue.lock();
        queue.claims += 1;
        if queue.unavailable {
            return Err(ServiceError::Unavailable("down".into()));
        }
        let mut jobs = Vec::new();
        let mut later = VecDeque::new();
        while let Some((due, id)) = queue.waiting.pop_front() {
            if due <= now && jobs.len() < usize::try_from(limit).unwrap() {
                jobs.push(job(&id));
            } else {
                later.push_back((due, id));
            }
        }
        queue.waiting = later;
        queue.running += jobs.len();
        queue.most_running = queue.most_running.max(queue.running);
        Ok(jobs)
    }

    async fn run(&self, job: Job) -> AttemptOutcome {
        self.gate.acquire().await.unwrap().forget();
        let mut queue = self.queue.lock();
        queue.running -= 1;
        queue.done.push(job.id.to_string());
        AttemptOutcome::Completed
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, ServiceError> {
        Ok(self.queue.lock().waiting.iter().map(|(due, _)| *due).min())
    }

    async fn work_arrived(&self) {
        self.arrived.notified().await;
    }

    async fn release(&self) -> Result<u64, ServiceError> {
        let mut queue = self.queue.lock();
        let unfinished = u64::try_from(queue.running).unwrap();
        queue.released = Some(unfinished);
        Ok(unfinished)
    }
}

/// Leases shared by all replicas of a test.
#[derive(Debug)]
pub(crate) struct LeaseTable {
    clock: Arc<TokioClock>,
    rows: Mutex<HashMap<String, (String, Timestamp)>>,
    /// Holder that is refused everything, as if it had lost its leases.
    pub(crate) banned: Mutex<Option<String>>,
}

impl LeaseTable {
    pub(crate) fn new(clock: &Arc<TokioClock>) -> Arc<Self> {
        Arc::new(Self { clock: Arc::clone(clock), rows: Mutex::default(), banned: Mutex::default() })
    }

    pub(crate) fn replica(self: &Arc<Self>, holder: &str) -> Arc<ReplicaLeases> {
        Arc::new(ReplicaLeases { table: Arc::clone(self), holder: holder.to_owned() })
    }

    pub(crate) fn holder(&self, name: &str) -> Option<String> {
        let now = self.clock.now();
        self.rows.lock().get(name).filter(|(_, until)| *until > now).map(|(holder, _)| holder.clone())
    }
}

#[derive(Debug)]
pub(crate) struct ReplicaLeases {
    table: Arc<LeaseTable>,
    holder: String,
}

#[async_trait]
impl Leases for ReplicaLeases {
    async fn acquire(&self, name: &str, span: Duration) -> Result<bool, ServiceError> {
        let now = self.table.clock.now();
        if self.table.banned.lock().as_ref() == Some(&self.holder) {
            return Ok(false);
        }
        let mut rows = self.table.rows.lock();
        let taken = rows.get(name).is_some_and(|(holder, until)| *holder != self.holder && *until > now);
        if !taken {
            rows.insert(name.to_owned(), (self.holder.clone(), now.plus(span)));
        }
        Ok(!taken)
    }

    async fn release(&self, name: &str) -> Result<(), ServiceError> {
        let mut rows = self.table.rows.lock();
        if rows.get(name).is_some_and(|(holder, _)| *holder == self.holder) {
            rows.remove(name);
        }
        Ok(())
    }
}

/// What happened to a sweep, shared by its replicas.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    /// Replica and second of each begun run.
    pub(crate) runs: Mutex<Vec<(String, u64)>>,
    active: Mutex<usize>,
    pub(crate) most_active: Mutex<usize>,
    pub(crate) stopped_early: Mutex<u32>,
}

/// A reconciler that takes its time.
#[derive(Debug)]
pub(crate) struct Sweep {
    replica: String,
    clock: Arc<TokioClock>,
    diary: Arc<Diary>,
    takes: Duration,
    pub(crate) due: Mutex<Option<Timestamp>>,
    pub(crate) poke: Notify,
    pub(crate) fails: Mutex<bool>,
}

impl Sweep {
    pub(crate) fn new(
        replica: &str,
        clock: &Arc<TokioClock>,
        diary: &Arc<Diary>,
        takes: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            replica: replica.to_owned(),
            clock: Arc::clone(clock),
            diary: Arc::clone(diary),
            takes,
            due: Mutex::default(),
            poke: Notify::new(),
            fails: Mutex::default(),
        })
    }
}

impl Diary {
    /// Seconds at which runs began.
    pub(crate) fn seconds(&self) -> Vec<u64> {
        self.runs.lock().iter().map(|(_, second)| *second).collect()
    }

    pub(crate) fn replicas(&self) -> Vec<String> {
        self.runs.lock().iter().map(|(replica, _)| replica.clone()).collect()
    }
}

#[async_trait]
impl Reconciler for Sweep {
    fn name(&self) -> &'static str {
        "test-sweep"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let second = self.clock.start.elapsed().as_secs();
        self.diary.runs.lock().push((self.replica.clone(), second));
        {
            let mut active = self.diary.active.lock();
            *active += 1;
            let mut most = self.diary.most_active.lock();
            *most = (*most).max(*active);
        }
        let end = Instant::now() + self.takes;
        let mut report = Report::default();
        while Instant::now() < end {
            if stop.stopping() {
                *self.diary.stopped_early.lock() += 1;
                break;
            }
            tokio::time::sleep(Duration::from_millis(100).min(end - Instant::now())).await;
            report.add("steps", 1);
        }
        *self.diary.active.lock() -= 1;
        if *self.fails.lock() { report.failed(&std::io::Error::other("it broke")) } else { report }
    }

    async fn next_due(&self) -> Option<Timestamp> {
        self.due.lock().take()
    }

    async fn poked(&self) {
        self.poke.notified().await;
    }
}
