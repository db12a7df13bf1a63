//! The OCSP responder as administrators look at it. Relying parties ask it in [`crate::relying_party`].

use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::ocsp::OcspResponder;

/// The responders of all issuers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspResponders {
    /// By issuer, newest first.
    pub rows: Vec<OcspResponder>,
    /// When this was read.
    pub generated_at: Timestamp,
}

/// Use cases around the OCSP responder.
#[async_trait]
pub trait OcspService: Send + Sync {
    /// The responders, current and former, for administrators.
    async fn responders(&self, who: &Actor) -> Result<OcspResponders, ServiceError>;
}
