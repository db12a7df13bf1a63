//! Ends jobs that wait too long: a CSR that never came fails, an approval nobody gave cancels.

use crate::approval;
use crate::failure::Failure;
use crate::issuance::{self, Ended};
use crate::job::end_failed;
use crate::notification::{raise, stories};
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::approval::{ApprovalState, REAPER};
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::IdSource;
use certctl_domain::job::{Job, JobEvent, JobStatus};
use certctl_repository::Tx;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use certctl_telemetry::ApprovalOutcome;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const BATCH: u32 = 100;

/// How long jobs may wait.
#[derive(Debug, Clone, Copy)]
pub struct WaitingTimes {
    /// For a CSR.
    pub csr: Duration,
    /// For an approval.
    pub approval: Duration,
}

/// The job timeout reconciler.
#[derive(Debug)]
pub struct JobTimeouts {
    base: Foundation,
    times: WaitingTimes,
}

/// What one batch did.
struct Batch {
    seen: u64,
    ended: u64,
    failed: u64,
}

impl JobTimeouts {
    /// With these limits.
    pub const fn new(base: Foundation, times: WaitingTimes) -> Self {
        Self { base, times }
    }

    async fn batch(&self, status: JobStatus, limit: Duration) -> Result<Batch, ServiceError> {
        let before = self.base.clock.now().minus(limit);
        let waiting = self
            .base
            .store
            .read("job.waiting", move |tx| Ok::<_, Failure>(tx.jobs().waiting_since(status, before, BATCH)?));
        let waiting = waiting.await?;
        let mut batch = Batch { seen: u64::try_from(waiting.len()).unwrap_or(u64::MAX), ended: 0, failed: 0 };
        for job in waiting {
            match self.end(&job, limit).await {
                Ok(ended) => batch.ended += u64::from(ended),
                Err(error @ ServiceError::Unavailable(_)) => return Err(error),
                Err(error) => {
                    batch.failed += 1;
                    tracing::error!(job.id = %job.id, error = &error as &dyn std::error::Error, "cannot end job {}, which waited too long", job.id);
                }
            }
        }
        Ok(batch)
    }

    /// Ends one job in a transaction of its own; false when it has moved on meanwhile.
    async fn end(&self, waiting: &Job, limit: Duration) -> Result<bool, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let (id, revision, gate) = (waiting.id.clone(), waiting.revision, self.base.approvals.clone());
        let ended = self.base.store.write("job.timeout", move |tx| {
            let Some(job) = tx.jobs().find(&id)?.filter(|job| job.revision == revision) else {
                return Ok(false);
            };
            if job.status == JobStatus::AwaitingApproval
                && let Some(mut request) = tx.approvals().of_job(&id)?
            {
                let note = format!("nobody decided within {} s", limit.as_secs());
                if request.decide(ApprovalState::Expired, REAPER, Some(note), now) {
                    tx.approvals().decide(&request)?;
                    approval::note_by(tx, &*ids, REAPER, now, "approval_expired", &request)?;
                    raise::alert(tx, &*ids, stories::approval_closed(&request), now)?;
                    gate.count(tx, ApprovalOutcome::Expired, &request);
                }
            }
            time_out(tx, &*ids, job, limit, now)?;
            Ok::<_, Failure>(true)
        });
        Ok(ended.await?)
    }
}

fn time_out(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    mut job: Job,
    limit: Duration,
    now: Timestamp,
) -> Result<(), Failure> {
    let status = job.status;
    let waited_for_approval = status == JobStatus::AwaitingApproval;
    let reason = if waited_for_approval { "approval_timeout" } else { "csr_timeout" };
    let limit = limit.as_secs();
    job.apply(JobEvent::TimedOut, now)?;
    if waited_for_approval {
        job.last_error = Some(format!("nobody approved it within {limit} s"));
        tx.jobs().update(&mut job)?;
        if let Some(certificate) = &job.certificate_id {
            issuance::settle(tx, certificate, Ended::Cancelled, now)?;
        }
    } else {
        job.last_error =
            Some(format!("its agent sent no CSR within {limit} s; check that the agent is online"));
        end_failed(tx, ids, &mut job, DeploymentEvent::Failed, now)?;
    }
    let details = json!({"old_status": status, "new_status": job.status, "timeout_reason": reason});
    let subject = ("job", job.id.as_str());
    tx.audit().append(&audit_event(ids, &Actor::system(), now, "job_timeout", subject, &details))?;
    Ok(())
}

#[async_trait]
impl Reconciler for JobTimeouts {
    fn name(&self) -> &'static str {
        "job-timeouts"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        for (status, limit) in
            [(JobStatus::AwaitingCsr, self.times.csr), (JobStatus::AwaitingApproval, self.times.approval)]
        {
            while !stop.stopping() {
                let batch = match self.batch(status, limit).await {
                    Ok(batch) => batch,
                    Err(error) => return report.failed(&error),
                };
                report.add("ended", batch.ended);
                // What failed is still there; when nothing else is left, the next activation tries again.
                if batch.seen < u64::from(BATCH) || batch.failed == batch.seen {
                    break;
                }
            }
        }
        report
    }
}
