//! Reads the CRLs that certificates in the inventory name, so that a leaf which its CA revoked does not
//! stay in use unseen.

use crate::certificate;
use crate::failure::Failure;
use crate::issuance::Trigger;
use crate::notification::{raise, stories};
use crate::support::{Foundation, audit_event};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_connector_api::ConnectorError;
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::{AgentId, IdSource};
use certctl_domain::revocation::{CaRevocation, RevocationReason};
use certctl_domain::version::CertificateVersion;
use certctl_pki::crl::{Crl, CrlEntry, EntryReason};
use certctl_pki::{Certificate, Serial};
use certctl_repository::{CrlLook, Tx, WatchedCrl};
use certctl_service_api::certificate::RenewOptions;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// CRLs of one round.
const BATCH: u32 = 50;
/// Leaves read at once.
const LEAVES: u32 = 500;
/// From one look to the next, unless the CRL ends before.
const PERIOD: Duration = Duration::from_hours(1);
/// A CRL that ends all the time is not read all the time.
const SHORTEST: Duration = Duration::from_mins(10);
/// Longest pause after failures.
const LONGEST: Duration = Duration::from_hours(6);

/// Where CRLs come from. Sizes, times and destinations are limited there.
#[async_trait]
pub trait CrlSource: Send + Sync + fmt::Debug {
    /// The CRL at `url`, DER.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ConnectorError>;
}

/// Looks at the CRLs of CAs outside certctl.
#[derive(Debug)]
pub struct ServedRevocation {
    base: Foundation,
    source: Arc<dyn CrlSource>,
    wakeups: Arc<Wakeups>,
}

/// What a look found.
#[derive(Default)]
struct Seen {
    revoked: u64,
    next_update: Option<Timestamp>,
    nobody_left: bool,
}

impl ServedRevocation {
    /// Over a store, reading from `source`.
    pub fn new(base: Foundation, source: Arc<dyn CrlSource>, wakeups: Arc<Wakeups>) -> Self {
        Self { base, source, wakeups }
    }

    async fn due(&self) -> Result<Vec<WatchedCrl>, ServiceError> {
        let now = self.base.clock.now();
        let due = self
            .base
            .store
            .read("crl_watch.due", move |tx| Ok::<_, Failure>(tx.crl_watch().due(now, BATCH)?));
        Ok(due.await?)
    }

    /// One look; what goes wrong with the CRL is recorded, what goes wrong with the database is returned.
    async fn look(&self, watched: WatchedCrl) -> Result<u64, ServiceError> {
        let now = self.base.clock.now();
        let WatchedCrl { url, ca_der, failures } = watched;
        let seen = self.read(&url, &ca_der, now).await?;
        let (found, next_check_at, failures, error) = match seen {
            Ok(seen) => {
                let ends = seen.next_update.unwrap_or_else(|| now.plus(PERIOD));
                let next = ends.min(now.plus(PERIOD)).max(now.plus(SHORTEST));
                (seen, next, 0, None)
            }
            Err(error) => {
                let pause = SHORTEST.saturating_mul(1 << failures.min(6)).min(LONGEST);
                tracing::warn!(url, error, "the CRL at {url} cannot be used: {error}");
                (Seen::default(), now.plus(pause), failures.saturating_add(1), Some(error))
            }
        };
        let (revoked, forget) = (found.revoked, found.nobody_left && error.is_none());
        let look = CrlLook { url, checked_at: now, next_check_at, failures, error };
        let recorded = self.base.store.write("crl_watch.looked", move |tx| {
            if forget {
                tx.crl_watch().forget(&look.url)?;
            } else {
                tx.crl_watch().looked(&look)?;
            }
            Ok::<_, Failure>(())
        });
        recorded.await?;
        Ok(revoked)
    }

    async fn read(
        &self,
        url: &str,
        ca_der: &[u8],
        now: Timestamp,
    ) -> Result<Result<Seen, String>, ServiceError> {
        let ca = Certificate::parse_der(ca_der).map_err(ServiceError::internal)?;
        let der = match self.source.fetch(url).await {
            Ok(der) => der,
            Err(error) => return Ok(Err(error.chain())),
        };
        #[expect(clippy::disallowed_methods, reason = "awaited at once, so it is a part of this task")]
        let crl = match tokio::task::spawn_blocking(move || Crl::parse(&der)).await {
            Ok(Ok(crl)) => crl,
            Ok(Err(error)) => return Ok(Err(error.to_string())),
            Err(error) => return Err(ServiceError::internal(error)),
        };
        if crl.is_delta() {
            return Ok(Err("it is a delta CRL".to_owned()));
        }
        if crl.verify_signed_by(&ca).is_err() {
            return Ok(Err(format!("it is not signed by `{}`, whose certificates name it", ca.subject())));
        }
        if crl.next_update().is_some_and(|ends| ends <= now) {
            return Ok(Err("it has ended and no newer one was published".to_owned()));
        }
        let mut seen = Seen { next_update: crl.next_update(), nobody_left: true, ..Seen::default() };
        let mut after = String::new();
        loop {
            let (wanted, from) = (url.to_owned(), after.clone());
            let leaves = self.base.store.read("crl_watch.leaves", move |tx| {
                Ok::<_, Failure>(tx.crl_watch().leaves(&wanted, now, &from, LEAVES)?)
            });
            let leaves = leaves.await?;
            let Some(last) = leaves.last() else { return Ok(Ok(seen)) };
            seen.nobody_left = false;
            after = last.id.to_string();
            for leaf in leaves {
                if let Some(entry) = listed(&leaf, &crl, &ca) {
                    seen.revoked += u64::from(self.mark(leaf, &entry, now).await?);
                }
            }
        }
    }

