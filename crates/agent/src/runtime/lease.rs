//! Keeping a lease while its job runs.

use super::{Agent, report};
use certctl_api_types::work::{ReportedStatus, WorkItem};
use std::time::Duration;

/// Bounds of the time between reports. The server's clock may differ from ours, so the time that
/// is left of the lease is a hint only.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(20);

impl Agent {
    /// Prolongs the lease of a job every third of its length; returns when it is lost.
    pub(super) async fn hold_lease(&self, item: &WorkItem) {
        let left = item.lease_until.since(self.inner().env.clock.now());
        let pause = (left / 3).clamp(SHORTEST, LONGEST);
        loop {
            tokio::time::sleep(pause).await;
            if !self.prolong(item).await {
                return;
            }
        }
    }

    /// Prolongs the lease of a job once; false when it is lost: the job was cancelled or taken over.
    pub(super) async fn prolong(&self, item: &WorkItem) -> bool {
        let running = report::of(item, ReportedStatus::Running);
        let Err(error) = self.api().report(&item.id, &running).await else { return true };
        self.heed(&error);
        if let Some(404 | 409 | 410) = error.status() {
            return false;
        }
        tracing::warn!(error = error.chain(), "the lease of job {} could not be prolonged", item.id,);
        true
    }
}
