//! Does the items of operations: each in a transaction of its own, a batch of each operation in
//! turn, so that a small one does not wait for a large one. What is recorded is never done again,
//! whichever replica goes on.

use crate::failure::Failure;
use crate::operation::action::{BulkAction, Outcome, Step, action};
use crate::operation::{actor, get};
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, OperationId};
use certctl_domain::operation::{ItemState, Operation, OperationItem};
use certctl_repository::{StoreError, Tx};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Operations that take turns.
const TOGETHER: u32 = 20;
/// Items of one turn.
const BATCH: u32 = 50;

/// Does what operations ask for.
#[derive(Debug)]
pub struct OperationRunner {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

/// Everything the items of one operation share.
struct Work {
    id: OperationId,
    action: &'static dyn BulkAction,
    who: Actor,
    parameters: Map<String, Value>,
    dry_run: bool,
}

/// Why the transaction of an item was undone.
enum Undone {
    /// It was only tried out.
    Tried(Outcome),
    /// Somebody else did it, or the operation was cancelled.
    Taken,
    /// It was refused.
    Failed(Failure),
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failure::Store(error))
    }
}

impl OperationRunner {
    /// Over a store, waking the agents that get work.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }

    async fn unfinished(&self) -> Result<Vec<Operation>, ServiceError> {
        let found = self
            .base
            .store
            .read("operation.unfinished", |tx| Ok::<_, Failure>(tx.operations().unfinished(TOGETHER)?));
        Ok(found.await?)
    }

    /// One turn of an operation; says how many items came to an end.
    async fn turn(&self, operation: &Operation, stop: &dyn StopSignal) -> Result<u64, ServiceError> {
        let Some(work) = work(operation) else { return Ok(0) };
        let work = Arc::new(work);
        let id = work.id.clone();
        let pending = self
            .base
            .store
            .read("operation.pending", move |tx| Ok::<_, Failure>(tx.operations().pending(&id, BATCH)?));
        let pending = pending.await?;
        let last = pending.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        let (mut ended, mut wakes) = (0, BTreeSet::new());
        for certificate in pending {
            if stop.stopping() {
                break;
            }
            wakes.extend(self.item(&work, certificate).await?);
            ended += 1;
        }
        for agent in &wakes {
            self.wakeups.wake_agent(agent);
        }
        if last && !stop.stopping() {
            self.finish(&work.id).await?;
        }
        Ok(ended)
    }

    /// One item; its failure is recorded and stops nothing.
    async fn item(&self, work: &Arc<Work>, certificate: CertificateId) -> Result<Vec<AgentId>, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let (gate, guards) = (self.base.approvals.clone(), self.base.guards);
        let (shared, id) = (Arc::clone(work), certificate.clone());
        let attempted = self.base.store.write("operation.item", move |tx| {
            let Work { who, parameters, .. } = &*shared;
            let step =
                Step { ids: &*ids, who, gate: &gate, guards: &guards, certificate: &id, parameters, now };
            let outcome = shared.action.apply(tx, &step)?;
            if shared.dry_run {
                return Err(Undone::Tried(outcome));
            }
            record(tx, &item_of(&shared.id, &id, &outcome, now)).map_err(taken)?;
            Ok(outcome)
        });
        let item = match attempted.await {
            Ok(Outcome::Done { wakes, .. }) => return Ok(wakes),
            Ok(Outcome::Skipped { .. }) | Err(Undone::Taken) => return Ok(Vec::new()),
            // Its jobs never were.
            Err(Undone::Tried(outcome)) => {
                OperationItem { result: None, ..item_of(&work.id, &certificate, &outcome, now) }
            }
            Err(Undone::Failed(failure)) => failed(&work.id, &certificate, failure.into(), now)?,
        };
        let recorded = self.base.store.write("operation.record", move |tx| record(tx, &item).map_err(taken));
        match recorded.await {
            Ok(()) | Err(Undone::Taken | Undone::Tried(_)) => Ok(Vec::new()),
            Err(Undone::Failed(failure)) => Err(failure.into()),
        }
    }

    async fn finish(&self, id: &OperationId) -> Result<(), ServiceError> {
        let (now, id) = (self.base.clock.now(), id.clone());
        let finished = self.base.store.write("operation.finish", move |tx| {
            let mut operation = get(tx, &id)?;
            if !operation.is_finished() && tx.operations().pending(&id, 1)?.is_empty() {
                operation.complete(now);
                tx.operations().update(&operation)?;
            }
            Ok::<_, Failure>(())
        });
        finished.await?;
        self.wakeups.operation_ended();
        Ok(())
    }
}

