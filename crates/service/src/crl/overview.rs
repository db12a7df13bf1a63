//! CRLs as people look at them.

use super::{Crls, Standing};
use crate::failure::Failure;
use crate::support::{listing, page_request};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::crl::{CrlHead, CrlKind};
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, IssuerKind};
use certctl_domain::revocation::Revocation;
use certctl_repository::{IssuerFilter, PageRequest, RevocationFilter, Tx};
use certctl_service_api::crl::{CachedCrl, CrlCache, CrlService, EntryQuery, IssuerCrls, PublishedList};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};

const LIST: &str = "crl";
/// Attempts that the cache view shows of each issuer.
const EVENTS: u32 = 5;
/// Issuers read at once.
const ISSUERS: u32 = 100;

/// What the connector of an issuer knows.
struct Authorities {
    /// Of the CA that issues now.
    current: Option<String>,
    base_url: Option<String>,
    problem: Option<String>,
}

impl Crls {
    /// An issuer that cannot sign at the moment is shown with what it published before.
    async fn authorities(&self, issuer: &Issuer) -> Authorities {
        match self.signatories(issuer).await {
            Ok((settings, signatories)) => Authorities {
                current: signatories.into_iter().next().map(|active| active.id),
                base_url: settings.base_url,
                problem: None,
            },
            Err(error) => Authorities { current: None, base_url: None, problem: Some(error.to_string()) },
        }
    }

    async fn shown(&self, issuer: Issuer, heads: Vec<CrlHead>) -> IssuerCrls {
        let Authorities { current, base_url, problem } = self.authorities(&issuer).await;
        let now = self.base.clock.now();
        // Without a look at its key, the newest undivided list tells which CA it is.
        let current = current.or_else(|| newest(&heads).map(|head| head.slot.authority.clone()));
        let mut lists: Vec<_> = heads
            .into_iter()
            .map(|head| {
                let current = current.as_ref() == Some(&head.slot.authority);
                let url = base_url.as_ref().filter(|_| current).map(|root| url(root, &head));
                PublishedList { is_stale: is_stale(&head, now), head, current, url }
            })
            .collect();
        lists.sort_by_key(|list| !list.current);
        IssuerCrls { issuer_id: issuer.id, issuer_name: issuer.name, lists, problem }
    }
}

fn url(root: &str, head: &CrlHead) -> String {
    let mut url = format!("{root}/crl/{}", head.slot.issuer_id);
    if head.slot.shard != 0 {
        url = format!("{url}/{}", head.slot.shard);
    }
    match head.slot.kind {
        CrlKind::Base => url,
        CrlKind::Delta => url + "?delta=true",
    }
}

fn is_stale(head: &CrlHead, now: Timestamp) -> bool {
    head.next_update <= now
}

/// The undivided CRL that was made last.
fn newest(heads: &[CrlHead]) -> Option<&CrlHead> {
    let undivided = |head: &&CrlHead| head.slot.shard == 0 && head.slot.kind == CrlKind::Base;
    heads.iter().filter(undivided).max_by_key(|head| head.number)
}

/// The issuer, if it is a CA of certctl.
fn local(tx: &mut dyn Tx, id: &IssuerId) -> Result<Issuer, Failure> {
    let found = tx.issuers().find(id)?.filter(|issuer| issuer.kind.is_local());
    found.ok_or_else(|| Failure::Service(ServiceError::not_found("CRL of issuer", id)))
}

#[async_trait]
impl CrlService for Crls {
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<IssuerCrls>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request(LIST, &page)?;
        let wanted = request.clone();
        let read = self.base.store.read("crl.list", move |tx| {
            let filter = IssuerFilter { kind: Some(IssuerKind::GenericCa), ..IssuerFilter::default() };
            let found = tx.issuers().list(&filter, &wanted)?;
            let mut heads = Vec::with_capacity(found.items.len());
            for issuer in &found.items {
                heads.push(tx.crls().heads(Some(&issuer.id))?);
            }
            Ok::<_, Failure>((found, heads))
        });
        let (found, heads) = read.await?;
        let Listing { items, total, page, per_page, next_cursor } = listing(LIST, &request, found);
        let mut shown = Vec::with_capacity(items.len());
        for (issuer, heads) in items.into_iter().zip(heads) {
            shown.push(self.shown(issuer, heads).await);
        }
        Ok(Listing { items: shown, total, page, per_page, next_cursor })
    }

    async fn get(&self, who: &Actor, issuer: &IssuerId) -> Result<IssuerCrls, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = issuer.clone();
        let row = self.base.store.read("crl.issuer", move |tx| local(tx, &id)).await?;
        let Standing { heads, .. } = self.standing(issuer).await?;
        Ok(self.shown(row, heads).await)
    }

    async fn entries(
        &self,
        who: &Actor,
        issuer: &IssuerId,
        query: EntryQuery,
        page: ListRequest,
    ) -> Result<Listing<Revocation>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let list = format!("crl-entries:{issuer}");
        let request = page_request(&list, &page)?;
        let (id, wanted) = (issuer.clone(), request.clone());
        let found = self.base.store.read("crl.shown_entries", move |tx| {
            local(tx, &id)?;
            // What has ended stands in one more CRL, as in the CRL itself.
            let published = tx.crls().heads(Some(&id))?;
            let filter = RevocationFilter {
                issuer_id: Some(id.clone()),
                in_force: Some(true),
                crl_shard: query.partition,
                not_after_from: newest(&published).map(|head| head.this_update),
                ..RevocationFilter::default()
            };
            Ok::<_, Failure>(tx.revocations().list(&filter, &wanted)?)
        });
        Ok(listing(&list, &request, found.await?))
    }

    async fn cache(&self, who: &Actor) -> Result<CrlCache, ServiceError> {
        who.require(Permission::AdminRead)?;
        let now = self.base.clock.now();
        let read = self.base.store.read("crl.cache", move |tx| {
            let (mut rows, mut page) = (Vec::new(), PageRequest::first(ISSUERS));
            loop {
                let issuers = tx.issuers().list(&IssuerFilter::default(), &page)?;
                for issuer in &issuers.items {
                    let list = newest(&tx.crls().heads(Some(&issuer.id))?).cloned();
                    let recent_events = tx.crls().events(&issuer.id, EVENTS)?;
                    let is_stale = list.as_ref().is_some_and(|head| is_stale(head, now));
                    rows.push(CachedCrl { issuer_id: issuer.id.clone(), list, is_stale, recent_events });
                }
                match issuers.next {
                    Some(next) => page.after = Some(next),
                    None => return Ok::<_, Failure>(rows),
                }
            }
        });
        let mut rows = read.await?;
        rows.sort_by(|a, b| a.issuer_id.cmp(&b.issuer_id));
        Ok(CrlCache { rows, generated_at: now })
    }
}
