//! Queues an issuance for every certificate whose time has come. What is not due costs nothing:
//! the rows are found by an index on their next action.

use crate::approval::ApprovalGate;
use crate::failure::Failure;
use crate::issuance::assess::assess;
use crate::issuance::guard::Guards;
use crate::issuance::{self, Trigger};
use crate::support::{Foundation, audit_event};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{AgentId, IdSource};
use certctl_domain::job::{Job, JobStatus};
use certctl_repository::{JobFilter, PageRequest, Tx};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;

const BATCH: u32 = 100;

/// The renewal sweep.
#[derive(Debug)]
pub struct RenewalSweep {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

/// What one batch did.
#[derive(Debug, Default)]
struct Batch {
    seen: u64,
    failed: u64,
    enqueued: u64,
    agents: Vec<AgentId>,
}

impl RenewalSweep {
    /// Over a store, waking the agents that get work.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }

    async fn batch(&self) -> Result<Batch, ServiceError> {
        let (now, ids, guards) = (self.base.clock.now(), Arc::clone(&self.base.ids), self.base.guards);
        let due = self
            .base
            .store
            .read("renewal.due", move |tx| Ok::<_, Failure>(tx.certificates().due(now, BATCH)?));
        let due = due.await?;
        let mut batch = Batch { seen: u64::try_from(due.len()).unwrap_or(u64::MAX), ..Batch::default() };
        for certificate in due {
            let (id, ids, gate) = (certificate.id.clone(), Arc::clone(&ids), self.base.approvals.clone());
            // One transaction each: a row that somebody else is changing delays no other.
            let queued = self.base.store.write("renewal.enqueue", move |tx| {
                let row =
                    tx.certificates().find(&id)?.filter(|row| row.next_action_at.is_some_and(|at| at <= now));
                match row {
                    Some(row) => enqueue(tx, &guards, &*ids, &gate, row, now),
                    None => Ok::<_, Failure>(Vec::new()),
                }
            });
            match queued.await.map_err(ServiceError::from) {
                Ok(agents) => {
                    batch.enqueued += u64::try_from(agents.len()).unwrap_or(u64::MAX);
                    batch.agents.extend(agents);
                }
                Err(error @ ServiceError::Unavailable(_)) => return Err(error),
                Err(error) => {
                    batch.failed += 1;
                    tracing::error!(cert.id = %certificate.id, error = &error as &dyn std::error::Error, "cannot queue the renewal of certificate {}", certificate.id);
                }
            }
        }
        Ok(batch)
    }
}

/// Does what the assessment of one certificate says; returns the agents that got work.
fn enqueue(
    tx: &mut dyn Tx,
    guards: &Guards,
    ids: &dyn IdSource,
    gate: &ApprovalGate,
    mut row: Certificate,
    now: Timestamp,
) -> Result<Vec<AgentId>, Failure> {
    let assessment = assess(tx, guards, &row, now)?;
    if assessment.gives_up {
        pause(tx, ids, &mut row, now)?;
        return Ok(Vec::new());
    }
    let due = assessment.due(now);
    if due.is_empty() {
        row.next_action_at = assessment.next_look();
        tx.certificates().update_state(&mut row)?;
        return Ok(Vec::new());
    }
    let system = Actor::system();
    let overridden = assessment.step.overrides.map(|rule| json!({ "rule": rule }));
    let trigger =
        Trigger { overridden, ..Trigger::new(&system, assessment.step.rule.as_str(), gate, *guards) };
    issuance::queue(tx, ids, &mut row, assessment.policy(), &due, &trigger, now)?;
    tx.certificates().update_state(&mut row)?;
    Ok(due)
}

/// Leaves the certificate alone until somebody has mended what is wrong with it.
fn pause(tx: &mut dyn Tx, ids: &dyn IdSource, row: &mut Certificate, now: Timestamp) -> Result<(), Failure> {
    let filter = JobFilter {
        certificate_id: Some(row.id.clone()),
        status: Some(JobStatus::Failed),
        ..JobFilter::default()
    };
    let failed = tx.jobs().list(&filter, &PageRequest::first(20))?.items;
    let last = failed.into_iter().find(Job::is_issuance).and_then(|job| job.last_error);
    let reason = format!(
        "{} issuances in a row failed for good; the last error: {}",
        row.failed_issuances,
        last.as_deref().unwrap_or("unknown")
    );
    row.pause(reason.clone(), now);
    tx.certificates().update(row)?;
    let details = json!({"reason": reason, "failed_issuances": row.failed_issuances});
    let subject = ("certificate", row.id.as_str());
    tx.audit().append(&audit_event(ids, &Actor::system(), now, "certificate_paused", subject, &details))?;
    Ok(())
}

#[async_trait]
impl Reconciler for RenewalSweep {
    fn name(&self) -> &'static str {
        "renewal-sweep"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        while !stop.stopping() {
            let batch = match self.batch().await {
                Ok(batch) => batch,
                Err(error) => return report.failed(&error),
            };
            report.add("enqueued", batch.enqueued);
            for agent in &batch.agents {
                self.wakeups.wake_agent(agent);
            }
            // Rows that failed are still due. When nothing else is left, the next activation tries again.
            if batch.seen < u64::from(BATCH) || batch.failed == batch.seen {
                break;
            }
        }
        report
    }

    async fn poked(&self) {
        self.wakeups.sweep_woken().await;
    }

    async fn next_due(&self) -> Option<Timestamp> {
        let next = self.base.store.read("renewal.next", |tx| Ok::<_, Failure>(tx.certificates().next_due()?));
        next.await.ok().flatten()
    }
}
