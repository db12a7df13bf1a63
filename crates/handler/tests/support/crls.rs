//! CRLs in memory.

use super::revocations::row;
use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::crl::{CrlEvent, CrlHead, CrlKind, CrlSlot, DeltaBase};
use certctl_domain::id::IssuerId;
use certctl_domain::revocation::{Revocation, RevocationReason};
use certctl_service_api::crl::{CachedCrl, CrlCache, CrlService, EntryQuery, IssuerCrls, PublishedList};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};

/// Knows the issuer `sample-1`, which publishes a CRL, and `sample-2`, which is outside.
pub(crate) struct Crls;

fn head(kind: CrlKind) -> CrlHead {
    CrlHead {
        slot: CrlSlot { issuer_id: sample::id("sample-1"), authority: "ab".repeat(32), shard: 0, kind },
        number: 12,
        base: (kind == CrlKind::Delta).then_some(DeltaBase { number: 11, generation: 6 }),
        generation: 7,
        revoked_count: 2,
        this_update: sample::time(1),
        next_update: sample::time(2),
        generated_at: sample::time(1),
        generation_duration_ms: 4,
    }
}

fn crls() -> IssuerCrls {
    let list = |kind, url: &str| PublishedList {
        head: head(kind),
        current: true,
        is_stale: false,
        url: Some(format!("http://pki.example.com/.well-known/pki/crl/{url}")),
    };
    IssuerCrls {
        issuer_id: sample::id("sample-1"),
        issuer_name: "Local CA".to_owned(),
        lists: vec![list(CrlKind::Base, "sample-1"), list(CrlKind::Delta, "sample-1?delta=true")],
        problem: None,
    }
}

#[async_trait]
impl CrlService for Crls {
    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<IssuerCrls>, ServiceError> {
        page_of(&[crls()], &page)
    }

    async fn get(&self, _: &Actor, issuer: &IssuerId) -> Result<IssuerCrls, ServiceError> {
        match issuer.as_str() {
            "sample-1" => Ok(crls()),
            _ => Err(ServiceError::not_found("CRL of issuer", issuer)),
        }
    }

    async fn entries(
        &self,
        who: &Actor,
        issuer: &IssuerId,
        query: EntryQuery,
        page: ListRequest,
    ) -> Result<Listing<Revocation>, ServiceError> {
        self.get(who, issuer).await?;
        let rows: Vec<_> = [row("rev-1", RevocationReason::KeyCompromise)]
            .into_iter()
            .filter(|row| query.partition.is_none_or(|partition| partition == row.crl_shard))
            .collect();
        page_of(&rows, &page)
    }

    async fn cache(&self, _: &Actor) -> Result<CrlCache, ServiceError> {
        let event = |number, error: Option<&str>| CrlEvent {
            id: sample::id("ce-1"),
            issuer_id: sample::id("sample-1"),
            shard: 0,
            kind: CrlKind::Base,
            number,
            revoked_count: 2,
            duration_ms: 4,
            started_at: sample::time(1),
            error: error.map(str::to_owned),
        };
        let none = CachedCrl {
            issuer_id: sample::id("sample-2"),
            list: None,
            is_stale: false,
            recent_events: Vec::new(),
        };
        let row = CachedCrl {
            issuer_id: sample::id("sample-1"),
            list: Some(head(CrlKind::Base)),
            is_stale: true,
            recent_events: vec![event(12, None), event(0, Some("the CA cannot sign"))],
        };
        Ok(CrlCache { rows: vec![row, none], generated_at: sample::time(3) })
    }
}
