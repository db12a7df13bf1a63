//! CRLs of our own CAs: made when something was revoked and on schedule, by one replica at a time,
//! kept in the database for every replica to serve.

mod build;
mod overview;
mod plan;
mod serve;

pub use serve::PublishedCrl;

use crate::failure::Failure;
use crate::live_issuers::LiveIssuers;
use crate::notification::{raise, stories};
use crate::support::Foundation;
use certctl_connector_api::issuer::{Authority, CrlSettings};
use certctl_domain::crl::{CrlHead, CrlKind, CrlSlot};
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::Issuer;
use certctl_pki::Certificate;
use certctl_pki::crl::RevokedList;
use certctl_repository::{IssuerFilter, PageRequest};
use certctl_service_api::ServiceError;
use certctl_telemetry::CrlMetrics;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Issuers of one page.
const ISSUERS: u32 = 100;
/// How long attempts are shown.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// Attempts that are forgotten in one go.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

/// Times of CRLs.
#[derive(Debug, Clone, Copy)]
pub struct CrlOptions {
    /// From `thisUpdate` to `nextUpdate`.
    pub validity: Duration,
    /// Age at which a CRL is made anew although nothing was revoked.
    pub interval: Duration,
}

/// Makes and finds CRLs.
#[derive(Debug)]
pub struct Crls {
    base: Foundation,
    issuers: Arc<LiveIssuers>,
    options: CrlOptions,
    metrics: CrlMetrics,
    /// The entries of the newest CRLs, so that a change costs no reading of all rows.
    lists: Mutex<HashMap<Place, Listed>>,
    served: serve::Served,
    /// One build at a time in a process; two of an issuer would only waste numbers.
    building: tokio::sync::Mutex<()>,
}

/// Issuer, CA and partition.
type Place = (IssuerId, String, u32);

/// Entries as of a state of the issuer's revocations.
#[derive(Debug)]
struct Listed {
    list: RevokedList,
    generation: i64,
}

/// A CA with what its CRLs need.
struct Signatory {
    id: String,
    certificate: Certificate,
    authority: Authority,
}

/// How an issuer's CRLs stand.
struct Standing {
    /// Number of the last change of its revocations.
    generation: i64,
    heads: Vec<CrlHead>,
}

/// Names a CA: lower-case hex SHA-256 over subject and key, so that a renewed certificate of the same
/// CA goes on where its predecessor ended.
pub(crate) fn authority_id(certificate: &Certificate) -> String {
    let mut bytes = certificate.subject().as_bytes().to_vec();
    bytes.push(0);
    bytes.extend_from_slice(certificate.spki_der());
    certctl_crypto::sha256_hex(&bytes)
}

impl Crls {
    /// Over a store and the connectors whose CAs sign.
    pub fn new(
        base: Foundation,
        issuers: Arc<LiveIssuers>,
        options: CrlOptions,
        metrics: CrlMetrics,
    ) -> Self {
        Self {
            base,
            issuers,
            options,
            metrics,
            lists: Mutex::default(),
            served: serve::Served::default(),
            building: tokio::sync::Mutex::default(),
        }
    }

