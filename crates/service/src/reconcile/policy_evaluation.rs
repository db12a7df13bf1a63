//! Judges the whole inventory by the enabled rules: some break with time alone, and a changed rule
//! concerns every certificate.

use crate::failure::Failure;
use crate::policy::{Batch, judge_batch};
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::id::CertificateId;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use parking_lot::Mutex;
use std::sync::Arc;

const BATCH: u32 = 500;

/// The policy evaluation.
#[derive(Debug)]
pub struct PolicyEvaluation {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    /// Where an activation that did not reach the end stopped; the next goes on there and then
    /// starts over.
    unfinished: Mutex<Option<CertificateId>>,
}

impl PolicyEvaluation {
    /// Over a store, poked when a rule changes.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups, unfinished: Mutex::new(None) }
    }

    async fn batch(&self, after: Option<CertificateId>) -> Result<Batch, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let (from, source) = (after.clone(), Arc::clone(&ids));
        let seen = self
            .base
            .store
            .read("policy.judge", move |tx| judge_batch(tx, &*source, from.as_ref(), BATCH, false, now));
        let seen = seen.await?;
        if !seen.writes {
            return Ok(seen);
        }
        // Judged again: what is written must be true when it is written.
        let written = self
            .base
            .store
            .write("policy.record", move |tx| judge_batch(tx, &*ids, after.as_ref(), BATCH, true, now));
        written.await.map_err(|failure: Failure| ServiceError::from(failure))
    }

    /// Goes on after `after`; says where it stopped, unless it reached the end.
    async fn walk(
        &self,
        mut after: Option<CertificateId>,
        report: &mut Report,
        stop: &dyn StopSignal,
    ) -> Result<Option<CertificateId>, (Option<CertificateId>, ServiceError)> {
        while !stop.stopping() {
            let batch = self.batch(after.clone()).await.map_err(|error| (after.clone(), error))?;
            report.add("certificates", batch.certificates);
            report.add("detected", batch.detected);
            report.add("resolved", batch.resolved);
            report.add("open", batch.open);
            if batch.certificates < u64::from(BATCH) {
                return Ok(None);
            }
            after = batch.last;
        }
        Ok(after)
    }
}

#[async_trait]
impl Reconciler for PolicyEvaluation {
    fn name(&self) -> &'static str {
        "policy-evaluation"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let unfinished = self.unfinished.lock().take();
        let resumed = unfinished.is_some();
        let mut outcome = self.walk(unfinished, &mut report, stop).await;
        if resumed && matches!(outcome, Ok(None)) {
            outcome = self.walk(None, &mut report, stop).await;
        }
        match outcome {
            Ok(position) => *self.unfinished.lock() = position,
            Err((position, error)) => {
                *self.unfinished.lock() = position;
                return report.failed(&error);
            }
        }
        report
    }

    async fn poked(&self) {
        self.wakeups.policies_woken().await;
    }
}
