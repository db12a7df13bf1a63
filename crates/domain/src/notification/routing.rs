//! Which channels hear of what.

use super::{AlertSeverity, ChannelRef, NotificationChannel, NotificationType};
use crate::Timestamp;
use crate::id::{OwnerId, TeamId};
use crate::renewal::MaintenanceWindow;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The routing matrix with what surrounds it. There is one, and it can be replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// Cells of the matrix that differ from `defaults`.
    pub cells: Vec<Cell>,
    /// Channels by severity where no cell says otherwise; a severity that is missing has none.
    pub defaults: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Mail addresses for what has no owner with an address.
    pub emails: Vec<String>,
    /// Further channels and addresses for what belongs to a team.
    pub teams: BTreeMap<TeamId, Recipients>,
    /// Further channels and addresses for what belongs to an owner, beside the owner's own address.
    pub owners: BTreeMap<OwnerId, Recipients>,
    /// When informational notifications wait.
    pub quiet_hours: QuietHours,
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Row.
    #[serde(rename = "type")]
    pub kind: NotificationType,
    /// Column.
    pub severity: AlertSeverity,
    /// Who hears of it; nobody when empty.
    pub channels: Vec<ChannelRef>,
}

/// Further channels and mail addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients {
    /// Channels beside those of the matrix.
    pub channels: Vec<ChannelRef>,
    /// Mail addresses beside the owner's.
    pub emails: Vec<String>,
}

/// Weekly local hours in which informational notifications wait for the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QuietHours(pub Vec<MaintenanceWindow>);

/// What the routing of one alert depends on.
#[derive(Debug, Clone, Copy)]
pub struct RoutingInput<'a> {
    /// What it is about.
    pub kind: NotificationType,
    /// Urgency.
    pub severity: AlertSeverity,
    /// Channels of the certificate's renewal policy; empty when there is none or it has none.
    pub policy: &'a BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Team of the certificate.
    pub team: Option<&'a TeamId>,
    /// Owner of the certificate.
    pub owner: Option<&'a OwnerId>,
}

impl Default for Routing {
    /// Mail for every severity, revocations to webhooks too, and no mail for each deployment that works.
    fn default() -> Self {
        let mail = vec![ChannelRef::Kind(NotificationChannel::Email)];
        let mail_and_hooks = vec![
            ChannelRef::Kind(NotificationChannel::Email),
            ChannelRef::Kind(NotificationChannel::Webhook),
        ];
        let cell = |kind, severity, channels| Cell { kind, severity, channels };
        Self {
            cells: vec![
                cell(NotificationType::DeploymentSuccess, AlertSeverity::Informational, Vec::new()),
                cell(NotificationType::Revocation, AlertSeverity::Warning, mail_and_hooks),
            ],
            defaults: AlertSeverity::ALL.iter().map(|severity| (*severity, mail.clone())).collect(),
            emails: Vec::new(),
            teams: BTreeMap::new(),
            owners: BTreeMap::new(),
            quiet_hours: QuietHours::default(),
        }
    }
}

impl Routing {
    /// The channels that hear of an alert: those of the renewal policy if it names any, else those
    /// of the matrix; and those of team and owner.
    pub fn channels(&self, of: RoutingInput<'_>) -> BTreeSet<ChannelRef> {
        let cell = self.cells.iter().find(|cell| cell.kind == of.kind && cell.severity == of.severity);
        let base = if of.policy.is_empty() {
            cell.map(|cell| &cell.channels).or_else(|| self.defaults.get(&of.severity))
        } else {
            of.policy.get(&of.severity)
        };
        let further = self.further(of).flat_map(|recipients| &recipients.channels);
        base.into_iter().flatten().chain(further).cloned().collect()
    }

    /// Mail addresses of an alert beside the owner's.
    pub fn emails(&self, of: RoutingInput<'_>) -> BTreeSet<&str> {
        self.further(of).flat_map(|recipients| &recipients.emails).map(String::as_str).collect()
    }

    /// First time from `at` on at which a notification of this severity may be sent.
    pub fn not_before(&self, severity: AlertSeverity, at: Timestamp) -> Timestamp {
        match severity {
            AlertSeverity::Informational => self.quiet_hours.end(at),
            AlertSeverity::Warning | AlertSeverity::Critical => at,
        }
    }

    /// Every channel the routing names, for checks.
    pub fn named(&self) -> impl Iterator<Item = &ChannelRef> {
        let cells = self.cells.iter().flat_map(|cell| &cell.channels);
        let recipients = self.teams.values().chain(self.owners.values());
        cells.chain(self.defaults.values().flatten()).chain(recipients.flat_map(|to| &to.channels))
    }

    fn further<'s>(&'s self, of: RoutingInput<'_>) -> impl Iterator<Item = &'s Recipients> {
        let team = of.team.and_then(|team| self.teams.get(team));
        let owner = of.owner.and_then(|owner| self.owners.get(owner));
        team.into_iter().chain(owner)
    }
}

impl QuietHours {
    /// The first instant from `at` on outside of them; `at` itself when they cover the whole week,
    /// because silence for ever is not what anybody wants.
    pub fn end(&self, at: Timestamp) -> Timestamp {
        let mut end = at;
        // Windows may touch or overlap; each step leaves one of them.
        for _ in 0..=2 * 7 * self.0.len() {
            match self.0.iter().filter_map(|window| window.end_around(end)).max() {
                Some(later) => end = later,
                None => return end,
            }
        }
        at
    }
}

#[cfg(test)]
mod tests;
