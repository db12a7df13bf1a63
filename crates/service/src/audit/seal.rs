//! The sealing of audit events: each gets its place in the chain shortly after it was written.
//!
//! Never in the transaction that writes the event, so writers do not wait for each other.

use super::chain::{GENESIS, extend};
use super::keys::AuditKeys;
use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::audit::{ChainLink, Checkpoint, CheckpointKind};
use certctl_domain::id::AuditCheckpointId;
use certctl_repository::{StoreError, Tx};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::sync::Arc;
use std::time::Duration;

/// Events per transaction.
const BATCH: u32 = 500;

/// How often is sealed and signed.
#[derive(Debug, Clone, Copy)]
pub struct SealOptions {
    /// How often a process looks for events without a place.
    pub look: Duration,
    /// Events after which the chain is signed again.
    pub events: i64,
    /// Time after which the chain is signed again when it grew.
    pub time: Duration,
}

impl SealOptions {
    /// Signed every 1000 events and every quarter of an hour.
    pub const fn every(look: Duration) -> Self {
        Self { look, events: 1000, time: Duration::from_mins(15) }
    }
}

/// The sealing reconciler.
#[derive(Debug)]
pub struct AuditSealer {
    base: Foundation,
    keys: Arc<AuditKeys>,
    options: SealOptions,
}

impl AuditSealer {
    /// Signing with `keys`.
    pub const fn new(base: Foundation, keys: Arc<AuditKeys>, options: SealOptions) -> Self {
        Self { base, keys, options }
    }

    /// Seals one batch; whether there may be more. Loses silently to another replica: its places count.
    async fn seal(&self) -> Result<bool, ServiceError> {
        let sealed = self.base.store.write("audit.seal", |tx| {
            let events = tx.audit_chain().unsealed(BATCH)?;
            if events.is_empty() {
                return Ok(0);
            }
            let end = end(tx)?;
            let links = extend((end.sequence, &end.hash), &events);
            tx.audit_chain().seal(&links)?;
            Ok::<_, StoreError>(links.len())
        });
        match sealed.await {
            Ok(count) => Ok(u32::try_from(count).is_ok_and(|count| count == BATCH)),
            Err(StoreError::Duplicate { key: "audit_chain.seq" | "audit_chain.event_id" }) => Ok(true),
            Err(error) => Err(Failure::Store(error).into()),
        }
    }

    /// Signs the end of the chain when it is time to.
    async fn sign(&self) -> Result<bool, ServiceError> {
        let now = self.base.clock.now();
        let stands = self.base.store.read("audit.checkpoint_due", |tx| {
            Ok::<_, Failure>((tx.audit_chain().last()?, tx.audit_chain().latest_checkpoint()?))
        });
        let (Some(last), signed) = stands.await? else { return Ok(false) };
        if !self.is_due(&last, signed.as_ref(), now) {
            return Ok(false);
        }
        let id = AuditCheckpointId::mint(&*self.base.ids);
        let unsigned = unsigned(id, CheckpointKind::Checkpoint, last.sequence, last.hash, now);
        let checkpoint = self.keys.signer().await?.sign(unsigned)?;
        let added =
            self.base.store.write("audit.checkpoint", move |tx| tx.audit_chain().add_checkpoint(&checkpoint));
        match added.await {
            Ok(()) | Err(StoreError::Duplicate { key: "audit_checkpoint.sequence" }) => Ok(true),
            Err(error) => Err(Failure::Store(error).into()),
        }
    }

    fn is_due(&self, last: &ChainLink, signed: Option<&Checkpoint>, now: Timestamp) -> bool {
        let Some(signed) = signed else { return true };
        let grown = last.sequence - signed.sequence;
        grown >= self.options.events || (grown > 0 && now.since(signed.signed_at) >= self.options.time)
    }
}

/// The last place of the chain; where everything was pruned, the place the chain goes on from.
pub(super) fn end(tx: &mut dyn Tx) -> Result<End, StoreError> {
    if let Some(last) = tx.audit_chain().last()? {
        return Ok(End { sequence: last.sequence, hash: last.hash });
    }
    let start = tx.audit_chain().latest_checkpoint()?;
    Ok(start.map_or_else(
        || End { sequence: 0, hash: GENESIS.to_owned() },
        |start| End { sequence: start.sequence, hash: start.hash },
    ))
}

/// A position and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) sequence: i64,
    pub(super) hash: String,
}

/// A statement that nobody has signed yet.
pub(super) const fn unsigned(
    id: AuditCheckpointId,
    kind: CheckpointKind,
    sequence: i64,
    hash: String,
    signed_at: Timestamp,
) -> Checkpoint {
    Checkpoint { id, kind, sequence, hash, signed_at, key_id: String::new(), signature: String::new() }
}

#[async_trait]
impl Reconciler for AuditSealer {
    fn name(&self) -> &'static str {
        "audit-seal"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let report = Report::default();
        while !stop.stopping() {
            match self.seal().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return report.failed(&error),
            }
        }
        match self.sign().await {
            Ok(_) => report,
            Err(error) => report.failed(&error),
        }
    }

    /// Looks without a lease and without writing, so that an idle server writes nothing.
    async fn poked(&self) {
        loop {
            tokio::time::sleep(self.options.look).await;
            let waiting = self.base.store.read("audit.has_unsealed", |tx| tx.audit_chain().has_unsealed());
            // An error shows in the next run by the clock.
            if matches!(waiting.await, Ok(true)) {
                return;
            }
        }
    }
}