    /// Writes down, tells, and renews what the CA revoked; false when it was known.
    async fn mark(
        &self,
        leaf: CertificateVersion,
        entry: &CrlEntry,
        now: Timestamp,
    ) -> Result<bool, ServiceError> {
        let reason = match entry.reason {
            EntryReason::Revoked(reason) => reason,
            EntryReason::RemoveFromCrl => RevocationReason::Unspecified,
        };
        let seen = CaRevocation {
            version_id: leaf.id.clone(),
            certificate_id: leaf.certificate_id.clone(),
            reason,
            revoked_at: entry.revoked_at,
            seen_at: now,
        };
        let (ids, gate, guards) = (Arc::clone(&self.base.ids), self.base.approvals.clone(), self.base.guards);
        let marked = self.base.store.write("crl_watch.mark", move |tx| {
            if !tx.crl_watch().mark(&seen)? {
                return Ok(None);
            }
            let trigger = Trigger::new(&SYSTEM, "revoked_by_ca", &gate, guards);
            let wakes = tell(tx, &*ids, &leaf, reason, &trigger, now)?;
            Ok::<_, Failure>(Some(wakes))
        });
        let Some(wakes) = marked.await? else { return Ok(false) };
        for agent in &wakes {
            self.wakeups.wake_agent(agent);
        }
        Ok(true)
    }
}

static SYSTEM: std::sync::LazyLock<Actor> = std::sync::LazyLock::new(Actor::system);

fn tell(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    leaf: &CertificateVersion,
    reason: RevocationReason,
    trigger: &Trigger<'_>,
    now: Timestamp,
) -> Result<Vec<AgentId>, Failure> {
    let row = certificate::get(tx, &leaf.certificate_id)?;
    let details = json!({
        "version_id": leaf.id, "serial": leaf.serial_number, "reason": reason, "issuer_id": leaf.issuer_id,
    });
    let subject = ("certificate", row.id.as_str());
    tx.audit().append(&audit_event(ids, trigger.who, now, "certificate_revoked_by_ca", subject, &details))?;
    let newest = match &leaf.agent_id {
        Some(agent) => tx.versions().latest_of_agent(&row.id, agent)?,
        None => None,
    };
    let replaced = newest.is_some_and(|newest| newest.id != leaf.id);
    if replaced || matches!(row.status, CertificateStatus::Archived | CertificateStatus::Revoked) {
        return Ok(Vec::new());
    }
    raise::alert(tx, ids, stories::revoked_in_use(&row, reason.as_str()), now)?;
    let policy = crate::issuance::policy_of(tx, &row)?;
    if !policy.auto_renew || row.paused_at.is_some() {
        return Ok(Vec::new());
    }
    let id = row.id.clone();
    match certificate::renew(tx, ids, trigger, row, &RenewOptions::default(), now) {
        Ok(queued) => Ok(queued.into_iter().map(|job| job.agent_id).collect()),
        // Nobody holds its key, it is being renewed, a freeze: people were told, and decide.
        Err(Failure::Service(refused)) => {
            tracing::warn!(cert.id = %id, error = &refused as &dyn std::error::Error, "certificate {id} was revoked by its CA and is not renewed by itself");
            Ok(Vec::new())
        }
        Err(other) => Err(other),
    }
}

/// The entry of a leaf. One that another CA issued is not this CA's to revoke.
fn listed(leaf: &CertificateVersion, crl: &Crl, ca: &Certificate) -> Option<CrlEntry> {
    let serial: Serial = leaf.serial_number.parse().ok()?;
    let entry = crl.find(&serial)?;
    let chain = certctl_pki::parse_chain(&leaf.pem_chain).ok()?;
    let issued = chain.first().is_some_and(|certificate| certificate.verify_signed_by(ca).is_ok());
    issued.then_some(entry)
}

#[async_trait]
impl Reconciler for ServedRevocation {
    fn name(&self) -> &'static str {
        "served-revocation"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let due = match self.due().await {
            Ok(due) => due,
            Err(error) => return report.failed(&error),
        };
        for watched in due {
            if stop.stopping() {
                break;
            }
            match self.look(watched).await {
                Ok(revoked) => {
                    report.add("looked", 1);
                    report.add("revoked", revoked);
                }
                Err(error) => return report.failed(&error),
            }
        }
        report
    }
}
