//! Tells CAs outside certctl of what was revoked, until they know.

use crate::failure::Failure;
use crate::live_issuers::LiveIssuers;
use crate::support::{Foundation, audit_event};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_connector_api::issuer::RevocationOrder;
use certctl_domain::Timestamp;
use certctl_domain::retry::{Backoff, FailureClass};
use certctl_domain::revocation::{IssuerNotice, Revocation};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Revocations of one round.
const BATCH: u32 = 100;
/// For most of a day; then a person has to look. Asking for the revocation again starts anew.
const BACKOFF: Backoff = Backoff {
    base: Duration::from_secs(30),
    factor: 2.0,
    cap: Duration::from_hours(1),
    jitter: 0.0,
    max_attempts: 24,
};
/// Longest wait for one CA.
const PATIENCE: Duration = Duration::from_mins(1);

/// Tells CAs.
#[derive(Debug)]
pub struct RevocationNotices {
    base: Foundation,
    issuers: Arc<LiveIssuers>,
    wakeups: Arc<Wakeups>,
}

impl RevocationNotices {
    /// Over a store and the connectors of the CAs.
    pub const fn new(base: Foundation, issuers: Arc<LiveIssuers>, wakeups: Arc<Wakeups>) -> Self {
        Self { base, issuers, wakeups }
    }

    async fn due(&self) -> Result<Vec<Revocation>, ServiceError> {
        let now = self.base.clock.now();
        let due = self.base.store.read("revocation.to_notify", move |tx| {
            Ok::<_, Failure>(tx.revocations().to_notify(now, BATCH)?)
        });
        Ok(due.await?)
    }

    /// Tells the CA of one; returns whether it knows now.
    async fn tell(&self, revocation: Revocation) -> Result<bool, ServiceError> {
        let told =
            tokio::time::timeout(PATIENCE, self.attempt(&revocation)).await.unwrap_or_else(|_elapsed| {
                Err((FailureClass::Transient, "the CA did not answer in time".to_owned()))
            });
        let now = self.base.clock.now();
        let notice = after(&revocation.notice, told.as_ref().err(), now);
        let (ids, known) = (Arc::clone(&self.base.ids), notice.notified);
        let recorded = self.base.store.write("revocation.notice", move |tx| {
            tx.revocations().record_notice(&revocation.id, &notice)?;
            if notice.next_attempt_at.is_none() {
                let action = if notice.notified { "issuer_notified" } else { "issuer_not_notified" };
                let details = json!({
                    "issuer_id": revocation.issuer_id, "serial": revocation.serial_number,
                    "attempts": notice.attempts, "error": notice.last_error,
                });
                let subject = ("revocation", revocation.id.as_str());
                tx.audit().append(&audit_event(&*ids, &Actor::system(), now, action, subject, &details))?;
            }
            Ok::<_, Failure>(())
        });
        recorded.await?;
        Ok(known)
    }

    async fn attempt(&self, revocation: &Revocation) -> Result<(), (FailureClass, String)> {
        let broken = |error: ServiceError| (FailureClass::Transient, error.to_string());
        let (issuer, certificate, serial) = (
            revocation.issuer_id.clone(),
            revocation.certificate_id.clone(),
            revocation.serial_number.clone(),
        );
        let read = self.base.store.read("revocation.order", move |tx| {
            let row = tx.issuers().find(&issuer)?;
            let versions = match &certificate {
                Some(id) => tx.versions().valid_at(id, Timestamp::EPOCH)?,
                None => Vec::new(),
            };
            let pem = versions.into_iter().find(|version| version.serial_number == serial);
            Ok::<_, Failure>((row, pem.map(|version| version.pem_chain)))
        });
        let (row, pem) = read.await.map_err(|failure| broken(failure.into()))?;
        let Some(row) = row else { return Err((FailureClass::Permanent, "the issuer is gone".to_owned())) };
        let connector = self.issuers.connector(&row).map_err(broken)?;
        let Some(revoker) = connector.revoker() else {
            let message = format!("issuer {} cannot be told of revocations; revoke there by hand", row.id);
            return Err((FailureClass::Permanent, message));
        };
        let leaf = pem.and_then(|pem| certctl_pki::parse_chain(&pem).ok()?.into_iter().next());
        let order = RevocationOrder {
            serial_number: revocation.serial_number.clone(),
            certificate_der: leaf.map(|leaf| leaf.der().to_vec()),
            reason: revocation.reason,
        };
        revoker.revoke(&order).await.map_err(|error| (error.class, error.chain()))
    }
}

/// How a notice stands after an attempt.
fn after(before: &IssuerNotice, failed: Option<&(FailureClass, String)>, now: Timestamp) -> IssuerNotice {
    let attempts = before.attempts + 1;
    let Some((class, message)) = failed else {
        return IssuerNotice { notified: true, attempts, ..IssuerNotice::default() };
    };
    let pause = BACKOFF.next(attempts, *class, 0.0);
    IssuerNotice {
        notified: false,
        attempts,
        next_attempt_at: pause.map(|pause| now.plus(pause)),
        last_error: Some(message.chars().take(500).collect()),
    }
}

#[async_trait]
impl Reconciler for RevocationNotices {
    fn name(&self) -> &'static str {
        "revocation-notices"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let due = match self.due().await {
            Ok(due) => due,
            Err(error) => return report.failed(&error),
        };
        for revocation in due {
            if stop.stopping() {
                break;
            }
            match self.tell(revocation).await {
                Ok(true) => report.add("told", 1),
                Ok(false) => report.add("failed", 1),
                Err(error) => return report.failed(&error),
            }
        }
        report
    }

    async fn poked(&self) {
        self.wakeups.notices_woken().await;
    }
}
