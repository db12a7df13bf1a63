//! Between the domain's owners and their JSON bodies.

use certctl_api_types::owner as api;
use certctl_domain::organisation::Owner;
use certctl_http_core::Tagged;
use certctl_service_api::owner::OwnerSpec;

pub(super) fn owner(row: Owner) -> api::Owner {
    api::Owner {
        id: row.id,
        name: row.name,
        email: row.email,
        team_id: row.team_id,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn tagged(row: Owner) -> Tagged<api::Owner> {
    Tagged { revision: row.revision(), body: owner(row) }
}

pub(super) fn spec(request: api::OwnerRequest) -> OwnerSpec {
    OwnerSpec { name: request.name, email: request.email, team_id: request.team_id }
}

/// The body that would leave `row` as it is.
pub(super) fn request(row: &Owner) -> api::OwnerRequest {
    api::OwnerRequest {
        id: None,
        name: row.name.clone(),
        email: row.email.clone(),
        team_id: row.team_id.clone(),
    }
}
