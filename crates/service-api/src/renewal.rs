//! What happens to a certificate by itself, and stopping that.

use crate::certificate::CertificateView;
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::explanation::{Blocker, HolderStep, Step};
use certctl_domain::id::CertificateId;

/// What happens to a certificate next, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// The instant of the answer.
    pub at: Timestamp,
    /// What happens first.
    pub step: Step,
    /// What happens to the leaf of each agent that holds, or will hold, a key.
    pub holders: Vec<HolderStep>,
    /// What stands in the way, or will.
    pub blockers: Vec<Blocker>,
}

/// Use cases around renewals that happen by themselves.
#[async_trait]
pub trait RenewalService: Send + Sync {
    /// What happens to a certificate next, which rule says so, and what stands in the way. The
    /// renewal sweep decides with the same function.
    async fn explain(&self, who: &Actor, id: &CertificateId) -> Result<Explanation, ServiceError>;
    /// Stops everything automatic, for a reason of 1 to 500 characters. A paused certificate stays
    /// as it is. Issuances that are under way go on.
    async fn pause(
        &self,
        who: &Actor,
        id: &CertificateId,
        reason: String,
    ) -> Result<CertificateView, ServiceError>;
    /// Lets a paused certificate be renewed again, at once when it is due.
    async fn unpause(&self, who: &Actor, id: &CertificateId) -> Result<CertificateView, ServiceError>;
}
