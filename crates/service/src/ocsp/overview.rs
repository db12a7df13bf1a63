//! The responders as people look at them.

use super::Ocsp;
use crate::failure::Failure;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_service_api::ocsp::{OcspResponders, OcspService};
use certctl_service_api::{Actor, ServiceError};

#[async_trait]
impl OcspService for Ocsp {
    async fn responders(&self, who: &Actor) -> Result<OcspResponders, ServiceError> {
        who.require(Permission::AdminRead)?;
        let base = &self.0.base;
        let read = base.store.read("ocsp.responders", |tx| Ok::<_, Failure>(tx.ocsp().responders(None)?));
        Ok(OcspResponders { rows: read.await?, generated_at: base.clock.now() })
    }
}
