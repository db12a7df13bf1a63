//! What a digest tells, read in one transaction.

use crate::statistics::summary;
use certctl_domain::Timestamp;
use certctl_domain::id::OwnerId;
use certctl_domain::statistics::InventoryCounts;
use certctl_repository::{
    DigestOwner, ExpiringCertificate, FailedJob, JobFigures, PendingApproval, StoreError, Top, Tx,
};
use std::time::Duration;

/// A certificate that ends within this time is expiring, as on the dashboard.
const SOON: Duration = Duration::from_hours(30 * 24);
/// Rows of each list.
const ROWS: u32 = 20;

/// Whose digest it is.
#[derive(Debug, Clone)]
pub(super) enum Scope {
    /// Of everything.
    Everything,
    /// Of what these owners have.
    Owners(Vec<DigestOwner>),
}

/// The contents of one digest.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    /// `all`, or the id of the (first) owner.
    pub(super) resource_id: String,
    /// Names of the owners it is about; nobody's when it is about everything.
    pub(super) owners: Vec<String>,
    pub(super) at: Timestamp,
    pub(super) since: Timestamp,
    pub(super) certificates: InventoryCounts,
    pub(super) jobs: JobFigures,
    pub(super) ending: Top<ExpiringCertificate>,
    pub(super) failures: Top<FailedJob>,
    pub(super) approvals: Top<PendingApproval>,
    /// What concerns operators only.
    pub(super) installation: Option<Installation>,
}

/// Figures of the whole installation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Installation {
    pub(super) active_agents: u64,
    pub(super) offline_agents: u64,
    pub(super) dead_notifications: u64,
}

/// Reads the digest of a scope as of `now`; what has happened is told since `since`.
pub(super) fn collect(
    tx: &mut dyn Tx,
    scope: &Scope,
    now: Timestamp,
    since: Timestamp,
) -> Result<Contents, StoreError> {
    let soon = now.plus(SOON);
    let (owners, names): (Vec<OwnerId>, Vec<String>) = match scope {
        Scope::Everything => (Vec::new(), Vec::new()),
        Scope::Owners(owners) => owners.iter().map(|owner| (owner.id.clone(), owner.name.clone())).unzip(),
    };
    let (certificates, installation) = match scope {
        Scope::Everything => {
            let notifications = tx.notifications().counts()?;
            let figures = summary(tx, now, Some(notifications))?;
            let installation = Installation {
                active_agents: figures.active_agents,
                offline_agents: figures.offline_agents,
                dead_notifications: tx.notifications().counts()?.dead,
            };
            (figures.certificates, Some(installation))
        }
        Scope::Owners(_) => (tx.digests().inventory_of(&owners, now, soon)?, None),
    };
    Ok(Contents {
        resource_id: owners.first().map_or_else(|| "all".to_owned(), ToString::to_string),
        owners: names,
        at: now,
        since,
        certificates,
        jobs: tx.digests().job_figures(&owners, since)?,
        // What ended since the last digest is more urgent than anything that is about to.
        ending: tx.digests().ending(&owners, since, soon, ROWS)?,
        failures: tx.digests().failed_jobs(&owners, since, ROWS)?,
        approvals: tx.digests().pending_approvals(&owners, ROWS)?,
        installation,
    })
}
