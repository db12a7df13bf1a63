//! Tells that leaves come near their end, by the thresholds of the renewal policy. Each certificate
//! has a time of its next look, so what is not due costs nothing.

mod leaf;

use super::destinations::{Destination, Directory, Envelope, Party, notification};
use super::stories;
use crate::failure::Failure;
use crate::issuance;
use crate::support::{Foundation, audit_event};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource};
use certctl_domain::notification::{AlertSeverity, NotificationType};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{ExpiryLook, ToldThreshold, Tx};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use certctl_telemetry::{ExpiryAlertMetrics, ExpiryAlertResult};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

const BATCH: u32 = 100;
/// In the place of a channel: that a threshold has none was noted.
const NOBODY: &str = "none";

/// The expiry alerts.
#[derive(Debug)]
pub struct ExpiryAlerts {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    metrics: Arc<ExpiryAlertMetrics>,
}

impl ExpiryAlerts {
    /// Over a store, waking the delivery.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>, metrics: Arc<ExpiryAlertMetrics>) -> Self {
        Self { base, wakeups, metrics }
    }

    async fn due(&self, after: Option<ExpiryLook>, limit: u32) -> Result<Vec<ExpiryLook>, ServiceError> {
        let now = self.base.clock.now();
        let due = self.base.store.read("expiry.due", move |tx| {
            Ok::<_, Failure>(tx.expiry_looks().due(now, after.as_ref(), limit)?)
        });
        Ok(due.await?)
    }

    /// One transaction each: a certificate that somebody else is changing delays no other.
    async fn look(&self, id: &CertificateId) -> Result<u64, ServiceError> {
        let (now, ids, id) = (self.base.clock.now(), Arc::clone(&self.base.ids), id.clone());
        let metrics = Arc::clone(&self.metrics);
        let told = self.base.store.write("expiry.look", move |tx| {
            // What has happened to it since made it due again, or had it told by another replica.
            let due = tx.expiry_looks().find(&id)?.is_some_and(|look| look.due_at <= now);
            let certificate = if due { tx.certificates().find(&id)? } else { None };
            match certificate {
                Some(certificate) => Look { ids: &*ids, metrics: &metrics, now }.at(tx, &certificate),
                None => Ok(0),
            }
        });
        Ok(told.await?)
    }
}

/// One look at one certificate.
struct Look<'a> {
    ids: &'a dyn IdSource,
    metrics: &'a Arc<ExpiryAlertMetrics>,
    now: Timestamp,
}

/// A threshold that is crossed.
#[derive(Clone, Copy)]
struct Crossed {
    days: u32,
    severity: AlertSeverity,
}

