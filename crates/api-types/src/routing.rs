//! The routing of notifications.

use certctl_domain::Timestamp;
use certctl_domain::id::{OwnerId, TeamId};
use certctl_domain::notification::{AlertSeverity, ChannelRef, NotificationType, Routing as DomainRouting};
use certctl_domain::renewal::MaintenanceWindow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who hears of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Routing {
    /// Cells of the matrix that differ from `defaults`.
    pub cells: Vec<RoutingCell>,
    /// Channels by severity where no cell says otherwise.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<ChannelRef>>))]
    pub defaults: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Mail addresses for what has no owner with an address.
    pub emails: Vec<String>,
    /// Further channels and addresses for what belongs to a team.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, RoutingRecipients>))]
    pub teams: BTreeMap<TeamId, RoutingRecipients>,
    /// Further channels and addresses for what belongs to an owner.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, RoutingRecipients>))]
    pub owners: BTreeMap<OwnerId, RoutingRecipients>,
    /// When informational notifications wait.
    pub quiet_hours: Vec<MaintenanceWindow>,
    /// Last change; absent while it is the routing that every installation begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// Body of `PUT /notifications/routing`. What is left out is as every installation begins with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutingRequest {
    /// Cells of the matrix that differ from `defaults`; one for each type and severity at most.
    #[serde(default = "usual_cells")]
    pub cells: Vec<RoutingCell>,
    /// Channels by severity (`informational`, `warning`, `critical`) where no cell says otherwise; a
    /// severity that is missing has none.
    #[serde(default = "usual_defaults")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<ChannelRef>>))]
    pub defaults: BTreeMap<AlertSeverity, Vec<ChannelRef>>,
    /// Mail addresses for what has no owner with an address, at most 100.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Further channels and addresses for what belongs to a team, by its id.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, RoutingRecipients>))]
    pub teams: BTreeMap<TeamId, RoutingRecipients>,
    /// Further channels and addresses for what belongs to an owner, by its id, beside the owner's own
    /// address.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, RoutingRecipients>))]
    pub owners: BTreeMap<OwnerId, RoutingRecipients>,
    /// When informational notifications wait, at most 50 windows.
    #[serde(default)]
    pub quiet_hours: Vec<MaintenanceWindow>,
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutingCell {
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutingRecipients {
    /// Channels beside those of the matrix.
    #[serde(default)]
    pub channels: Vec<ChannelRef>,
    /// Mail addresses beside the owner's.
    #[serde(default)]
    pub emails: Vec<String>,
}

fn usual_cells() -> Vec<RoutingCell> {
    let cells = DomainRouting::default().cells.into_iter();
    cells
        .map(|cell| RoutingCell { kind: cell.kind, severity: cell.severity, channels: cell.channels })
        .collect()
}

fn usual_defaults() -> BTreeMap<AlertSeverity, Vec<ChannelRef>> {
    DomainRouting::default().defaults
}
