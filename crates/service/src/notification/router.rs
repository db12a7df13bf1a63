//! Turns alerts into notifications: one for each channel and recipient that the routing names.

use super::destinations::{Destination, Directory, Envelope, Party, notification};
use super::stories::Raised;
use crate::failure::Failure;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::IdSource;
use certctl_domain::notification::{Alert, IncidentPhase, NotificationType};
use certctl_repository::{Told, Tx};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::sync::Arc;
use std::time::Duration;

const BATCH: u32 = 100;
/// A trouble that goes on is told again to the same recipient after this time, not at each failure.
const REMINDER: Duration = Duration::from_hours(24);
/// Why triggers are cancelled.
const ENDED: &str = "the trouble was over before this was sent";

/// The router.
#[derive(Debug)]
pub struct NotificationRouter {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

/// What one batch did.
#[derive(Debug, Default, Clone, Copy)]
struct Batch {
    alerts: u64,
    queued: u64,
    cancelled: u64,
}

impl NotificationRouter {
    /// Over a store, poked when an alert is committed, waking the delivery.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }

    async fn oldest(&self) -> Result<Option<Timestamp>, ServiceError> {
        let waiting = self
            .base
            .store
            .read("notification.unrouted", move |tx| Ok::<_, Failure>(tx.alerts().oldest_unrouted()?));
        Ok(waiting.await?)
    }

    async fn batch(&self) -> Result<Batch, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        if self.oldest().await?.is_none() {
            return Ok(Batch::default());
        }
        // Another replica that routes the same alerts meets their keys, and begins again without them.
        let routed = self.base.store.write("notification.route", move |tx| {
            let alerts = tx.alerts().unrouted(BATCH)?;
            let directory = Directory::load(tx)?;
            let mut batch =
                Batch { alerts: u64::try_from(alerts.len()).unwrap_or(u64::MAX), ..Batch::default() };
            for alert in &alerts {
                route(tx, &*ids, &directory, alert, &mut batch, now)?;
            }
            let done: Vec<_> = alerts.into_iter().map(|alert| alert.id).collect();
            tx.alerts().routed(&done, now)?;
            Ok::<_, Failure>(batch)
        });
        Ok(routed.await?)
    }
}

/// Whether the end of a trouble is news for people, and not only for tools that keep it open.
const fn is_good_news(kind: NotificationType) -> bool {
    use NotificationType as T;
    matches!(
        kind,
        T::RenewalSuccess
            | T::DeploymentSuccess
            | T::AgentOnline
            | T::EndpointRecovered
            | T::IssuerRecovered
            | T::ChannelRecovered
    )
}

fn route(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    directory: &Directory,
    alert: &Alert,
    batch: &mut Batch,
    now: Timestamp,
) -> Result<(), Failure> {
    let party = Party::find(tx, alert.certificate_id.as_ref())?;
    // A channel cannot be told that it fails over itself.
    let about_channel =
        matches!(alert.kind, NotificationType::ChannelFailing | NotificationType::ChannelRecovered);
    let but = about_channel.then_some(&*alert.resource_id);
    let mut to = directory.destinations(alert.kind, alert.severity, &party, but);
    if let Some(incident) = &alert.incident {
        match incident.phase {
            IncidentPhase::Trigger => {
                let told = tx.notifications().told_of(&incident.key)?;
                to.retain(|to| !told.iter().any(|told| is_repetition(alert, to, told, now)));
            }
            IncidentPhase::Resolve => {
                batch.cancelled += tx.notifications().cancel_incident(&incident.key, ENDED)?;
                to.retain(|to| is_good_news(alert.kind) && !to.keeps_incidents());
                let told = tx.notifications().told_of(&incident.key)?.into_iter();
                let open = told.map(destination).filter(|to| to.keeps_incidents() && to.channel_id.is_some());
                to.extend(open);
            }
        }
    }
    for to in to {
        let ends = alert.incident.as_ref().is_some_and(|of| of.phase == IncidentPhase::Resolve);
        // What closes an incident wakes nobody, so it need not wait for the morning.
        let at_once = to.keeps_incidents() && ends;
        let not_before = if at_once { now } else { directory.routing.not_before(alert.severity, now) };
        let envelope = Envelope {
            alert_id: Some(alert.id.clone()),
            threshold_days: None,
            dedup_key: format!("{}/{}/{}", alert.id, to.key(), to.recipient),
            not_before,
        };
        let made = notification(ids, raised(alert), &to, envelope, now);
        batch.queued += u64::from(tx.notifications().insert(&made)?);
    }
    Ok(())
}

fn destination(told: Told) -> Destination {
    Destination { channel: told.channel, channel_id: told.channel_id, recipient: told.recipient }
}

/// The same was told to the same recipient not long ago, and the trouble has not ended since.
fn is_repetition(alert: &Alert, to: &Destination, told: &Told, now: Timestamp) -> bool {
    let same_recipient =
        told.channel == to.channel && told.channel_id == to.channel_id && told.recipient == to.recipient;
    same_recipient
        && told.reached
        && (told.kind, told.severity) == (alert.kind, alert.severity)
        && told.at.plus(REMINDER) > now
}

fn raised(alert: &Alert) -> Raised {
    Raised {
        kind: alert.kind,
        severity: alert.severity,
        resource: (alert.resource_type.clone().into(), alert.resource_id.clone()),
        certificate_id: alert.certificate_id.clone(),
        incident: alert.incident.clone(),
        story: alert.story.clone(),
    }
}

#[async_trait]
impl Reconciler for NotificationRouter {
    fn name(&self) -> &'static str {
        "notification-router"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        while !stop.stopping() {
            let batch = match self.batch().await {
                Ok(batch) => batch,
                Err(error) => return report.failed(&error),
            };
            report.add("alerts", batch.alerts);
            report.add("queued", batch.queued);
            report.add("cancelled", batch.cancelled);
            if batch.queued > 0 {
                self.wakeups.wake_notifications();
            }
            if batch.alerts < u64::from(BATCH) {
                break;
            }
        }
        report
    }

    async fn oldest_work(&self) -> Option<Timestamp> {
        self.oldest().await.ok().flatten()
    }

    async fn poked(&self) {
        self.wakeups.alerts_woken().await;
    }
}
