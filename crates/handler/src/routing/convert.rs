//! Between the domain's routing and its JSON bodies.

use certctl_api_types::routing as api;
use certctl_domain::notification::{Cell, QuietHours, Recipients, Routing};
use certctl_http_core::Tagged;
use certctl_service_api::routing::StoredRouting;

fn cells(cells: Vec<Cell>) -> Vec<api::RoutingCell> {
    let cell =
        |cell: Cell| api::RoutingCell { kind: cell.kind, severity: cell.severity, channels: cell.channels };
    cells.into_iter().map(cell).collect()
}

fn shown(to: Recipients) -> api::RoutingRecipients {
    api::RoutingRecipients { channels: to.channels, emails: to.emails }
}

fn wanted(to: api::RoutingRecipients) -> Recipients {
    Recipients { channels: to.channels, emails: to.emails }
}

pub(super) fn tagged(stored: StoredRouting) -> Tagged<api::Routing> {
    let revision = stored.revision();
    let StoredRouting { routing, updated_at } = stored;
    let body = api::Routing {
        cells: cells(routing.cells),
        defaults: routing.defaults,
        emails: routing.emails,
        teams: routing.teams.into_iter().map(|(id, to)| (id, shown(to))).collect(),
        owners: routing.owners.into_iter().map(|(id, to)| (id, shown(to))).collect(),
        quiet_hours: routing.quiet_hours.0,
        updated_at,
    };
    Tagged { body, revision }
}

pub(super) fn routing(request: api::RoutingRequest) -> Routing {
    let cell =
        |cell: api::RoutingCell| Cell { kind: cell.kind, severity: cell.severity, channels: cell.channels };
    Routing {
        cells: request.cells.into_iter().map(cell).collect(),
        defaults: request.defaults,
        emails: request.emails,
        teams: request.teams.into_iter().map(|(id, to)| (id, wanted(to))).collect(),
        owners: request.owners.into_iter().map(|(id, to)| (id, wanted(to))).collect(),
        quiet_hours: QuietHours(request.quiet_hours),
    }
}

/// The body that would leave the routing as it is.
pub(super) fn request(stored: &StoredRouting) -> api::RoutingRequest {
    let body = tagged(stored.clone()).body;
    api::RoutingRequest {
        cells: body.cells,
        defaults: body.defaults,
        emails: body.emails,
        teams: body.teams,
        owners: body.owners,
        quiet_hours: body.quiet_hours,
    }
}
