//! Making one CRL, and its delta.

use super::plan::{Due, find};
use super::{Crls, Listed, Signatory, Standing, slot};
use crate::failure::Failure;
use certctl_connector_api::issuer::CrlSettings;
use certctl_crypto::Signer;
use certctl_domain::Timestamp;
use certctl_domain::crl::{CrlEvent, CrlHead, CrlKind, DeltaBase, StoredCrl};
use certctl_domain::id::{CrlEventId, IssuerId};
use certctl_domain::issuer::Issuer;
use certctl_domain::revocation::Revocation;
use certctl_pki::crl::{CrlEntry, CrlTemplate, EntryReason, IssuingPoint, RevokedList, RevokedListChange};
use certctl_pki::{Certificate, Serial};
use certctl_repository::{EntryScope, RevokedSerial, Tx};
use certctl_service_api::ServiceError;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rows read at once.
const BATCH: u32 = 10_000;
/// Clocks differ: a CRL begins this much before it is made.
const BACKDATING: Duration = Duration::from_mins(5);

/// What one build starts from.
struct Start {
    generation: i64,
    /// The CRL before.
    base: Option<CrlHead>,
    delta: Option<CrlHead>,
    whole: Option<Vec<CrlEntry>>,
    changes: Vec<Revocation>,
    /// Of a delta: what changed since its base.
    since: Vec<Revocation>,
}

impl Crls {
    /// Whether a change of the issuer's revocations concerns the partition.
    pub(super) async fn concerns(
        &self,
        issuer: &Issuer,
        signatory: &Signatory,
        shard: u32,
        due: Due,
        standing: &Standing,
    ) -> Result<bool, ServiceError> {
        let Some(base) = find(&standing.heads, &signatory.id, shard, CrlKind::Base) else { return Ok(true) };
        if due == Due::Whole || shard == 0 {
            return Ok(true);
        }
        let (id, from) = (issuer.id.clone(), base.generation);
        let changes = self
            .base
            .store
            .read("crl.changes", move |tx| Ok::<_, Failure>(changes_since(tx, &id, from, shard)?));
        Ok(!changes.await?.is_empty())
    }

