//! Who hears of an alert: channels by routing and policy, recipients by owner and team.

use crate::failure::Failure;
use certctl_domain::Timestamp;
use certctl_domain::certificate::Certificate;
use certctl_domain::id::{AlertId, CertificateId, ChannelId, IdSource, NotificationId, OwnerId, TeamId};
use certctl_domain::notification::{
    AlertSeverity, Channel, ChannelRef, Notification, NotificationChannel, NotificationStatus,
    NotificationType, Routing, RoutingInput,
};
use certctl_repository::Tx;
use std::collections::{BTreeMap, BTreeSet};

use super::routing::stored;
use super::stories::Raised;

/// One channel and one recipient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Destination {
    pub(super) channel: NotificationChannel,
    /// Absent when no channel of the kind is enabled, which delivery makes visible.
    pub(super) channel_id: Option<ChannelId>,
    pub(super) recipient: String,
}

impl Destination {
    /// The channel as told thresholds and dedup keys name it.
    pub(super) fn key(&self) -> String {
        self.channel_id.as_ref().map_or_else(|| self.channel.to_string(), ToString::to_string)
    }

    /// Whether it is a tool that keeps incidents open until it is told their end.
    pub(super) const fn keeps_incidents(&self) -> bool {
        matches!(self.channel, NotificationChannel::PagerDuty | NotificationChannel::OpsGenie)
    }
}

/// The people around an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Party {
    policy: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    owner: Option<OwnerId>,
    owner_email: Option<String>,
    team: Option<TeamId>,
}

impl Party {
    /// Of a certificate, if it still exists.
    pub(super) fn find(tx: &mut dyn Tx, certificate: Option<&CertificateId>) -> Result<Self, Failure> {
        let certificate = match certificate {
            Some(id) => tx.certificates().find(id)?,
            None => None,
        };
        certificate.map_or_else(|| Ok(Self::default()), |certificate| Self::of(tx, &certificate))
    }

    /// Of a certificate.
    pub(super) fn of(tx: &mut dyn Tx, certificate: &Certificate) -> Result<Self, Failure> {
        let policy = tx.renewal_policies().find(&certificate.renewal_policy_id)?;
        let owner = tx.owners().find(&certificate.owner_id)?;
        Ok(Self {
            policy: policy.map(|policy| policy.alert_channels).unwrap_or_default(),
            owner_email: owner.map(|owner| owner.email).filter(|email| !email.is_empty()),
            owner: Some(certificate.owner_id.clone()),
            team: Some(certificate.team_id.clone()),
        })
    }
}

/// Routing and channels as they are now.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) routing: Routing,
    channels: Vec<Channel>,
}

impl Directory {
    pub(super) fn load(tx: &mut dyn Tx) -> Result<Self, Failure> {
        let routing = stored(tx)?.routing;
        Ok(Self { routing, channels: tx.channels().all()? })
    }

    /// Everybody who hears of an event of this kind and severity, except over the channel `but`.
    pub(super) fn destinations(
        &self,
        kind: NotificationType,
        severity: AlertSeverity,
        party: &Party,
        but: Option<&str>,
    ) -> Vec<Destination> {
        let input = RoutingInput {
            kind,
            severity,
            policy: &party.policy,
            team: party.team.as_ref(),
            owner: party.owner.as_ref(),
        };
        let mut ways = BTreeSet::new();
        for wanted in self.routing.channels(input) {
            ways.extend(self.ways(&wanted, but));
        }
        let mails = self.mails(input, party);
        let mut found = Vec::new();
        for (channel, channel_id) in ways {
            let name = channel_id.as_ref().and_then(|id| self.channels.iter().find(|row| &row.id == id));
            let recipients = match channel {
                NotificationChannel::Email => mails.clone(),
                _ => BTreeSet::from([name.map(|row| row.name.clone()).unwrap_or_default()]),
            };
            found.extend(recipients.into_iter().map(|recipient| Destination {
                channel,
                channel_id: channel_id.clone(),
                recipient,
            }));
        }
        found
    }

    /// A kind stands for each enabled channel of it; without one, for a channel that is missing.
    fn ways(&self, wanted: &ChannelRef, but: Option<&str>) -> Vec<(NotificationChannel, Option<ChannelId>)> {
        let usable = self.channels.iter().filter(|row| Some(row.id.as_str()) != but);
        match wanted {
            ChannelRef::Kind(kind) => {
                let enabled: Vec<_> = usable
                    .filter(|row| row.kind == *kind && row.enabled)
                    .map(|row| (*kind, Some(row.id.clone())))
                    .collect();
                if enabled.is_empty() { vec![(*kind, None)] } else { enabled }
            }
            ChannelRef::Channel(id) => {
                let found: Vec<_> =
                    usable.filter(|row| row.id == *id).map(|row| (row.kind, Some(id.clone()))).collect();
                if found.is_empty() && Some(id.as_str()) != but {
                    tracing::warn!(channel.id = %id, "the routing names channel {id}, which does not exist");
                }
                found
            }
        }
    }

    /// The owner's address and those of owner and team; else those for what has none; else one that
    /// is empty, so that it can be seen that nobody was told.
    fn mails(&self, of: RoutingInput<'_>, party: &Party) -> BTreeSet<String> {
        let further = self.routing.emails(of).into_iter().map(str::to_owned);
        let mut mails: BTreeSet<_> = party.owner_email.iter().cloned().chain(further).collect();
        if mails.is_empty() {
            mails.extend(self.routing.emails.iter().cloned());
        }
        if mails.is_empty() {
            mails.insert(String::new());
        }
        mails
    }
}

/// What of a notification does not follow from its event and its destination.
pub(super) struct Envelope {
    pub(super) alert_id: Option<AlertId>,
    pub(super) threshold_days: Option<u32>,
    pub(super) dedup_key: String,
    pub(super) not_before: Timestamp,
}

/// A notification that waits for its delivery.
pub(super) fn notification(
    ids: &dyn IdSource,
    told: Raised,
    to: &Destination,
    envelope: Envelope,
    now: Timestamp,
) -> Notification {
    let (resource_type, resource_id) = told.resource;
    Notification {
        id: NotificationId::mint(ids),
        alert_id: envelope.alert_id,
        kind: told.kind,
        severity: told.severity,
        resource_type: resource_type.into_owned(),
        resource_id,
        certificate_id: told.certificate_id,
        channel: to.channel,
        channel_id: to.channel_id.clone(),
        recipient: to.recipient.clone(),
        story: told.story,
        incident: told.incident,
        threshold_days: envelope.threshold_days,
        dedup_key: envelope.dedup_key,
        status: NotificationStatus::Pending,
        delivery: None,
        retry_count: 0,
        next_retry_at: None,
        not_before: envelope.not_before,
        last_error: None,
        created_at: now,
        sent_at: None,
        read_at: None,
        lease: None,
        claims: 0,
    }
}
