//! Removes jobs that ended long ago, with their history. The newest job of each kind about a
//! certificate, target and agent stays, however old: it tells how things stand.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_repository::EndedJob;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::time::Duration;

const BATCH: u32 = 200;

/// The retention of jobs.
#[derive(Debug)]
pub struct JobRetention {
    base: Foundation,
    keep: Duration,
}

impl JobRetention {
    /// Keeps jobs for `keep` after their end.
    pub const fn new(base: Foundation, keep: Duration) -> Self {
        Self { base, keep }
    }

    /// Removes one batch behind `after`; returns where it ended and how many went.
    async fn batch(&self, after: Option<EndedJob>) -> Result<(Option<EndedJob>, u64), ServiceError> {
        let before = self.base.clock.now().minus(self.keep);
        let removed = self.base.store.write("job.retention", move |tx| {
            let ended = tx.jobs().replaced(before, after.as_ref(), BATCH)?;
            let ids: Vec<_> = ended.iter().map(|job| job.id.clone()).collect();
            let removed = if ids.is_empty() { 0 } else { tx.jobs().delete_ended(&ids)? };
            Ok::<_, Failure>((ended.into_iter().next_back(), removed))
        });
        Ok(removed.await?)
    }
}

#[async_trait]
impl Reconciler for JobRetention {
    fn name(&self) -> &'static str {
        "job-retention"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let mut after = None;
        while !stop.stopping() {
            match self.batch(after.take()).await {
                Ok((None, _)) => break,
                Ok((last, removed)) => {
                    report.add("removed", removed);
                    after = last;
                }
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}