    /// Makes the CRL of a partition, and its delta; says how many were kept.
    pub(super) async fn build(
        &self,
        issuer: &Issuer,
        settings: &CrlSettings,
        signatory: &Signatory,
        shard: u32,
        due: Due,
    ) -> Result<u64, ServiceError> {
        let (began, started_at) = (Instant::now(), self.base.clock.now());
        let outcome = self.attempt(issuer, settings, signatory, shard, due, began).await;
        let error = match &outcome {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
        self.metrics.generated(issuer.id.as_str(), error.is_none(), began.elapsed());
        if error.is_some() {
            let event = CrlEvent {
                id: CrlEventId::mint(&*self.base.ids),
                issuer_id: issuer.id.clone(),
                shard,
                kind: CrlKind::Base,
                number: 0,
                revoked_count: 0,
                duration_ms: milliseconds(began),
                started_at,
                error,
            };
            let noted =
                self.base.store.write("crl.failed", move |tx| Ok::<_, Failure>(tx.crls().add_event(&event)?));
            noted.await?;
        }
        outcome
    }

    async fn attempt(
        &self,
        issuer: &Issuer,
        settings: &CrlSettings,
        signatory: &Signatory,
        shard: u32,
        due: Due,
        began: Instant,
    ) -> Result<u64, ServiceError> {
        let now = self.base.clock.now();
        let place = (issuer.id.clone(), signatory.id.clone(), shard);
        let known = self.lists.lock().remove(&place);
        let known = if due == Due::Whole { None } else { known };
        let start =
            self.start(issuer, signatory, shard, known.as_ref().map(|known| known.generation)).await?;
        let number = self.number(&issuer.id).await?;
        let window = settings.delta.then(|| self.window(&start, now)).flatten();
        let plan = Plan {
            number,
            now,
            next_update: now.plus(self.options.validity),
            window,
            url: settings.base_url.as_ref().map(|root| match shard {
                0 => format!("{root}/crl/{}", issuer.id),
                shard => format!("{root}/crl/{}/{shard}", issuer.id),
            }),
            partial: shard != 0,
            certificate: signatory.certificate.clone(),
            key: Arc::clone(&signatory.authority.key),
        };
        let delta = settings.delta;
        // A million entries take a second.
        #[expect(clippy::disallowed_methods, reason = "awaited at once, so it is a part of this task")]
        let made = tokio::task::spawn_blocking(move || plan.make(known, start, delta)).await;
        let made = made.map_err(ServiceError::internal)?.map_err(ServiceError::internal)?;
        let duration_ms = milliseconds(began);
        let head = |kind, base, generation, revoked_count| CrlHead {
            slot: slot(&issuer.id, &signatory.id, shard, kind),
            number,
            base,
            generation,
            revoked_count,
            this_update: now.minus(BACKDATING),
            next_update: now.plus(self.options.validity),
            generated_at: now,
            generation_duration_ms: duration_ms,
        };
        let Made { base, delta, listed } = made;
        let count = u64::try_from(listed.list.len()).unwrap_or(u64::MAX);
        let mut all =
            vec![StoredCrl { head: head(CrlKind::Base, None, listed.generation, count), der: base }];
        if let Some((der, of, entries)) = delta {
            let entries = u64::try_from(entries).unwrap_or(u64::MAX);
            all.push(StoredCrl { head: head(CrlKind::Delta, Some(of), listed.generation, entries), der });
        }
        if shard == 0 && signatory.authority.active {
            let ends = now.plus(self.options.validity).unix_seconds();
            self.metrics.published(issuer.id.as_str(), number, count, ends);
        }
        let without_delta = (!settings.delta).then(|| slot(&issuer.id, &signatory.id, shard, CrlKind::Delta));
        let ids = Arc::clone(&self.base.ids);
        let kept = self.base.store.write("crl.put", move |tx| {
            let mut kept = 0;
            for crl in &all {
                if tx.crls().put(crl)? {
                    kept += 1;
                    tx.crls().add_event(&event(&*ids, crl))?;
                }
            }
            if let Some(slot) = &without_delta {
                tx.crls().remove(slot)?;
            }
            Ok::<_, Failure>(kept)
        });
        let kept = kept.await?;
        self.lists.lock().insert(place, listed);
        Ok(kept)
    }

    async fn number(&self, issuer: &IssuerId) -> Result<i64, ServiceError> {
        let id = issuer.clone();
        let next =
            self.base.store.write("crl.number", move |tx| Ok::<_, Failure>(tx.crls().next_number(&id)?));
        Ok(next.await?)
    }

    /// Reads what is new since `from`, or everything.
    async fn start(
        &self,
        issuer: &Issuer,
        signatory: &Signatory,
        shard: u32,
        from: Option<i64>,
    ) -> Result<Start, ServiceError> {
        let id = issuer.id.clone();
        let slots = [CrlKind::Base, CrlKind::Delta].map(|kind| slot(&issuer.id, &signatory.id, shard, kind));
        let read = self.base.store.read("crl.entries", move |tx| {
            let generation = tx.revocations().generation(&id)?;
            let [base, delta] = [tx.crls().head(&slots[0])?, tx.crls().head(&slots[1])?];
            let (whole, changes) = if let Some(from) = from {
                (None, changes_since(tx, &id, from, shard)?)
            } else {
                // What has ended stands in one more CRL after its end (RFC 5280 §3.3).
                let not_after_from =
                    base.as_ref().map_or(Timestamp::EPOCH, |head: &CrlHead| head.this_update);
                let scope = EntryScope { issuer: &id, shard: (shard != 0).then_some(shard), not_after_from };
                (Some(entries(tx, scope)?), Vec::new())
            };
            // A first delta continues the CRL that is being replaced.
            let of = delta.as_ref().and_then(|delta| delta.base).map(|of| of.generation);
            let since = match of.or(base.as_ref().map(|base| base.generation)) {
                Some(generation) => changes_since(tx, &id, generation, shard)?,
                None => Vec::new(),
            };
            Ok::<_, Failure>(Start { generation, base, delta, whole, changes, since })
        });
        Ok(read.await?)
    }

    /// What a delta continues: the base of the delta before for as long as somebody may hold it, then
    /// the CRL that is being replaced.
    fn window(&self, start: &Start, now: Timestamp) -> Option<DeltaBase> {
        let newest = start.base.as_ref()?;
        let replaced = DeltaBase { number: newest.number, generation: newest.generation };
        let fits = |delta: &&CrlHead| {
            delta.generated_at.plus(self.options.validity) > now && start.since.len() < usize::from(u16::MAX)
        };
        Some(start.delta.as_ref().filter(fits).and_then(|delta| delta.base).unwrap_or(replaced))
    }
}

/// Everything a build needs besides the entries.
struct Plan {
    number: i64,
    now: Timestamp,
    next_update: Timestamp,
    window: Option<DeltaBase>,
    url: Option<String>,
    partial: bool,
    certificate: Certificate,
    key: Arc<dyn Signer>,
}

struct Made {
    base: Vec<u8>,
    delta: Option<(Vec<u8>, DeltaBase, usize)>,
    listed: Listed,
}

impl Plan {
    fn make(&self, known: Option<Listed>, start: Start, delta: bool) -> Result<Made, certctl_pki::Error> {
        let Start { generation, whole, changes, since, .. } = start;
        let list = match (known, whole) {
            (Some(Listed { mut list, .. }), None) => {
                list.apply(changes.iter().map(change).collect::<Result<Vec<_>, _>>()?)?;
                list
            }
            (_, whole) => RevokedList::new(whole.unwrap_or_default())?,
        };
        let base = self.sign(&list, None, delta)?;
        let delta = match self.window {
            Some(of) => {
                let changed = since.iter().filter(|row| row.generation > of.generation);
                let entries = changed.map(delta_entry).collect::<Result<Vec<_>, _>>()?;
                let count = entries.len();
                Some((self.sign(&RevokedList::new(entries)?, Some(of), false)?, of, count))
            }
            None => None,
        };
        Ok(Made { base, delta, listed: Listed { list, generation } })
    }

