//! Singleton leases in the database.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::Leases;
use std::time::Duration;

/// Leases of one process.
#[derive(Debug)]
pub struct StoreLeases {
    base: Foundation,
    holder: String,
}

impl StoreLeases {
    /// For the process `holder`, a name no other process uses.
    pub const fn new(base: Foundation, holder: String) -> Self {
        Self { base, holder }
    }
}

#[async_trait]
impl Leases for StoreLeases {
    async fn acquire(&self, name: &str, span: Duration) -> Result<bool, ServiceError> {
        let (name, holder, now) = (name.to_owned(), self.holder.clone(), self.base.clock.now());
        let acquired = self
            .base
            .store
            .claim("lease.acquire", move |tx| {
                Ok::<_, Failure>(tx.leases().acquire(&name, &holder, now, span)?)
            })
            .await?;
        Ok(acquired)
    }

    async fn release(&self, name: &str) -> Result<(), ServiceError> {
        let (name, holder) = (name.to_owned(), self.holder.clone());
        self.base
            .store
            .write("lease.release", move |tx| Ok::<_, Failure>(tx.leases().release(&name, &holder)?))
            .await?;
        Ok(())
    }
}