impl Look<'_> {
    /// Tells what is to be told and plans the next look; returns how many notifications it made.
    fn at(&self, tx: &mut dyn Tx, certificate: &Certificate) -> Result<u64, Failure> {
        let quiet = matches!(certificate.status, CertificateStatus::Archived | CertificateStatus::Revoked);
        let leaf = if quiet { None } else { leaf::current(tx, certificate)? };
        let Some(leaf) = leaf else {
            tx.expiry_looks().plan(&certificate.id, None)?;
            return Ok(0);
        };
        let policy = issuance::policy_of(tx, certificate)?;
        let thresholds = leaf::thresholds(&policy, &leaf);
        let next =
            thresholds.iter().map(|days| leaf::crossing(&leaf, *days)).filter(|at| *at > self.now).min();
        tx.expiry_looks().plan(&certificate.id, next)?;
        let crossed = thresholds.into_iter().filter(|days| leaf::crossing(&leaf, *days) <= self.now);
        let crossed: Vec<_> =
            crossed.map(|days| Crossed { days, severity: leaf::severity(&policy, days) }).collect();
        if crossed.is_empty() {
            return Ok(0);
        }
        let (directory, party) = (Directory::load(tx)?, Party::of(tx, certificate)?);
        let mut handled = std::collections::BTreeSet::new();
        let mut made = 0;
        // The most urgent first; each channel hears of one at most.
        for (nth, threshold) in crossed.into_iter().enumerate() {
            let kind = NotificationType::ExpirationWarning;
            let mut channels: BTreeMap<String, Vec<Destination>> = BTreeMap::new();
            for to in directory.destinations(kind, threshold.severity, &party, None) {
                channels.entry(to.key()).or_default().push(to);
            }
            if channels.is_empty() && nth == 0 {
                self.note_nobody(tx, certificate, &leaf, threshold)?;
            }
            for (channel, to) in channels {
                if handled.insert(channel.clone()) {
                    made += self.tell(tx, (certificate, &leaf), threshold, (&channel, &to), &directory)?;
                }
            }
        }
        Ok(made)
    }

    fn tell(
        &self,
        tx: &mut dyn Tx,
        (certificate, leaf): (&Certificate, &CertificateVersion),
        threshold: Crossed,
        (channel, to): (&str, &[Destination]),
        directory: &Directory,
    ) -> Result<u64, Failure> {
        let kind = to.first().map_or(NOBODY, |to| to.channel.as_str());
        let told = tx.notifications().told_threshold(&certificate.id, &leaf.id, channel)?;
        if told.is_some_and(|told| told <= threshold.days)
            || !self.remember(tx, leaf, threshold.days, channel)?
        {
            self.count(tx, kind, threshold.days, ExpiryAlertResult::Deduped);
            return Ok(0);
        }
        let mut made = 0;
        for to in to {
            let envelope = Envelope {
                alert_id: None,
                threshold_days: Some(threshold.days),
                dedup_key: format!("expiry/{}/{}/{channel}/{}", leaf.id, threshold.days, to.recipient),
                not_before: directory.routing.not_before(threshold.severity, self.now),
            };
            let raised = stories::expiry(certificate, leaf, threshold.days, threshold.severity, self.now);
            let queued = notification(self.ids, raised, to, envelope, self.now);
            made += u64::from(tx.notifications().insert(&queued)?);
        }
        self.audit(tx, "expiration_alert_sent", certificate, leaf, threshold, Some(kind))?;
        self.count(tx, kind, threshold.days, ExpiryAlertResult::Success);
        Ok(made)
    }

    /// Says once that nobody hears of a threshold.
    fn note_nobody(
        &self,
        tx: &mut dyn Tx,
        certificate: &Certificate,
        leaf: &CertificateVersion,
        threshold: Crossed,
    ) -> Result<(), Failure> {
        if self.remember(tx, leaf, threshold.days, NOBODY)? {
            let action = "expiration_alert_skipped_no_channels";
            self.audit(tx, action, certificate, leaf, threshold, None)?;
        }
        Ok(())
    }

    fn remember(
        &self,
        tx: &mut dyn Tx,
        leaf: &CertificateVersion,
        threshold_days: u32,
        channel: &str,
    ) -> Result<bool, Failure> {
        let told = ToldThreshold {
            certificate_id: leaf.certificate_id.clone(),
            version_id: leaf.id.clone(),
            threshold_days,
            channel: channel.to_owned(),
        };
        Ok(tx.notifications().tell_threshold(&told, self.now)?)
    }

    fn audit(
        &self,
        tx: &mut dyn Tx,
        action: &str,
        certificate: &Certificate,
        leaf: &CertificateVersion,
        threshold: Crossed,
        channel: Option<&str>,
    ) -> Result<(), Failure> {
        let details = json!({
            "threshold_days": threshold.days, "severity_tier": threshold.severity,
            "days_until_expiry": leaf.not_after.since(self.now).as_secs() / 86_400,
            "version_id": leaf.id, "channel": channel,
        });
        let subject = ("certificate", certificate.id.as_str());
        let event = audit_event(self.ids, &Actor::system(), self.now, action, subject, &details);
        Ok(tx.audit().append(&event)?)
    }

    /// Counts once it is committed.
    fn count(&self, tx: &mut dyn Tx, channel: &str, days: u32, result: ExpiryAlertResult) {
        let (metrics, channel) = (Arc::clone(self.metrics), channel.to_owned());
        tx.after_commit(Box::new(move || metrics.told(&channel, days, result)));
    }
}

#[async_trait]
impl Reconciler for ExpiryAlerts {
    fn name(&self) -> &'static str {
        "expiry-alerts"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let mut after = None;
        while !stop.stopping() {
            let due = match self.due(after, BATCH).await {
                Ok(due) => due,
                Err(error) => return report.failed(&error),
            };
            let last = due.len() < BATCH as usize;
            after = due.last().cloned();
            let mut queued = 0;
            for look in &due {
                match self.look(&look.certificate_id).await {
                    Ok(made) => queued += made,
                    Err(error @ ServiceError::Unavailable(_)) => return report.failed(&error),
                    Err(error) => {
                        let id = &look.certificate_id;
                        self.metrics.failed();
                        report.add("failed", 1);
                        tracing::error!(cert.id = %id, error = &error as &dyn std::error::Error, "cannot look at the end of certificate {id}");
                    }
                }
            }
            report.add("looked_at", u64::try_from(due.len()).unwrap_or(u64::MAX));
            report.add("queued", queued);
            if queued > 0 {
                self.wakeups.wake_notifications();
            }
            if last {
                break;
            }
        }
        report
    }
    async fn oldest_work(&self) -> Option<Timestamp> {
        let first = self.due(None, 1).await.ok()?;
        first.into_iter().next().map(|look| look.due_at)
    }
}
