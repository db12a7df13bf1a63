//! `GET /api/v1/agents/{id}/certificates/{certificate_id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::work as api;
use certctl_domain::id::{AgentId, CertificateId, VersionId};
use certctl_http_core::{ApiError, Caller, PathIds, Query};
use certctl_service_api::agent_work::AgentWorkService;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionChoice {
    /// Version; the newest of this agent when left out.
    #[param(inline)]
    version: Option<VersionId>,
}

/// Fetch a certificate whose key the agent holds
#[utoipa::path(
    get, path = "/api/v1/agents/{id}/certificates/{certificate_id}", tag = "agent work",
    params(
        ("id" = AgentId, Path, description = "The agent itself"),
        ("certificate_id" = CertificateId, Path, description = "Certificate"),
        VersionChoice,
    ),
    responses((status = 200, description = "Leaf and chain", body = api::AgentCertificate)),
)]
pub(super) async fn fetch_certificate(
    who: Caller,
    ids: PathIds<AgentId, CertificateId>,
    choice: Query<VersionChoice>,
    work: Data<dyn AgentWorkService>,
) -> Result<Json<api::AgentCertificate>, ApiError> {
    let found = work.certificate(&who, &ids.0, &ids.1, choice.0.version).await?;
    Ok(Json(convert::certificate(found)))
}
