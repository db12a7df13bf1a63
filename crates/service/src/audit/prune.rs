//! Retention: the beginning of the trail is exported to a file, and only what a file holds exactly
//! is removed. The chain goes on from a signed start.

use super::audit_event;
use super::chain::{GENESIS, hash};
use super::keys::{AuditKeys, SigningKey};
use super::seal::{End, unsigned};
use crate::failure::Failure;
use crate::support::Foundation;
use certctl_domain::Timestamp;
use certctl_domain::audit::{AuditEvent, ChainLink, CheckpointKind};
use certctl_domain::id::AuditCheckpointId;
use certctl_repository::StoreError;
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};
use std::sync::Arc;

/// Events per transaction. Each removal is complete in itself, so an interrupted one is continued.
const BATCH: u32 = 5000;

/// The part of the chain that an export or pruning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First place.
    pub first: i64,
    /// Last place; less than `first` when there is none.
    pub last: i64,
}

impl Part {
    /// How many events.
    pub const fn count(self) -> i64 {
        self.last - self.first + 1
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.last < self.first
    }
}

/// Why a file was not written or read, or the trail not pruned.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// The file.
    #[error("the export file cannot be used")]
    File(#[from] io::Error),
    /// The database, or the state of the trail.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

fn refuse<T>(message: String) -> Result<T, PruneError> {
    Err(ServiceError::conflict(ConflictCode::InvalidState, message).into())
}

/// The beginning of the chain up to the first event that is not before `until`.
pub async fn part_before(base: &Foundation, until: Timestamp) -> Result<(Part, String), ServiceError> {
    let found = base.store.read("audit.part_before", move |tx| {
        let start = start(tx.audit_chain().checkpoints()?);
        let chain_end = tx.audit_chain().last()?.map_or(start.sequence, |last| last.sequence);
        let last = tx.audit_chain().first_since(until)?.map_or(chain_end, |first| first - 1);
        Ok::<_, Failure>((Part { first: start.sequence + 1, last }, start.hash))
    });
    Ok(found.await?)
}

fn start(checkpoints: Vec<certctl_domain::audit::Checkpoint>) -> End {
    let starts = checkpoints.into_iter().filter(|checkpoint| checkpoint.kind == CheckpointKind::Start);
    starts.max_by_key(|checkpoint| checkpoint.sequence).map_or_else(
        || End { sequence: 0, hash: GENESIS.to_owned() },
        |start| End { sequence: start.sequence, hash: start.hash },
    )
}

/// Writes the events of the trail before `until`, one JSON object per line, in the order of the
/// chain; returns which.
pub async fn export(
    base: &Foundation,
    until: Timestamp,
    out: &mut (dyn Write + Send),
) -> Result<Part, PruneError> {
    let (part, _) = part_before(base, until).await?;
    let mut after = part.first - 1;
    while after < part.last {
        for (link, event) in batch(base, after, part.last).await? {
            let event = event.ok_or_else(|| missing(&link))?;
            out.write_all(line(&link, &event)?.as_bytes())?;
            after = link.sequence;
        }
    }
    out.flush()?;
    Ok(part)
}

/// Removes the events before `until`, which `file` must hold exactly as [`export`] writes them.
pub async fn prune(
    base: &Foundation,
    keys: &AuditKeys,
    until: Timestamp,
    file: &mut (dyn BufRead + Send),
) -> Result<Part, PruneError> {
    let (part, mut hash_before) = part_before(base, until).await?;
    if part.is_empty() {
        return Ok(part);
    }
    let mut steps = Vec::new();
    let mut after = part.first - 1;
    while after < part.last {
        for (link, event) in batch(base, after, part.last).await? {
            let event = event.ok_or_else(|| missing(&link))?;
            let computed = hash(&hash_before, &event);
            if computed != link.hash {
                return refuse(format!(
                    "event {} at {} was changed after it was written; nothing was removed, run `audit verify`",
                    event.id, link.sequence
                ));
            }
            let mut found = String::new();
            file.read_line(&mut found)?;
            if found != line(&link, &event)? {
                return refuse(format!(
                    "the file does not hold event {} where it should; nothing was removed, export again to a new file",
                    event.id
                ));
            }
            hash_before = computed;
            after = link.sequence;
        }
        steps.push(End { sequence: after, hash: hash_before.clone() });
    }
    let mut rest = String::new();
    if file.read_line(&mut rest)? != 0 {
        return refuse(format!(
            "the file goes on after event {}, the last one before {until}; nothing was removed, export again to a new file",
            part.last
        ));
    }
    let signer = keys.signer().await?;
    let mut first = part.first;
    for step in steps {
        let next = step.sequence + 1;
        remove(base, &signer, first, step, until).await?;
        first = next;
    }
    Ok(part)
}

/// Removes one step: the signed start, the removal and the event about it in one transaction.
async fn remove(
    base: &Foundation,
    signer: &SigningKey,
    first: i64,
    end: End,
    until: Timestamp,
) -> Result<(), ServiceError> {
    let (now, ids) = (base.clock.now(), Arc::clone(&base.ids));
    let id = AuditCheckpointId::mint(&*ids);
    let start = signer.sign(unsigned(id, CheckpointKind::Start, end.sequence, end.hash, now))?;
    let removed = base.store.write("audit.prune", move |tx| {
        tx.audit_chain().add_checkpoint(&start)?;
        let events = tx.audit_chain().prune(start.sequence)?;
        let details = json!({
            "until": until, "first_sequence": first, "last_sequence": start.sequence, "events": events,
            "checkpoint_id": start.id,
        });
        let subject = ("audit_trail", "retention");
        tx.audit().append(&audit_event(&*ids, &Actor::system(), now, "audit_pruned", subject, &details))
    });
    removed.await.map_err(|error: StoreError| Failure::Store(error).into())
}

type Linked = (ChainLink, Option<AuditEvent>);

async fn batch(base: &Foundation, after: i64, last: i64) -> Result<Vec<Linked>, ServiceError> {
    let read = base.store.read("audit.chain_batch", move |tx| {
        let mut links = tx.audit_chain().links(after, BATCH)?;
        links.retain(|(link, _)| link.sequence <= last);
        Ok::<_, Failure>(links)
    });
    let links = read.await?;
    if links.is_empty() {
        return Err(gone(after + 1));
    }
    Ok(links)
}

fn gone(sequence: i64) -> ServiceError {
    let message = format!("place {sequence} of the audit chain is missing; run `audit verify`");
    ServiceError::conflict(ConflictCode::InvalidState, message)
}

fn missing(link: &ChainLink) -> ServiceError {
    let message = format!("event {} at {} is missing; run `audit verify`", link.event_id, link.sequence);
    ServiceError::conflict(ConflictCode::InvalidState, message)
}

/// One event as a line, with the names of the API.
fn line(place: &ChainLink, event: &AuditEvent) -> Result<String, ServiceError> {
    let details: Value = serde_json::from_str(event.details.as_str()).map_err(ServiceError::internal)?;
    let text = json!({
        "id": event.id, "timestamp": event.timestamp, "actor": event.actor, "actor_type": event.actor_type,
        "action": event.action, "resource_type": event.resource_type, "resource_id": event.resource_id,
        "details": details, "request_id": event.request_id, "client_address": event.client_address,
        "sequence": place.sequence, "hash": place.hash,
    });
    Ok(format!("{text}\n"))
}
