//! A server that can be told to be out of order.

use async_trait::async_trait;
use certctl_service_api::ServiceError;
use certctl_service_api::system::SystemService;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Default)]
pub(crate) struct System {
    pub(crate) broken: AtomicBool,
}

#[async_trait]
impl SystemService for System {
    async fn ready(&self) -> Result<(), ServiceError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(ServiceError::Unavailable("connection refused by db.internal:5432".into()));
        }
        Ok(())
    }
}
