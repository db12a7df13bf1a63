//! Reminds of approval requests that are about to expire: once, when a quarter of their time is left.

use super::{raise, stories};
use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::approval::ApprovalRequest;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::sync::Arc;
use std::time::Duration;

const BATCH: u32 = 100;

/// The reminders.
#[derive(Debug)]
pub struct ApprovalReminders {
    base: Foundation,
    limit: Duration,
}

impl ApprovalReminders {
    /// For requests that expire after `limit`.
    pub const fn new(base: Foundation, limit: Duration) -> Self {
        Self { base, limit }
    }

    async fn waiting(&self) -> Result<Vec<ApprovalRequest>, ServiceError> {
        let before = self.base.clock.now().minus(self.limit.mul_f64(0.75));
        let waiting = self
            .base
            .store
            .read("approval.untold", move |tx| Ok::<_, Failure>(tx.approvals().untold(before, BATCH)?));
        Ok(waiting.await?)
    }

    async fn remind(&self, request: ApprovalRequest) -> Result<bool, ServiceError> {
        let (now, ids, limit) = (self.base.clock.now(), Arc::clone(&self.base.ids), self.limit);
        let told = self.base.store.write("approval.remind", move |tx| {
            let told = tx.approvals().note_told(&request.id, now)?;
            if told {
                let end = request.created_at.plus(limit);
                raise::alert(tx, &*ids, stories::approval_expiring(&request, end, now), now)?;
            }
            Ok::<_, Failure>(told)
        });
        Ok(told.await?)
    }
}

#[async_trait]
impl Reconciler for ApprovalReminders {
    fn name(&self) -> &'static str {
        "approval-reminders"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        while !stop.stopping() {
            let waiting = match self.waiting().await {
                Ok(waiting) => waiting,
                Err(error) => return report.failed(&error),
            };
            let last = waiting.len() < BATCH as usize;
            for request in waiting {
                match self.remind(request).await {
                    Ok(told) => report.add("reminded", u64::from(told)),
                    Err(error) => return report.failed(&error),
                }
            }
            if last {
                break;
            }
        }
        report
    }
}
