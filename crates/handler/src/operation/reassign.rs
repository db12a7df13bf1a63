//! `POST /api/v1/certificates/bulk-reassign`.

use super::wait::{WaitOptions, ended};
use actix_web::web::Data;
use certctl_api_types::operation as api;
use certctl_http_core::{AcceptedAt, ApiError, Body, Caller, HttpCore, Query};
use certctl_service_api::operation::{BULK_REASSIGN, OperationService, OperationSpec, Selection};
use serde_json::Map;

/// Give many certificates another owner
///
/// What has the owner and team already, or is archived, is skipped. The set is fixed at once and changed
/// one by one in the background.
#[utoipa::path(
    post, path = "/api/v1/certificates/bulk-reassign", tag = "operations",
    params(WaitOptions),
    request_body = api::BulkReassignRequest,
    responses(
        (status = 202, description = "The operation; `Location` names it", body = api::Operation),
        (status = 409, description = "Another number of certificates matches than expected"),
        (status = 422, description = "Something referred to does not exist"),
    ),
)]
pub(super) async fn bulk_reassign_certificates(
    who: Caller,
    options: Query<WaitOptions>,
    core: Data<HttpCore>,
    body: Body<api::BulkReassignRequest>,
    operations: Data<dyn OperationService>,
) -> Result<AcceptedAt<api::Operation>, ApiError> {
    let request = body.0;
    let mut parameters = Map::new();
    parameters.insert("owner_id".to_owned(), request.owner_id.as_str().into());
    if let Some(team) = &request.team_id {
        parameters.insert("team_id".to_owned(), team.as_str().into());
    }
    let spec = OperationSpec {
        kind: BULK_REASSIGN,
        selection: Selection {
            certificate_ids: request.certificate_ids,
            profile_id: request.criteria.profile_id,
            owner_id: request.criteria.owner_id,
            agent_id: request.criteria.agent_id,
            issuer_id: request.criteria.issuer_id,
            team_id: request.criteria.team_id,
        },
        parameters,
        dry_run: request.dry_run,
        expected_count: request.expected_count,
    };
    let id = operations.start(&who, spec).await?.operation.id;
    let body = ended(&who, &id, &options.0, &core, &**operations).await?;
    Ok(AcceptedAt { body, location: format!("/api/v1/operations/{id}") })
}
