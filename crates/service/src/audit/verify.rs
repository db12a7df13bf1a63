//! The proof that the audit trail is what was written: every hash computed again, every signature
//! checked.

use super::chain::{GENESIS, hash};
use super::keys::is_signed;
use crate::failure::Failure;
use crate::support::Foundation;
use certctl_domain::audit::{AuditEvent, ChainLink, Checkpoint, CheckpointKind};
use certctl_domain::id::AuditEventId;
use certctl_service_api::ServiceError;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// Links per transaction.
const BATCH: u32 = 1000;
/// Events get their place within seconds; older ones without are counted.
const GRACE: Duration = Duration::from_mins(1);

/// What is trusted besides the database.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Public key in PEM that must have signed every checkpoint. Without, the keys of the database
    /// are believed.
    pub public_key: Option<String>,
    /// A checkpoint that was kept elsewhere.
    pub checkpoint: Option<Checkpoint>,
}

/// Where the trail is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Place in the chain, if it is about one.
    pub sequence: Option<i64>,
    /// Event, if it is about one.
    pub event_id: Option<AuditEventId>,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sequence) = self.sequence {
            write!(f, "sequence {sequence}: ")?;
        }
        if let Some(event) = &self.event_id {
            write!(f, "event {event}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// First place that is still there.
    pub first: i64,
    /// Last place.
    pub last: i64,
    /// Events whose hash was computed again.
    pub events: u64,
    /// Checkpoints whose signature was checked.
    pub checkpoints: u64,
    /// Events older than a minute that have no place yet.
    pub unsealed: u64,
    /// The first break.
    pub broken: Option<Break>,
}

/// Checks the whole trail, in batches, beside a running server.
pub async fn verify(base: &Foundation, options: &VerifyOptions) -> Result<Verified, ServiceError> {
    let before = base.clock.now().minus(GRACE);
    let read = base.store.read("audit.verify", move |tx| {
        let chain = tx.audit_chain();
        let (keys, checkpoints) = (chain.keys()?, chain.checkpoints()?);
        Ok::<_, Failure>((keys, checkpoints, chain.unsealed_before(before)?, chain.stray()?))
    });
    let (keys, mut checkpoints, unsealed, stray) = read.await?;
    checkpoints.extend(options.checkpoint.clone());
    let trusted: Vec<&str> = match &options.public_key {
        Some(key) => vec![key],
        None => keys.iter().map(|key| key.public_key.as_str()).collect(),
    };
    let mut done = Verified { unsealed, ..Verified::default() };
    for checkpoint in &checkpoints {
        if !trusted.iter().any(|key| is_signed(checkpoint, key)) {
            done.broken = Some(at_checkpoint(checkpoint, "the signature of the checkpoint is not valid"));
            return Ok(done);
        }
        done.checkpoints += 1;
    }
    let mut walk = Walk::from(&checkpoints);
    done.first = walk.sequence + 1;
    loop {
        let after = walk.sequence;
        let read = base
            .store
            .read("audit.verify_batch", move |tx| Ok::<_, Failure>(tx.audit_chain().links(after, BATCH)?));
        let links = read.await?;
        if links.is_empty() {
            break;
        }
        for (link, event) in links {
            if let Err(broken) = walk.step(&link, event.as_ref()) {
                done.broken = Some(broken);
                return Ok(done);
            }
            done.events += 1;
        }
    }
    done.last = walk.sequence;
    done.broken = walk.end().or_else(|| {
        stray.map(|event| Break {
            sequence: None,
            event_id: Some(event),
            what: "it is not part of the chain and never waited to be: it was not written by certctl"
                .to_owned(),
        })
    });
    Ok(done)
}

fn at_checkpoint(checkpoint: &Checkpoint, what: &str) -> Break {
    let what = format!("{what} ({} signed at {})", checkpoint.id, checkpoint.signed_at);
    Break { sequence: Some(checkpoint.sequence), event_id: None, what }
}

/// A walk along the chain.
struct Walk<'a> {
    sequence: i64,
    hash: String,
    /// What was signed, by place.
    signed: HashMap<i64, Vec<&'a Checkpoint>>,
    /// The signed place farthest in the chain.
    farthest: Option<&'a Checkpoint>,
}

impl<'a> Walk<'a> {
    /// Begins where the last pruning ended, or at the very beginning.
    fn from(checkpoints: &'a [Checkpoint]) -> Self {
        let starts = checkpoints.iter().filter(|checkpoint| checkpoint.kind == CheckpointKind::Start);
        let start = starts.max_by_key(|checkpoint| checkpoint.sequence);
        let mut signed: HashMap<i64, Vec<&Checkpoint>> = HashMap::new();
        for checkpoint in checkpoints {
            signed.entry(checkpoint.sequence).or_default().push(checkpoint);
        }
        Self {
            sequence: start.map_or(0, |start| start.sequence),
            hash: start.map_or_else(|| GENESIS.to_owned(), |start| start.hash.clone()),
            signed,
            farthest: checkpoints.iter().max_by_key(|checkpoint| checkpoint.sequence),
        }
    }

    fn step(&mut self, link: &ChainLink, event: Option<&AuditEvent>) -> Result<(), Break> {
        let broken = |what: String| {
            Err(Break { sequence: Some(link.sequence), event_id: Some(link.event_id.clone()), what })
        };
        let wanted = self.sequence + 1;
        if link.sequence != wanted {
            return broken(format!(
                "the chain goes from {} to {}: places between are missing",
                self.sequence, link.sequence
            ));
        }
        let Some(event) = event else {
            return broken("the event is missing".to_owned());
        };
        let computed = hash(&self.hash, event);
        if computed != link.hash {
            return broken(format!(
                "the event, or one before it, was changed: its hash is {computed}, but {} is recorded",
                link.hash
            ));
        }
        for checkpoint in self.signed.get(&link.sequence).into_iter().flatten() {
            if checkpoint.hash != computed {
                return Err(at_checkpoint(
                    checkpoint,
                    &format!(
                        "the chain was written anew: its hash is {computed}, but {} was signed",
                        checkpoint.hash
                    ),
                ));
            }
        }
        self.sequence = wanted;
        self.hash = computed;
        Ok(())
    }

    /// What is wrong with where the chain ends.
    fn end(&self) -> Option<Break> {
        let farthest = self.farthest.filter(|checkpoint| checkpoint.sequence > self.sequence)?;
        let what = format!(
            "the chain ends at {}, but was signed up to {}: its end is missing",
            self.sequence, farthest.sequence
        );
        Some(at_checkpoint(farthest, &what))
    }
}
