//! The end of a job as failed: row, what hangs on it, and the one alert, in this order.

use crate::agent_work::note_failure;
use crate::failure::Failure;
use crate::notification::raise;
use certctl_domain::Timestamp;
use certctl_domain::deployment::DeploymentEvent;
use certctl_domain::id::IdSource;
use certctl_domain::job::Job;
use certctl_repository::Tx;

/// Writes a job that has just ended as failed. Nothing else may, so that no end is without its alert
/// and none has two.
pub(crate) fn end_failed(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    job: &mut Job,
    event: DeploymentEvent,
    now: Timestamp,
) -> Result<(), Failure> {
    tx.jobs().update(job)?;
    note_failure(tx, job, event, now)?;
    raise::job_failed(tx, ids, job, now)
}
