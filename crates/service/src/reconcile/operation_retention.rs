//! Removes operations that ended long ago, with their items.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::time::Duration;

/// Items per transaction: an operation may have a million.
const BATCH: u32 = 500;

/// The retention of operations.
#[derive(Debug)]
pub struct OperationRetention {
    base: Foundation,
    keep: Duration,
}

impl OperationRetention {
    /// Keeps operations for `keep` after their end.
    pub const fn new(base: Foundation, keep: Duration) -> Self {
        Self { base, keep }
    }
}

#[async_trait]
impl Reconciler for OperationRetention {
    fn name(&self) -> &'static str {
        "operation-retention"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let before = self.base.clock.now().minus(self.keep);
        while !stop.stopping() {
            let pruned = self.base.store.write("operation.retention", move |tx| {
                Ok::<_, Failure>(tx.operations().prune(before, BATCH)?)
            });
            match pruned.await.map_err(ServiceError::from) {
                Ok(None) => break,
                Ok(Some(ended)) => report.add("removed", u64::from(ended)),
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}
