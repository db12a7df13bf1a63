//! Removes notifications that were sent or cancelled long ago, and alerts that were routed long ago.
//! What is dead stays until somebody has decided about it.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_repository::{StoreError, Tx};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::time::Duration;

const BATCH: u32 = 500;

/// Removes at most so many rows from before a time.
type Prune = fn(&mut dyn Tx, certctl_domain::Timestamp) -> Result<u64, StoreError>;

const NOTIFICATIONS: Prune = |tx, before| tx.notifications().delete_done(before, BATCH);
const ALERTS: Prune = |tx, before| tx.alerts().delete_routed(before, BATCH);

/// The retention of notifications.
#[derive(Debug)]
pub struct NotificationRetention {
    base: Foundation,
    keep: Duration,
}

impl NotificationRetention {
    /// Keeps notifications for `keep` after they were made, and alerts after they were routed.
    pub const fn new(base: Foundation, keep: Duration) -> Self {
        Self { base, keep }
    }

    async fn batch(&self, name: &'static str, prune: Prune) -> Result<u64, ServiceError> {
        let before = self.base.clock.now().minus(self.keep);
        Ok(self.base.store.write(name, move |tx| Ok::<_, Failure>(prune(tx, before)?)).await?)
    }
}

#[async_trait]
impl Reconciler for NotificationRetention {
    fn name(&self) -> &'static str {
        "notification-retention"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let kinds: [(_, _, Prune); 2] = [
            ("notifications", "notification.retention", NOTIFICATIONS),
            ("alerts", "alert.retention", ALERTS),
        ];
        for (what, name, prune) in kinds {
            while !stop.stopping() {
                match self.batch(name, prune).await {
                    Ok(removed) => {
                        report.add(what, removed);
                        if removed < u64::from(BATCH) {
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
