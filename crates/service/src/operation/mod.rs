//! Operations: the set is fixed when one is made; the reconciler does the items.

pub(crate) mod action;
pub(crate) mod actor;
mod reassign;
mod renew;
mod revoke;
mod start;
mod turn;

use crate::failure::Failure;
use crate::support::{Foundation, listing, page_request};
use crate::wakeups::Wakeups;
use action::{ACTIONS, action};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::OperationId;
use certctl_domain::operation::{ItemState, Operation, OperationItem};
use certctl_repository::{OperationFilter, PageRequest, Tx};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::operation::{
    EnqueuedJob, OperationQuery, OperationService, OperationSpec, OperationView,
};
use certctl_service_api::{Actor, ServiceError};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use turn::Turn;

/// Items that an operation's own answer shows of each sort.
const SHOWN: u32 = 100;
/// How often a waiting call looks, because another replica may do the work.
const RECHECK: Duration = Duration::from_millis(500);

/// Use cases of operations.
#[derive(Debug)]
pub struct Operations {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Operations {
    /// Over a store, waking the reconciler that does the work.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }

    async fn read(&self, id: &OperationId) -> Result<OperationView, ServiceError> {
        let id = id.clone();
        let read = self.base.store.read("operation.get", move |tx| {
            let operation = get(tx, &id)?;
            whole(tx, operation)
        });
        Ok(read.await?)
    }
}

pub(crate) fn get(tx: &mut dyn Tx, id: &OperationId) -> Result<Operation, Failure> {
    tx.operations().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("operation", id)))
}

/// The operation alone, as lists show it.
fn bare(operation: Operation) -> OperationView {
    // An action that this version does not know can only be looked at.
    let done_name = action(&operation.kind).map_or("total_done", |action| action.done_name());
    OperationView { operation, done_name, jobs: Vec::new(), errors: Vec::new() }
}

/// The operation with its first jobs and errors.
fn whole(tx: &mut dyn Tx, operation: Operation) -> Result<OperationView, Failure> {
    let (id, page) = (operation.id.clone(), PageRequest::first(SHOWN));
    let done = tx.operations().items(&id, Some(ItemState::Done), &page)?.items;
    let errors = tx.operations().items(&id, Some(ItemState::Failed), &page)?.items;
    Ok(OperationView { jobs: done.iter().flat_map(jobs_of).collect(), errors, ..bare(operation) })
}

fn jobs_of(item: &OperationItem) -> Vec<EnqueuedJob> {
    #[derive(Deserialize)]
    struct Jobs {
        jobs: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        job_id: certctl_domain::id::JobId,
    }
    let read = item.result.as_ref().and_then(|result| serde_json::from_str::<Jobs>(result.as_str()).ok());
    let named = |job: Named| EnqueuedJob { certificate_id: item.certificate_id.clone(), job_id: job.job_id };
    read.map(|result| result.jobs.into_iter().map(named).collect()).unwrap_or_default()
}

#[async_trait]
impl OperationService for Operations {
    async fn start(&self, who: &Actor, spec: OperationSpec) -> Result<OperationView, ServiceError> {
        self.begin(who, spec).await
    }

    async fn list(
        &self,
        who: &Actor,
        query: OperationQuery,
        page: ListRequest,
    ) -> Result<Listing<OperationView>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        if let Some(kind) = &query.kind
            && action(kind).is_none()
        {
            let known: Vec<_> = ACTIONS.iter().map(|action| action.kind()).collect();
            let message = format!("use one of {}", known.join(", "));
            return Err(ServiceError::invalid("kind", "unknown_value", message));
        }
        let request = page_request("operations", &page)?;
        let filter = OperationFilter { kind: query.kind, state: query.state };
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("operation.list", move |tx| Ok::<_, Failure>(tx.operations().list(&filter, &wanted)?));
        Ok(listing("operations", &request, found.await?.map(bare)))
    }

    async fn get(
        &self,
        who: &Actor,
        id: &OperationId,
        wait: Duration,
    ) -> Result<OperationView, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let deadline = Instant::now() + wait;
        loop {
            let ended = self.wakeups.end_of_operation();
            tokio::pin!(ended);
            ended.as_mut().enable();
            let view = self.read(id).await?;
            let now = Instant::now();
            if view.operation.is_finished() || now >= deadline {
                return Ok(view);
            }
            tokio::select! {
                () = ended => {}
                () = sleep_until(deadline.min(now + RECHECK)) => {}
            }
        }
    }

    async fn items(
        &self,
        who: &Actor,
        id: &OperationId,
        state: Option<ItemState>,
        page: ListRequest,
    ) -> Result<Listing<OperationItem>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let list = format!("operation-items:{id}");
        let request = page_request(&list, &page)?;
        let (id, wanted) = (id.clone(), request.clone());
        let found = self.base.store.read("operation.items", move |tx| {
            get(tx, &id)?;
            Ok::<_, Failure>(tx.operations().items(&id, state, &wanted)?)
        });
        Ok(listing(&list, &request, found.await?))
    }

    async fn pause(&self, who: &Actor, id: &OperationId) -> Result<OperationView, ServiceError> {
        self.turn(who, id, Turn::Pause).await
    }

    async fn resume(&self, who: &Actor, id: &OperationId) -> Result<OperationView, ServiceError> {
        self.turn(who, id, Turn::Resume).await
    }

    async fn cancel(&self, who: &Actor, id: &OperationId) -> Result<OperationView, ServiceError> {
        self.turn(who, id, Turn::Cancel).await
    }
}
