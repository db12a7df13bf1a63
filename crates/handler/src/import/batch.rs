//! `POST /api/v1/certificates/import-batch`.

use actix_web::web::{Data, Json};
use certctl_api_types::import as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Body, Caller};
use certctl_service_api::ServiceError;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};

/// Import many certificates
///
/// As many as fit into a request. One that is refused stops no other: the answer says what became
/// of each.
#[utoipa::path(
    post, path = "/api/v1/certificates/import-batch", tag = "certificates",
    request_body = api::ImportBatchRequest,
    responses(
        (status = 200, description = "What became of each", body = api::ImportBatchResult),
        (status = 422, description = "The bundle is not readable, or something referred to does not exist"),
    ),
)]
pub(super) async fn import_certificates(
    who: Caller,
    body: Body<api::ImportBatchRequest>,
    imports: Data<dyn ImportService>,
) -> Result<Json<api::ImportBatchResult>, ApiError> {
    let request = body.0;
    let entry = |entry: api::ImportEntry| ImportItem { id: entry.id, name: entry.name, pem: entry.pem };
    let mut items: Vec<_> = request.certificates.into_iter().map(entry).collect();
    if let Some(bundle) = &request.bundle {
        items.extend(imports.split(bundle)?);
    }
    let place = ImportPlace {
        environment: request.environment,
        owner_id: request.owner_id,
        team_id: request.team_id,
        issuer_id: request.issuer_id,
        renewal_policy_id: request.renewal_policy_id,
        profile_id: request.certificate_profile_id,
        tags: request.tags,
    };
    Ok(Json(answer(imports.import_many(&who, place, items).await?)))
}

fn answer(outcomes: Vec<Result<CertificateId, ServiceError>>) -> api::ImportBatchResult {
    let results: Vec<_> = (0..).zip(outcomes).map(|(index, outcome)| result(index, outcome)).collect();
    let imported = results.iter().filter(|result| result.certificate_id.is_some()).count();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    api::ImportBatchResult {
        total: count(results.len()),
        imported: count(imported),
        failed: count(results.len() - imported),
        results,
    }
}

fn result(index: u64, outcome: Result<CertificateId, ServiceError>) -> api::ImportResult {
    match outcome {
        Ok(id) => api::ImportResult { index, certificate_id: Some(id), code: None, error: None },
        Err(error) => api::ImportResult {
            index,
            certificate_id: None,
            code: Some(error.code().to_owned()),
            error: Some(error.to_string()),
        },
    }
}