/// What the operation asks for; `None` when this version does not know its action.
fn work(operation: &Operation) -> Option<Work> {
    let parameters = serde_json::from_str(operation.parameters.as_str());
    if let (Some(action), Ok(who), Ok(parameters)) =
        (action(&operation.kind), actor::restore(&operation.actor), parameters)
    {
        Some(Work { id: operation.id.clone(), action, who, parameters, dry_run: operation.dry_run })
    } else {
        tracing::error!(operation.id = %operation.id, operation.kind = operation.kind, "operation {} is not understood by this version and waits", operation.id);
        None
    }
}

fn item_of(
    operation: &OperationId,
    certificate: &CertificateId,
    outcome: &Outcome,
    now: Timestamp,
) -> OperationItem {
    let (state, code, message, result) = match outcome {
        Outcome::Done { result, .. } => (ItemState::Done, None, None, result.clone()),
        Outcome::Skipped { code, message } => {
            (ItemState::Skipped, Some((*code).to_owned()), Some(message.clone()), None)
        }
    };
    OperationItem {
        operation_id: operation.clone(),
        certificate_id: certificate.clone(),
        state,
        code,
        message,
        result,
        finished_at: Some(now),
    }
}

/// A refusal as an item. A database that is away is no refusal: the item keeps its turn.
fn failed(
    operation: &OperationId,
    certificate: &CertificateId,
    error: ServiceError,
    now: Timestamp,
) -> Result<OperationItem, ServiceError> {
    match &error {
        ServiceError::Unavailable(_) => return Err(error),
        ServiceError::Internal(_) => {
            tracing::error!(cert.id = %certificate, operation.id = %operation, error = &error as &dyn std::error::Error, "operation {operation} failed on certificate {certificate}");
        }
        _ => {}
    }
    Ok(OperationItem {
        operation_id: operation.clone(),
        certificate_id: certificate.clone(),
        state: ItemState::Failed,
        code: Some(error.code().to_owned()),
        message: Some(error.to_string()),
        result: None,
        finished_at: Some(now),
    })
}

/// Writes down how an item ended, in the transaction that ended it.
fn record(tx: &mut dyn Tx, item: &OperationItem) -> Result<(), Failure> {
    tx.operations().finish(item)?;
    let mut operation = get(tx, &item.operation_id)?;
    if let Some(at) = item.finished_at {
        operation.start(at);
    }
    operation.count(item.state);
    Ok(tx.operations().update(&operation)?)
}

fn taken(failure: Failure) -> Undone {
    match failure {
        Failure::Store(StoreError::Stale) => Undone::Taken,
        other => Undone::Failed(other),
    }
}

#[async_trait]
impl Reconciler for OperationRunner {
    fn name(&self) -> &'static str {
        "operations"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        while !stop.stopping() {
            let round = async {
                let mut ended = 0;
                for operation in self.unfinished().await? {
                    ended += self.turn(&operation, stop).await?;
                }
                Ok::<_, ServiceError>(ended)
            };
            match round.await {
                // Nothing is left, or what is left is not understood.
                Ok(0) => break,
                Ok(ended) => report.add("items", ended),
                Err(error) => return report.failed(&error),
            }
        }
        report
    }

    async fn poked(&self) {
        self.wakeups.operations_woken().await;
    }
}
