//! Does the items of operations: a few in one transaction, a batch of each operation in turn, so
//! that a small one does not wait for a large one. When one of the few is refused, each gets a
//! transaction of its own. What is recorded is never done again, whichever replica goes on.

use crate::failure::Failure;
use crate::operation::action::{BulkAction, Outcome, Step, action};
use crate::operation::{actor, get};
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, OperationId};
use certctl_domain::operation::{ItemState, Operation, OperationItem, OperationState};
use certctl_repository::{StoreError, Tx};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::slice;
use std::sync::Arc;

/// Operations that take turns.
const TOGETHER: u32 = 20;
/// Transactions of one turn.
const TURN: usize = 2;
/// Of items that could not be done together, how many try it again before each is alone.
const PART: usize = 25;

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

/// Why a transaction of items was undone.
enum Undone {
    /// They were only tried out.
    Tried(Vec<OperationItem>),
    /// Somebody else did one of them, or the operation was cancelled.
    Taken,
    /// One of them was refused.
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
        let (id, few) = (work.id.clone(), work.action.together());
        let batch = few * TURN;
        let limit = u32::try_from(batch).unwrap_or(u32::MAX);
        let pending = self
            .base
            .store
            .read("operation.pending", move |tx| Ok::<_, Failure>(tx.operations().pending(&id, limit)?));
        let pending = pending.await?;
        let last = pending.len() < batch;
        let (mut ended, mut wakes) = (0, BTreeSet::new());
        for few in pending.chunks(few) {
            if stop.stopping() {
                break;
            }
            if let Ok(woken) = self.attempt(&work, few).await {
                wakes.extend(woken);
                ended += few.len() as u64;
                continue;
            }
            for part in few.chunks(PART) {
                ended += self.part(&work, part, part.len() < few.len(), &mut wakes, stop).await?;
            }
        }
        for agent in &wakes {
            self.wakeups.wake_agent(agent);
        }
        if last && !stop.stopping() {
            self.finish(&work.id).await?;
        }
        Ok(ended)
    }

    /// Some that could not be done together: at once if that is `new`, else each alone. Says how many ended.
    async fn part(
        &self,
        work: &Arc<Work>,
        certificates: &[CertificateId],
        new: bool,
        wakes: &mut BTreeSet<AgentId>,
        stop: &dyn StopSignal,
    ) -> Result<u64, ServiceError> {
        if new
            && !stop.stopping()
            && let Ok(woken) = self.attempt(work, certificates).await
        {
            wakes.extend(woken);
            return Ok(certificates.len() as u64);
        }
        let mut ended = 0;
        for certificate in certificates {
            if stop.stopping() {
                break;
            }
            wakes.extend(self.alone(work, certificate).await?);
            ended += 1;
        }
        Ok(ended)
    }

    /// All of these or none; says which agents have work now.
    async fn attempt(
        &self,
        work: &Arc<Work>,
        certificates: &[CertificateId],
    ) -> Result<Vec<AgentId>, Undone> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let (gate, guards) = (self.base.approvals.clone(), self.base.guards);
        let (work, certificates) = (Arc::clone(work), certificates.to_vec());
        let attempted = self.base.store.write("operation.items", move |tx| {
            let Work { who, parameters, .. } = &*work;
            live(tx, &work.id).map_err(taken)?;
            let step = |certificate| Step {
                ids: &*ids,
                who,
                gate: &gate,
                guards: &guards,
                certificate,
                parameters,
                now,
            };
            let steps: Vec<_> = certificates.iter().map(step).collect();
            let outcomes = work.action.apply_all(tx, &steps)?;
            let (mut items, mut wakes) = (Vec::with_capacity(certificates.len()), Vec::new());
            for (certificate, outcome) in certificates.iter().zip(outcomes) {
                items.push(item_of(&work.id, certificate, &outcome, now));
                if let Outcome::Done { wakes: woken, .. } = outcome {
                    wakes.extend(woken);
                }
            }
            if work.dry_run {
                return Err(Undone::Tried(items));
            }
            record(tx, &items).map_err(taken)?;
            Ok(wakes)
        });
        match attempted.await {
            // Their jobs never were.
            Err(Undone::Tried(items)) => {
                let items = items.into_iter().map(|item| OperationItem { result: None, ..item });
                self.record(items.collect()).await.map(|()| Vec::new())
            }
            other => other,
        }
    }

    /// One item; its failure is recorded and stops nothing.
    async fn alone(
        &self,
        work: &Arc<Work>,
        certificate: &CertificateId,
    ) -> Result<Vec<AgentId>, ServiceError> {
        let failure = match self.attempt(work, slice::from_ref(certificate)).await {
            Ok(wakes) => return Ok(wakes),
            Err(Undone::Taken | Undone::Tried(_)) => return Ok(Vec::new()),
            Err(Undone::Failed(failure)) => failure,
        };
        let item = failed(&work.id, certificate, failure.into(), self.base.clock.now())?;
        match self.record(vec![item]).await {
            Ok(()) | Err(Undone::Taken | Undone::Tried(_)) => Ok(Vec::new()),
            Err(Undone::Failed(failure)) => Err(failure.into()),
        }
    }

    async fn record(&self, items: Vec<OperationItem>) -> Result<(), Undone> {
        let recorded = self.base.store.write("operation.record", move |tx| record(tx, &items).map_err(taken));
        recorded.await
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

/// Writes down how items of one operation ended, in the transaction that ended them.
fn record(tx: &mut dyn Tx, items: &[OperationItem]) -> Result<(), Failure> {
    let Some(first) = items.first() else { return Ok(()) };
    let mut operation = live(tx, &first.operation_id)?;
    tx.operations().finish_all(items)?;
    for item in items {
        if let Some(at) = item.finished_at {
            operation.start(at);
        }
        operation.count(item.state);
    }
    Ok(tx.operations().update(&operation)?)
}

/// The operation, unless somebody has paused or ended it meanwhile.
fn live(tx: &mut dyn Tx, id: &OperationId) -> Result<Operation, Failure> {
    let operation = get(tx, id)?;
    if operation.is_finished() || operation.state == OperationState::Paused {
        return Err(Failure::Store(StoreError::Stale));
    }
    Ok(operation)
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
