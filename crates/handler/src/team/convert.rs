//! Between the domain's teams and their JSON bodies.

use certctl_api_types::team as api;
use certctl_domain::organisation::Team;
use certctl_http_core::Tagged;
use certctl_service_api::team::TeamSpec;

pub(super) fn team(row: Team) -> api::Team {
    api::Team {
        id: row.id,
        name: row.name,
        description: row.description,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn tagged(row: Team) -> Tagged<api::Team> {
    Tagged { revision: row.revision(), body: team(row) }
}

pub(super) fn spec(request: api::TeamRequest) -> TeamSpec {
    TeamSpec { name: request.name, description: request.description }
}

/// The body that would leave `row` as it is.
pub(super) fn request(row: &Team) -> api::TeamRequest {
    api::TeamRequest { id: None, name: row.name.clone(), description: row.description.clone() }
}
