//! Keeps the CRLs of our own CAs new: after every revocation, and on schedule.

use crate::crl::Crls;
use crate::failure::Failure;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::sync::Arc;
use std::time::Duration;

/// Revocations come in groups; the first of one waits this long for the others.
const DEBOUNCE: Duration = Duration::from_millis(300);
/// How often a replica looks for revocations that another one recorded.
const WATCH: Duration = Duration::from_millis(500);

/// Makes CRLs.
#[derive(Debug)]
pub struct CrlGeneration {
    crls: Arc<Crls>,
    wakeups: Arc<Wakeups>,
}

impl CrlGeneration {
    /// With these CRLs, woken by revocations.
    pub const fn new(crls: Arc<Crls>, wakeups: Arc<Wakeups>) -> Self {
        Self { crls, wakeups }
    }
}

#[async_trait]
impl Reconciler for CrlGeneration {
    fn name(&self) -> &'static str {
        "crl-generation"
    }

    async fn activate(&self, _stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        match self.crls.refresh_all().await {
            Ok(0) => {}
            Ok(made) => report.add("crls", made),
            Err(error) => report = report.failed(&error),
        }
        match self.crls.forget_attempts().await {
            Ok(0) => report,
            Ok(forgotten) => {
                report.add("forgotten_attempts", forgotten);
                report
            }
            Err(error) => report.failed(&error),
        }
    }

    async fn poked(&self) {
        self.wakeups.revocations_woken().await;
        tokio::time::sleep(DEBOUNCE).await;
    }
}

/// Wakes this process when another one has revoked something. Runs until it is dropped; every process
/// needs its own where several share a database.
pub async fn follow_revocations(base: Foundation, wakeups: Arc<Wakeups>) {
    let mut known = None;
    loop {
        let read =
            base.store.read("revocation.generations", |tx| Ok::<_, Failure>(tx.revocations().generations()?));
        match read.await {
            Ok(found) => {
                if known.as_ref().is_some_and(|known| *known != found) {
                    wakeups.wake_revocations();
                }
                known = Some(found);
            }
            // The next look finds what this one missed.
            Err(error) => tracing::debug!(?error, "revocations cannot be followed at the moment"),
        }
        tokio::time::sleep(WATCH).await;
    }
}
