//! CRLs as people look at them. Relying parties get them where certificates say.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::crl::{CrlEvent, CrlHead};
use certctl_domain::id::IssuerId;
use certctl_domain::revocation::Revocation;

/// One CRL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedList {
    /// What it is.
    pub head: CrlHead,
    /// Whether the CA that issues now signs it; a predecessor's is for what the predecessor issued.
    pub current: bool,
    /// Whether its time is over and none has followed.
    pub is_stale: bool,
    /// Where relying parties get it, if that is known.
    pub url: Option<String>,
}

/// The CRLs of one issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerCrls {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Its name.
    pub issuer_name: String,
    /// By CA, partition and kind, those of the CA that issues now first.
    pub lists: Vec<PublishedList>,
    /// Why no new ones can be made; absent when they can.
    pub problem: Option<String>,
}

impl IssuerCrls {
    /// The undivided CRL of the CA that issues now.
    pub fn main(&self) -> Option<&PublishedList> {
        use certctl_domain::crl::CrlKind;
        self.lists
            .iter()
            .find(|list| list.current && list.head.slot.shard == 0 && list.head.slot.kind == CrlKind::Base)
    }
}

/// How the CRLs of one issuer are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedCrl {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Its newest undivided CRL.
    pub list: Option<CrlHead>,
    /// Whether its time is over.
    pub is_stale: bool,
    /// The latest attempts, newest first.
    pub recent_events: Vec<CrlEvent>,
}

/// How the CRLs of all issuers are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlCache {
    /// One row per issuer, by id.
    pub rows: Vec<CachedCrl>,
    /// When this was read.
    pub generated_at: Timestamp,
}

/// Which entries of a CRL are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryQuery {
    /// Those of one partition.
    pub partition: Option<u32>,
}

/// Use cases around CRLs.
#[async_trait]
pub trait CrlService: Send + Sync {
    /// The CRLs of each CA of certctl, a page of issuers, newest first.
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<IssuerCrls>, ServiceError>;
    /// The CRLs of one issuer. `NotFound` also when it is a CA outside certctl.
    async fn get(&self, who: &Actor, issuer: &IssuerId) -> Result<IssuerCrls, ServiceError>;
    /// What the next CRL of an issuer lists, from the database, newest first.
    async fn entries(
        &self,
        who: &Actor,
        issuer: &IssuerId,
        query: EntryQuery,
        page: ListRequest,
    ) -> Result<Listing<Revocation>, ServiceError>;
    /// How CRLs are made, for administrators: every issuer, with its latest attempts.
    async fn cache(&self, who: &Actor) -> Result<CrlCache, ServiceError>;
}
