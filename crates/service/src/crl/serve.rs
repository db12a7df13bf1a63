//! Finding a CRL for those who ask, from memory where nothing has changed.

use super::{Crls, plan};
use crate::failure::Failure;
use certctl_domain::crl::{CrlHead, CrlKind, StoredCrl};
use certctl_domain::id::IssuerId;
use certctl_service_api::ServiceError;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long an answer is given without a look at the database: a revocation is seen by every replica
/// well within two seconds.
const TRUSTED: Duration = Duration::from_millis(500);

/// A CRL as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCrl {
    /// What it is.
    pub head: CrlHead,
    /// DER.
    pub der: Arc<[u8]>,
}

/// What was served last.
#[derive(Debug, Default)]
pub(super) struct Served(Mutex<HashMap<(IssuerId, u32, CrlKind), Known>>);

#[derive(Debug, Clone)]
struct Known {
    crl: PublishedCrl,
    seen: Instant,
}

impl Crls {
    /// The newest CRL of the CA that issues now. Absent when the issuer has none: it is not known, is a
    /// CA outside certctl, or has no such partition or no deltas. One that is missing or has ended is
    /// made; one that has not ended is served although a newer one cannot be made.
    pub async fn find(
        &self,
        issuer: &IssuerId,
        shard: u32,
        kind: CrlKind,
    ) -> Result<Option<PublishedCrl>, ServiceError> {
        let key = (issuer.clone(), shard, kind);
        let known = self.served.0.lock().get(&key).cloned();
        let now = self.base.clock.now();
        if let Some(known) = &known
            && known.seen.elapsed() < TRUSTED
            && known.crl.head.next_update > now
        {
            return Ok(Some(known.crl.clone()));
        }
        let newest = match self.newest(issuer, shard, kind, known.as_ref()).await {
            // Still valid, whatever ails the database.
            Err(_) if known.as_ref().is_some_and(|known| known.crl.head.next_update > now) => {
                return Ok(known.map(|known| known.crl));
            }
            newest => newest?,
        };
        if let Some(crl) = &newest {
            self.served.0.lock().insert(key, Known { crl: crl.clone(), seen: Instant::now() });
        }
        Ok(newest)
    }

    async fn newest(
        &self,
        issuer: &IssuerId,
        shard: u32,
        kind: CrlKind,
        known: Option<&Known>,
    ) -> Result<Option<PublishedCrl>, ServiceError> {
        let id = issuer.clone();
        let row =
            self.base.store.read("crl.issuer", move |tx| Ok::<_, Failure>(tx.issuers().find(&id)?)).await?;
        let Some(row) = row.filter(|row| row.kind.is_local()) else { return Ok(None) };
        let heads = self.standing(issuer).await?.heads;
        let (settings, signatories) = self.signatories(&row).await?;
        // Its predecessors' lists are for those who hold what the predecessors signed.
        let Some(active) = signatories.first() else { return Ok(None) };
        let exists = plan::shards(&settings, &active.id, &heads).contains(&shard);
        if !exists || (kind == CrlKind::Delta && !settings.delta) {
            return Ok(None);
        }
        let now = self.base.clock.now();
        let current =
            plan::find(&heads, &active.id, shard, kind).filter(|head| head.next_update > now).cloned();
        if let Some(head) = current {
            return self.load(head, known).await;
        }
        self.refresh(&row).await?;
        let heads = self.standing(issuer).await?.heads;
        match plan::find(&heads, &active.id, shard, kind).cloned() {
            Some(head) => self.load(head, known).await,
            None => Ok(None),
        }
    }

    /// The CRL with this head; its bytes are read only when they are not known.
    async fn load(&self, head: CrlHead, known: Option<&Known>) -> Result<Option<PublishedCrl>, ServiceError> {
        if let Some(known) = known.filter(|known| known.crl.head == head) {
            return Ok(Some(known.crl.clone()));
        }
        let wanted = head.slot;
        let found =
            self.base.store.read("crl.find", move |tx| Ok::<_, Failure>(tx.crls().find(&wanted)?)).await?;
        Ok(found.map(|StoredCrl { head, der }| PublishedCrl { head, der: der.into() }))
    }
}
