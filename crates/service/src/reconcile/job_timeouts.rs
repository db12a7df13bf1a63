//! Ends jobs that wait too long: a CSR that never came fails, an approval nobody gave cancels.

use crate::failure::Failure;
use crate::issuance::{self, Ended};
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_domain::job::{JobEvent, JobStatus};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
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

impl JobTimeouts {
    /// With these limits.
    pub const fn new(base: Foundation, times: WaitingTimes) -> Self {
        Self { base, times }
    }

    async fn end(&self, status: JobStatus, limit: Duration) -> Result<u64, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let ended = self.base.store.write("job.timeout", move |tx| {
            let waiting = tx.jobs().waiting_since(status, now.minus(limit), BATCH)?;
            let count = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
            for mut job in waiting {
                let (reason, end) = match status {
                    JobStatus::AwaitingApproval => ("approval_timeout", Ended::Cancelled),
                    _ => ("csr_timeout", Ended::Failed),
                };
                job.last_error = Some(match status {
                    JobStatus::AwaitingApproval => format!("nobody approved it within {} s", limit.as_secs()),
                    _ => format!(
                        "its agent sent no CSR within {} s; check that the agent is online",
                        limit.as_secs()
                    ),
                });
                job.apply(JobEvent::TimedOut, now)?;
                tx.jobs().update(&mut job)?;
                if let Some(certificate) = &job.certificate_id {
                    issuance::settle(tx, certificate, end, now)?;
                }
                let details =
                    json!({"old_status": status, "new_status": job.status, "timeout_reason": reason});
                let subject = ("job", job.id.as_str());
                tx.audit().append(&audit_event(
                    &*ids,
                    &Actor::system(),
                    now,
                    "job_timeout",
                    subject,
                    &details,
                ))?;
            }
            Ok::<_, Failure>(count)
        });
        Ok(ended.await?)
    }
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
                match self.end(status, limit).await {
                    Ok(ended) => {
                        report.add("ended", ended);
                        if ended < u64::from(BATCH) {
                            break;
                        }
                    }
                    Err(error) => return report.failed(&error),
                }
            }
        }
        report
    }
}