    fn sign(
        &self,
        list: &RevokedList,
        of: Option<DeltaBase>,
        has_delta: bool,
    ) -> Result<Vec<u8>, certctl_pki::Error> {
        let freshest = self.url.as_ref().filter(|_| has_delta).map(|url| format!("{url}?delta=true"));
        let template = CrlTemplate {
            number: self.number.unsigned_abs(),
            this_update: self.now.minus(BACKDATING),
            next_update: self.next_update,
            delta_base: of.map(|of| of.number.unsigned_abs()),
            issuing_point: self.partial.then(|| IssuingPoint {
                urls: self.url.iter().cloned().collect(),
                ..IssuingPoint::default()
            }),
            freshest_crl_urls: freshest.into_iter().collect(),
            expired_since: None,
        };
        template.to_be_signed(list, &self.certificate, self.key.algorithm())?.sign(&*self.key)
    }
}

fn changes_since(
    tx: &mut dyn Tx,
    issuer: &IssuerId,
    generation: i64,
    shard: u32,
) -> Result<Vec<Revocation>, certctl_repository::StoreError> {
    let mut rows = tx.revocations().changed_since(issuer, generation, u32::MAX)?;
    rows.retain(|row| shard == 0 || row.crl_shard == shard);
    Ok(rows)
}

fn entries(tx: &mut dyn Tx, scope: EntryScope<'_>) -> Result<Vec<CrlEntry>, Failure> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let rows = tx.revocations().entries(scope, &after, BATCH)?;
        let Some(last) = rows.last() else { return Ok(all) };
        after.clone_from(&last.serial_number);
        for row in &rows {
            all.push(entry(row)?);
        }
    }
}

/// A number that cannot be read stops the build: leaving it out would call it good.
fn serial(text: &str) -> Result<Serial, certctl_pki::Error> {
    text.parse()
}

fn entry(row: &RevokedSerial) -> Result<CrlEntry, ServiceError> {
    Ok(CrlEntry {
        serial: serial(&row.serial_number).map_err(ServiceError::internal)?,
        revoked_at: row.revoked_at,
        reason: EntryReason::Revoked(row.reason),
        invalidity_date: row.invalidity_date,
    })
}

fn change(row: &Revocation) -> Result<RevokedListChange, certctl_pki::Error> {
    let serial = serial(&row.serial_number)?;
    Ok(if row.in_force() {
        RevokedListChange::Put(CrlEntry {
            serial,
            revoked_at: row.revoked_at,
            reason: EntryReason::Revoked(row.reason),
            invalidity_date: row.invalidity_date,
        })
    } else {
        RevokedListChange::Remove(serial)
    })
}

fn delta_entry(row: &Revocation) -> Result<CrlEntry, certctl_pki::Error> {
    let serial = serial(&row.serial_number)?;
    Ok(match row.released_at {
        Some(at) => CrlEntry::removed(serial, at),
        None => CrlEntry {
            serial,
            revoked_at: row.revoked_at,
            reason: EntryReason::Revoked(row.reason),
            invalidity_date: row.invalidity_date,
        },
    })
}

fn event(ids: &dyn certctl_domain::id::IdSource, crl: &StoredCrl) -> CrlEvent {
    let CrlHead { slot, number, revoked_count, generated_at, generation_duration_ms, .. } = &crl.head;
    CrlEvent {
        id: CrlEventId::mint(ids),
        issuer_id: slot.issuer_id.clone(),
        shard: slot.shard,
        kind: slot.kind,
        number: *number,
        revoked_count: *revoked_count,
        duration_ms: *generation_duration_ms,
        started_at: *generated_at,
        error: None,
    }
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
