//! Removes what is kept for a day only: live events and answers to keyed requests.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_repository::{StoreError, Tx};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::time::Duration;

/// Rows per transaction.
const BATCH: u32 = 500;
/// How long live events can be read again.
const EVENTS: Duration = Duration::from_hours(24);

/// The retention reconciler.
#[derive(Debug)]
pub struct Retention(Foundation);

impl Retention {
    /// Over this database.
    pub const fn new(base: Foundation) -> Self {
        Self(base)
    }

    async fn batch(
        &self,
        name: &'static str,
        mut prune: impl FnMut(&mut dyn Tx) -> Result<u64, StoreError> + Send + 'static,
    ) -> Result<u64, ServiceError> {
        Ok(self.0.store.write(name, move |tx| Ok::<_, Failure>(prune(tx)?)).await?)
    }
}

#[async_trait]
impl Reconciler for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let now = self.0.clock.now();
        let before = now.minus(EVENTS);
        for what in ["events", "idempotency_keys"] {
            while !stop.stopping() {
                let pruned = if what == "events" {
                    self.batch("event.prune", move |tx| tx.events().prune(before, BATCH)).await
                } else {
                    let prune = move |tx: &mut dyn Tx| tx.idempotency_keys().prune(now, BATCH);
                    self.batch("idempotency.prune", prune).await
                };
                match pruned {
                    Ok(pruned) => {
                        report.add(what, pruned);
                        if pruned < u64::from(BATCH) {
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
