//! Kept counts: the changes of the last moments are added up, and a recount tells whether they are
//! right.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_repository::{Dimension, Miscount};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_telemetry::RollupMetrics;

/// Wrong keys that are named in the log, per dimension.
const NAMED: usize = 5;

/// Adds open changes to the counts, one dimension per transaction.
#[derive(Debug)]
pub struct RollupFold {
    base: Foundation,
}

impl RollupFold {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }

    async fn unfolded(&self) -> Result<Vec<String>, ServiceError> {
        let open =
            self.base.store.read("rollup.unfolded", |tx| Ok::<_, Failure>(tx.statistics().unfolded()?));
        Ok(open.await?.into_keys().collect())
    }

    async fn fold(&self, dimension: String) -> Result<u64, ServiceError> {
        let folded = self
            .base
            .store
            .write("rollup.fold", move |tx| Ok::<_, Failure>(tx.statistics().fold(&dimension)?));
        Ok(folded.await?)
    }
}

#[async_trait]
impl Reconciler for RollupFold {
    fn name(&self) -> &'static str {
        "rollup-fold"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let open = match self.unfolded().await {
            Ok(open) => open,
            Err(error) => return report.failed(&error),
        };
        for dimension in open {
            if stop.stopping() {
                break;
            }
            match self.fold(dimension).await {
                Ok(folded) => report.add("folded", folded),
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}

/// Recounts every dimension and sets right what is wrong. The recount is a read; only a difference
/// makes it write.
#[derive(Debug)]
pub struct RollupRepair {
    base: Foundation,
    metrics: RollupMetrics,
}

impl RollupRepair {
    /// Over a store.
    pub const fn new(base: Foundation, metrics: RollupMetrics) -> Self {
        Self { base, metrics }
    }

    async fn recount(&self, dimension: Dimension) -> Result<Vec<Miscount>, ServiceError> {
        let found = self
            .base
            .store
            .read("rollup.recount", move |tx| Ok::<_, Failure>(tx.statistics().miscounts(dimension)?));
        if found.await?.is_empty() {
            return Ok(Vec::new());
        }
        let mended = self
            .base
            .store
            .write("rollup.mend", move |tx| Ok::<_, Failure>(tx.statistics().mend(dimension)?));
        Ok(mended.await?)
    }
}

#[async_trait]
impl Reconciler for RollupRepair {
    fn name(&self) -> &'static str {
        "rollup-repair"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        for dimension in Dimension::ALL {
            if stop.stopping() {
                break;
            }
            let mended = match self.recount(dimension).await {
                Ok(mended) => mended,
                Err(error) => return report.failed(&error),
            };
            if mended.is_empty() {
                continue;
            }
            let wrong = u64::try_from(mended.len()).unwrap_or(u64::MAX);
            let keys: Vec<_> =
                mended.iter().take(NAMED).map(|m| format!("{}: {:+}", m.key, m.off_by)).collect();
            tracing::warn!(
                dimension = dimension.as_str(),
                wrong,
                "kept counts by {} were wrong and are set right ({}); rows were changed past certctl, or this is \
                 a defect",
                dimension.as_str(),
                keys.join(", ")
            );
            self.metrics.corrected(dimension.as_str(), wrong);
            report.add("corrected", wrong);
        }
        report
    }
}
