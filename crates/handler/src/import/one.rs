//! `POST /api/v1/certificates/import`.

use crate::certificate::convert;
use actix_web::web::Data;
use certctl_api_types::{certificate, import as api};
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};

/// Import a certificate
///
/// Names, validity and key are those of the leaf. No agent holds its key, so nothing is renewed or
/// deployed until a target is mapped; then a new key and leaf are made for it.
#[utoipa::path(
    post, path = "/api/v1/certificates/import", tag = "certificates",
    request_body = api::ImportRequest,
    responses(
        (status = 201, description = "The new certificate", body = certificate::Certificate),
        (status = 409, description = "The leaf is known, or the name or id is taken"),
        (status = 422, description = "It is a CA certificate, not readable, or something referred to does not exist"),
    ),
)]
pub(super) async fn import_certificate(
    who: Caller,
    body: Body<api::ImportRequest>,
    imports: Data<dyn ImportService>,
) -> Result<Created<certificate::Certificate>, ApiError> {
    let request = body.0;
    let item = ImportItem { id: request.id, name: request.name, pem: request.pem };
    let place = ImportPlace {
        environment: request.environment,
        owner_id: request.owner_id,
        team_id: request.team_id,
        issuer_id: request.issuer_id,
        renewal_policy_id: request.renewal_policy_id,
        profile_id: request.certificate_profile_id,
        tags: request.tags,
    };
    let imported = convert::tagged(imports.import(&who, place, item).await?);
    let location = format!("/api/v1/certificates/{}", imported.body.id);
    Ok(Created { body: imported.body, location, revision: Some(imported.revision) })
}
