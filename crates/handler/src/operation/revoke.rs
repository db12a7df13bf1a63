//! `POST /api/v1/certificates/bulk-revoke`.

use super::wait::{WaitOptions, ended};
use actix_web::web::Data;
use certctl_api_types::operation as api;
use certctl_http_core::{AcceptedAt, ApiError, Body, Caller, HttpCore, Query};
use certctl_service_api::operation::{BULK_REVOKE, OperationService, OperationSpec, Selection};
use serde_json::Map;

/// Revoke many certificates
///
/// Every valid leaf of each, as by `POST /certificates/{id}/revoke`; what is archived or revoked is
/// skipped. The set is fixed at once. Look at it with `dry_run` first, then give `expected_count`.
#[utoipa::path(
    post, path = "/api/v1/certificates/bulk-revoke", tag = "operations",
    params(WaitOptions),
    request_body = api::BulkRevokeRequest,
    responses(
        (status = 202, description = "The operation; `Location` names it", body = api::Operation),
        (status = 409, description = "Another number of certificates matches than expected"),
        (status = 422, description = "Something referred to does not exist"),
    ),
)]
pub(super) async fn bulk_revoke_certificates(
    who: Caller,
    options: Query<WaitOptions>,
    core: Data<HttpCore>,
    body: Body<api::BulkRevokeRequest>,
    operations: Data<dyn OperationService>,
) -> Result<AcceptedAt<api::Operation>, ApiError> {
    let request = body.0;
    let mut parameters = Map::new();
    parameters.insert("reason".to_owned(), request.reason.as_str().into());
    if let Some(date) = request.invalidity_date {
        parameters.insert("invalidity_date".to_owned(), date.to_rfc3339().into());
    }
    let spec = OperationSpec {
        kind: BULK_REVOKE,
        selection: Selection {
            certificate_ids: request.certificate_ids,
            profile_id: request.profile_id,
            owner_id: request.owner_id,
            agent_id: request.agent_id,
            issuer_id: request.issuer_id,
            team_id: request.team_id,
        },
        parameters,
        dry_run: request.dry_run,
        expected_count: request.expected_count,
    };
    let id = operations.start(&who, spec).await?.operation.id;
    let body = ended(&who, &id, &options.0, &core, &**operations).await?;
    Ok(AcceptedAt { body, location: format!("/api/v1/operations/{id}") })
}
