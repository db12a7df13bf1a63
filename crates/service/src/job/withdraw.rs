//! Cancelling one live job, with everything that hangs on its row.

use crate::approval;
use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::id::IdSource;
use certctl_domain::job::{Job, JobEvent, JobStatus};
use certctl_repository::Tx;
use certctl_service_api::Actor;

/// Cancels a live job with its ledger intents and its approval request. What the job was about is
/// left to the caller.
pub(crate) fn withdraw(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    who: &Actor,
    job: &mut Job,
    why: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let waited = job.status == JobStatus::AwaitingApproval;
    job.apply(JobEvent::Cancelled, now)?;
    job.last_error = Some(why.to_owned());
    tx.jobs().update(job)?;
    if job.is_issuance() {
        tx.ledger().abandon_intents(&job.id, now)?;
    }
    if waited {
        approval::close(tx, ids, who, &job.id, why, now)?;
    }
    Ok(())
}
