//! The job engine: claims server jobs, runs them within their lease, records how they ended.

use crate::agent_work::job_backoff;
use crate::failure::Failure;
use crate::job::end_failed;
use crate::retry::fail_attempt;
use crate::support::{Foundation, audit_event};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::IdSource;
use certctl_domain::job::{Executor, Job, JobEvent};
use certctl_domain::retry::FailureClass;
use certctl_repository::{ClaimRequest, Tx};
use certctl_service_api::engine::{AttemptOutcome, JobEngine, JobFailure, JobRunner};
use certctl_service_api::{Actor, ServiceError};
use certctl_telemetry::{JobMetrics, JobOutcome};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// Options of the engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Name of this process in leases; no other process may use it.
    pub owner: String,
    /// Length of a lease. An attempt gets nine tenths of it.
    pub lease: Duration,
}

/// Runs the jobs of this process.
#[derive(Debug)]
pub struct Engine {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    runners: Vec<Arc<dyn JobRunner>>,
    metrics: JobMetrics,
    options: EngineOptions,
}

impl Engine {
    /// An engine with these runners.
    pub const fn new(
        base: Foundation,
        wakeups: Arc<Wakeups>,
        runners: Vec<Arc<dyn JobRunner>>,
        metrics: JobMetrics,
        options: EngineOptions,
    ) -> Self {
        Self { base, wakeups, runners, metrics, options }
    }

    async fn attempt(&self, job: &Job) -> Result<(), JobFailure> {
        let Some(runner) = self.runners.iter().find(|runner| runner.kinds().contains(&job.kind)) else {
            return Err(JobFailure {
                class: FailureClass::Permanent,
                message: format!("this server has no runner for jobs of type {}", job.kind),
                lease_lost: false,
            });
        };
        // The rest of the lease is for recording the outcome before anybody else may claim the job.
        let limit = self.options.lease.mul_f64(0.9);
        tokio::time::timeout(limit, runner.run(job)).await.unwrap_or_else(|_| {
            Err(JobFailure {
                class: FailureClass::Transient,
                message: format!("the attempt did not end within {} s", limit.as_secs()),
                lease_lost: false,
            })
        })
    }

    async fn record(&self, job: &Job, failure: &JobFailure) -> Result<AttemptOutcome, ServiceError> {
        if failure.lease_lost {
            return Ok(AttemptOutcome::LeaseLost);
        }
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let (id, token, class, message) =
            (job.id.clone(), job.lease_token, failure.class, failure.message.clone());
        let outcome = self.base.store.write("job.fail", move |tx| {
            let Some(mut row) = tx.jobs().find(&id)?.filter(|row| holds(row, token)) else {
                return Ok(AttemptOutcome::LeaseLost);
            };
            let backoff = job_backoff(tx, &row)?;
            let ended = fail_attempt(&mut row, backoff, class, &message, now, &*ids)?;
            if ended {
                end_failed(tx, &*ids, &mut row, DeploymentEvent::Failed, now)?;
            } else {
                tx.jobs().update(&mut row)?;
            }
            let action = format!("{}_job_{}", row.kind.as_str().to_lowercase(), if ended { "failed" } else { "attempt_failed" });
            let details = json!({"certificate_id": row.certificate_id, "attempt": row.attempts, "error": row.last_error});
            let subject = ("job", row.id.as_str());
            tx.audit().append(&audit_event(&*ids, &Actor::system(), now, &action, subject, &details))?;
            Ok::<_, Failure>(if ended { AttemptOutcome::Failed } else { AttemptOutcome::WillRetry })
        });
        Ok(outcome.await?)
    }
}

/// Whether the attempt with this token still counts.
pub(crate) fn holds(job: &Job, token: i64) -> bool {
    job.lease_token == token && job.lease.is_some() && job.status.is_live()
}

/// Ends a claimed job that has used up its attempts.
fn exhaust(tx: &mut dyn Tx, ids: &dyn IdSource, claimed: &Job, now: Timestamp) -> Result<(), Failure> {
    let Some(mut job) = tx.jobs().find(&claimed.id)?.filter(|row| holds(row, claimed.lease_token)) else {
        return Ok(());
    };
    job.last_error = Some("the server stopped in the middle of every attempt".to_owned());
    job.apply(JobEvent::Exhausted, now)?;
    end_failed(tx, ids, &mut job, DeploymentEvent::Failed, now)
}

#[async_trait]
impl JobEngine for Engine {
    async fn claim(&self, limit: u32) -> Result<Vec<Job>, ServiceError> {
        let now = self.base.clock.now();
        let request = ClaimRequest {
            owner: self.options.owner.clone(),
            at: now,
            until: now.plus(self.options.lease),
            limit,
        };
        let claimed = self
            .base
            .store
            .claim("job.claim", move |tx| Ok::<_, Failure>(tx.jobs().claim_for_server(&request)?));
        let (live, exhausted): (Vec<_>, Vec<_>) =
            claimed.await?.into_iter().partition(|job| job.attempts <= job.max_attempts);
        for job in exhausted {
            let (id, ids) = (job.id.clone(), Arc::clone(&self.base.ids));
            let ended = self.base.store.write("job.exhaust", move |tx| exhaust(tx, &*ids, &job, now));
            // The other jobs are claimed and must be run; the end of its lease brings this one back.
            if let Err(failure) = ended.await {
                let error = ServiceError::from(failure);
                tracing::error!(job.id = %id, error = &error as &dyn std::error::Error, "cannot end job {id}, whose attempts are used up");
            }
        }
        Ok(live)
    }

    async fn run(&self, job: Job) -> AttemptOutcome {
        let span =
            tracing::info_span!("job", job.id = %job.id, job.kind = %job.kind, job.attempt = job.attempts);
        async {
            let outcome = match self.attempt(&job).await {
                Ok(()) => AttemptOutcome::Completed,
                Err(failure) => {
                    tracing::warn!(job.id = %job.id, error = %failure, "attempt at job {} failed", job.id);
                    self.record(&job, &failure).await.unwrap_or_else(|error| {
                        // The end of the lease brings the job back.
                        tracing::error!(job.id = %job.id, error = &error as &dyn std::error::Error, "cannot record the failed attempt at job {}", job.id);
                        AttemptOutcome::LeaseLost
                    })
                }
            };
            let counted = match outcome {
                AttemptOutcome::Completed => Some(JobOutcome::Completed),
                AttemptOutcome::WillRetry => Some(JobOutcome::Retried),
                AttemptOutcome::Failed => Some(JobOutcome::Failed),
                AttemptOutcome::LeaseLost => None,
            };
            if let Some(counted) = counted {
                self.metrics.finished(job.kind.as_str(), counted);
            }
            if job.is_issuance() {
                // Its certificate may have a new next action.
                self.wakeups.wake_sweep();
            }
            outcome
        }
        .instrument(span)
        .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, ServiceError> {
        let due = self
            .base
            .store
            .read("job.next_due", |tx| Ok::<_, Failure>(tx.jobs().next_due(Executor::Server)?));
        Ok(due.await?)
    }

    async fn work_arrived(&self) {
        self.wakeups.workers_woken().await;
    }

    async fn release(&self) -> Result<u64, ServiceError> {
        let (owner, now) = (self.options.owner.clone(), self.base.clock.now());
        let released = self.base.store.write("job.release", move |tx| {
            Ok::<_, Failure>(tx.jobs().release_server_leases(Some(&owner), now)?)
        });
        Ok(released.await?)
    }
}
