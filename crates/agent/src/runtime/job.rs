//! One job from lease to report.

use super::{Agent, report};
use certctl_api_types::work::{JobReport, ReportedStatus, WorkItem};
use certctl_client::ClientError;
use certctl_domain::id::JobId;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::retry::FailureClass;
use tracing::Instrument as _;

impl Agent {
    /// Runs a leased job and reports how it went.
    pub(super) async fn run_job(&self, item: WorkItem) {
        let span =
            tracing::info_span!("job", job.id = %item.id, job.kind = %item.kind, job.attempt = item.attempt);
        async {
            let outcome = tokio::select! {
                // The process ends now; journals and the next instance take care of the rest.
                () = self.inner().tasks.hard().cancelled() => return,
                () = self.hold_lease(&item) => {
                    tracing::warn!("job {} belongs to somebody else now; its work stops here", item.id);
                    self.clean_up(&item).await;
                    return;
                }
                outcome = Box::pin(self.perform(&item)) => outcome,
            };
            let Some(outcome) = outcome else { return };
            if outcome.status == ReportedStatus::Failed {
                let reason = outcome.error.as_deref().unwrap_or("no reason");
                tracing::error!(retryable = outcome.retryable, "job {} failed: {reason}", item.id);
            } else {
                tracing::info!("job {} ({}) is done", item.id, item.kind);
            }
            self.deliver(&item.id, outcome).await;
        }
        .instrument(span)
        .await;
    }

    /// Undoes what a deployment that lost its lease left half done: a cancelled job is not handed
    /// out again, and a certificate that was not verified must not stay in place.
    async fn clean_up(&self, item: &WorkItem) {
        if item.kind != JobKind::Deployment {
            return;
        }
        let Ok(target) = self.connector(item) else { return };
        let recovered = tokio::select! {
            () = self.inner().tasks.hard().cancelled() => return,
            recovered = self.recover_alone(&target) => recovered,
        };
        if let Err(error) = recovered {
            tracing::warn!(target.id = %target.id, error = error.chain(), "target {} is recovered by its next deployment", target.id);
        }
    }

    /// Does the work of a job; `None` when there is nothing to report.
    async fn perform(&self, item: &WorkItem) -> Option<JobReport> {
        match item.kind {
            JobKind::Issuance | JobKind::Renewal if item.status == JobStatus::AwaitingCsr => {
                self.issue(item).await
            }
            JobKind::Deployment => Some(self.deploy(item).await),
            JobKind::Validation => Some(self.validate(item).await),
            JobKind::Issuance | JobKind::Renewal => {
                tracing::warn!(
                    "job {} is in state {}, in which an agent has nothing to do",
                    item.id,
                    item.status
                );
                None
            }
        }
    }

    /// Reports a final result. It is on disk first, so that neither an outage nor a kill loses it.
    async fn deliver(&self, job: &JobId, report: JobReport) {
        let (id, copy) = (job.clone(), report.clone());
        if let Err(error) = self.blocking("spool", move |inner| inner.spool.put(&id, &copy)).await {
            tracing::error!(error = error.chain(), "the report of {job} is not on disk");
        }
        tokio::select! {
            () = self.inner().tasks.hard().cancelled() => {}
            () = self.send_report(job, &report) => {}
        }
    }

    /// Sends the reports that earlier attempts could not.
    pub(super) async fn resend_reports(&self) {
        match self.blocking("spool", |inner| inner.spool.waiting()).await {
            Ok(waiting) => {
                for (job, report) in waiting {
                    self.send_report(&job, &report).await;
                }
            }
            Err(error) => {
                tracing::error!(error = error.chain(), "unsent reports cannot be read");
            }
        }
    }

    async fn send_report(&self, job: &JobId, report: &JobReport) {
        let settled = match self.api().report(job, report).await {
            Ok(_acknowledged) => true,
            Err(error) => {
                self.heed(&error);
                let settled = is_refusal(&error);
                tracing::warn!(
                    job.id = %job, error = error.chain(),
                    "the report of {job} was not taken and is {}", if settled { "dropped" } else { "kept" },
                );
                settled
            }
        };
        let job = job.clone();
        if settled && let Err(error) = self.blocking("spool", move |inner| inner.spool.remove(&job)).await {
            tracing::error!(error = error.chain(), "a sent report stays on disk");
        }
    }

    /// A report of failure for a request that the server refused or could not answer.
    pub(super) fn request_failed(item: &WorkItem, error: &ClientError) -> JobReport {
        let mut report = report::failed(item, error.chain(), !is_refusal(error));
        if let Some(body) = error.body() {
            report.error = Some(body.message.clone());
            if let Some(details) = &body.details {
                report.details.insert("findings".to_owned(), details.clone());
            }
        }
        report
    }
}

/// Whether the server understood the request and will never accept it. A refused credential does
/// not count: it may be mended while the agent runs.
pub(super) fn is_refusal(error: &ClientError) -> bool {
    error.class() == FailureClass::Permanent
        && error.status().is_some_and(|status| (400..500).contains(&status) && !matches!(status, 401 | 403))
}