    /// Makes every CRL that is missing, out of date or due; says how many were made. One issuer that
    /// fails does not hold the others up: the first error is returned at the end.
    pub(crate) async fn refresh_all(&self) -> Result<u64, ServiceError> {
        let (mut made, mut failed) = (0, None);
        for issuer in self.local_issuers().await? {
            match self.refresh(&issuer).await {
                Ok(count) => made += count,
                Err(error) => {
                    tracing::error!(issuer.id = %issuer.id, error = &error as &dyn std::error::Error, "the CRL of issuer {} could not be made", issuer.id);
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(made), Err)
    }

    /// Forgets attempts of long ago, a batch of them; returns how many.
    pub(crate) async fn forget_attempts(&self) -> Result<u64, ServiceError> {
        let before = self.base.clock.now().minus(REMEMBERED);
        let forget = self.base.store.write("crl.forget_attempts", move |tx| {
            Ok::<_, Failure>(tx.crls().purge_events(before, FORGOTTEN_AT_ONCE)?)
        });
        Ok(forget.await?)
    }

    async fn local_issuers(&self) -> Result<Vec<Issuer>, ServiceError> {
        let found = self.base.store.read("crl.issuers", |tx| {
            let (mut found, mut page) = (Vec::new(), PageRequest::first(ISSUERS));
            loop {
                let issuers = tx.issuers().list(&IssuerFilter::default(), &page)?;
                // One that issues no more still vouches for what it issued.
                found.extend(issuers.items.into_iter().filter(|issuer| issuer.kind.is_local()));
                match issuers.next {
                    Some(next) => page.after = Some(next),
                    None => return Ok::<_, Failure>(found),
                }
            }
        });
        Ok(found.await?)
    }

    /// Makes the CRLs of one issuer that are missing, out of date or due.
    async fn refresh(&self, issuer: &Issuer) -> Result<u64, ServiceError> {
        let _one_at_a_time = self.building.lock().await;
        let standing = self.standing(&issuer.id).await?;
        let (settings, signatories) = match self.signatories(issuer).await {
            Ok(found) => found,
            Err(error) => {
                self.tell_of_lapse(issuer, &standing).await?;
                return Err(error);
            }
        };
        let mut made = 0;
        for signatory in &signatories {
            for shard in plan::shards(&settings, &signatory.id, &standing.heads) {
                let now = self.base.clock.now();
                let due = plan::due(&standing, &signatory.id, shard, &settings, self.options, now);
                if due == plan::Due::Not || !self.concerns(issuer, signatory, shard, due, &standing).await? {
                    continue;
                }
                match self.build(issuer, &settings, signatory, shard, due).await {
                    Ok(count) => made += count,
                    Err(error) => {
                        self.tell_of_lapse(issuer, &standing).await?;
                        return Err(error);
                    }
                }
            }
        }
        Ok(made)
    }

    async fn standing(&self, issuer: &IssuerId) -> Result<Standing, ServiceError> {
        let id = issuer.clone();
        let read = self.base.store.read("crl.standing", move |tx| {
            Ok::<_, Failure>(Standing {
                generation: tx.revocations().generation(&id)?,
                heads: tx.crls().heads(Some(&id))?,
            })
        });
        Ok(read.await?)
    }

    async fn signatories(&self, issuer: &Issuer) -> Result<(CrlSettings, Vec<Signatory>), ServiceError> {
        let connector = self.issuers.connector(issuer)?;
        let unusable = |message: String| ServiceError::Upstream { message };
        let authorities = connector
            .authorities()
            .await
            .map_err(|error| unusable(format!("issuer {} cannot sign: {}", issuer.id, error.chain())))?;
        let signatories = authorities.into_iter().map(|authority| {
            let der = authority.chain_der.first().map(Vec::as_slice).unwrap_or_default();
            let certificate = Certificate::parse_der(der).map_err(|error| {
                unusable(format!("the CA certificate of issuer {} cannot be read: {error}", issuer.id))
            })?;
            Ok(Signatory { id: authority_id(&certificate), certificate, authority })
        });
        Ok((connector.crl_settings(), signatories.collect::<Result<_, ServiceError>>()?))
    }

    /// Says that a CRL ends soon and none follows it, once per incident.
    async fn tell_of_lapse(&self, issuer: &Issuer, standing: &Standing) -> Result<(), ServiceError> {
        let now = self.base.clock.now();
        let ends = standing.heads.iter().map(|head| head.next_update).min();
        let Some(ends) = ends.filter(|ends| *ends <= now.plus(self.options.validity / 4)) else {
            return Ok(());
        };
        let (issuer, ids) = (issuer.clone(), Arc::clone(&self.base.ids));
        let told = self.base.store.write("crl.lapse", move |tx| {
            Ok::<_, Failure>(raise::alert(tx, &*ids, stories::crl_lapse(&issuer, ends, now), now)?)
        });
        Ok(told.await?)
    }
}

fn slot(issuer: &IssuerId, authority: &str, shard: u32, kind: CrlKind) -> CrlSlot {
    CrlSlot { issuer_id: issuer.clone(), authority: authority.to_owned(), shard, kind }
}
