//! `POST /api/v1/certificates/bulk-renew`.

use super::wait::{WaitOptions, ended};
use actix_web::web::Data;
use certctl_api_types::operation as api;
use certctl_http_core::{AcceptedAt, ApiError, Body, Caller, HttpCore, Query};
use certctl_service_api::operation::{BULK_RENEW, OperationService, OperationSpec, Selection};
use serde_json::Map;

/// Renew many certificates
///
/// What is archived, revoked or being renewed is skipped. The set is fixed at once and renewed one by one
/// in the background, each as by `POST /certificates/{id}/renew`, approval included.
#[utoipa::path(
    post, path = "/api/v1/certificates/bulk-renew", tag = "operations",
    params(WaitOptions),
    request_body = api::BulkRenewRequest,
    responses(
        (status = 202, description = "The operation; `Location` names it", body = api::Operation),
        (status = 409, description = "Another number of certificates matches than expected"),
        (status = 422, description = "Something referred to does not exist"),
    ),
)]
pub(super) async fn bulk_renew_certificates(
    who: Caller,
    options: Query<WaitOptions>,
    core: Data<HttpCore>,
    body: Body<api::BulkRenewRequest>,
    operations: Data<dyn OperationService>,
) -> Result<AcceptedAt<api::Operation>, ApiError> {
    let request = body.0;
    let spec = OperationSpec {
        kind: BULK_RENEW,
        selection: Selection {
            certificate_ids: request.certificate_ids,
            profile_id: request.profile_id,
            owner_id: request.owner_id,
            agent_id: request.agent_id,
            issuer_id: request.issuer_id,
            team_id: request.team_id,
        },
        parameters: Map::new(),
        dry_run: request.dry_run,
        expected_count: request.expected_count,
    };
    let id = operations.start(&who, spec).await?.operation.id;
    let body = ended(&who, &id, &options.0, &core, &**operations).await?;
    Ok(AcceptedAt { body, location: format!("/api/v1/operations/{id}") })
}
