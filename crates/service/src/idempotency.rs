//! Requests that may be sent again under the same key.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::idempotency::{IdempotencyKey, KeptAnswer};
use certctl_service_api::ServiceError;
use certctl_service_api::idempotency::{Begun, Claim, IdempotencyService, KeyedRequest};
use std::time::Duration;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);

/// The keys of every caller.
#[derive(Debug)]
pub struct IdempotencyKeys {
    base: Foundation,
    under_way: Duration,
}

impl IdempotencyKeys {
    /// A key whose request neither ended nor failed within `under_way` can be used again: its process
    /// is gone.
    pub const fn new(base: Foundation, under_way: Duration) -> Self {
        Self { base, under_way }
    }

    fn row(&self, claim: Claim) -> IdempotencyKey {
        let Claim { request, body_sha256, at } = claim;
        let KeyedRequest { principal, key, request } = request;
        let expires_at = at.plus(self.under_way);
        IdempotencyKey { principal, key, request, body_sha256, answer: None, claimed_at: at, expires_at }
    }
}

#[async_trait]
impl IdempotencyService for IdempotencyKeys {
    async fn begin(&self, request: KeyedRequest, body: &[u8]) -> Result<Begun, ServiceError> {
        let body_sha256 = certctl_crypto::sha256_hex(body);
        let claim = Claim { request, body_sha256, at: self.base.clock.now() };
        let row = self.row(claim.clone());
        let wanted = row.clone();
        let taken = self
            .base
            .store
            .write("idempotency.begin", move |tx| Ok::<_, Failure>(tx.idempotency_keys().claim(&wanted)?));
        Ok(match taken.await? {
            None => Begun::Run(claim),
            Some(known) if (&known.request, &known.body_sha256) != (&row.request, &row.body_sha256) => {
                Begun::Reused
            }
            Some(IdempotencyKey { answer: Some(answer), .. }) => Begun::Replay(answer),
            Some(_) => Begun::InProgress,
        })
    }

    async fn settle(&self, claim: Claim, answer: KeptAnswer) -> Result<(), ServiceError> {
        let (row, expires_at) = (self.row(claim), self.base.clock.now().plus(KEPT));
        let settled = self.base.store.write("idempotency.settle", move |tx| {
            Ok::<_, Failure>(tx.idempotency_keys().settle(&row, &answer, expires_at)?)
        });
        settled.await?;
        Ok(())
    }

    async fn release(&self, claim: Claim) -> Result<(), ServiceError> {
        let row = self.row(claim);
        let released = self
            .base
            .store
            .write("idempotency.release", move |tx| Ok::<_, Failure>(tx.idempotency_keys().release(&row)?));
        released.await?;
        Ok(())
    }
}
