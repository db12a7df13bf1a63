//! `POST /api/v1/agents/{id}/csr`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::work as api;
use certctl_domain::id::AgentId;
use certctl_http_core::{Accepted, ApiError, Body, Caller, PathId};
use certctl_service_api::agent_work::AgentWorkService;

/// Submit a CSR
///
/// The same CSR again is accepted again.
#[utoipa::path(
    post, path = "/api/v1/agents/{id}/csr", tag = "agent work",
    params(("id" = AgentId, Path, description = "The agent itself")),
    request_body = api::CsrRequest,
    responses(
        (status = 202, description = "Accepted for signing", body = api::CsrAccepted),
        (status = 404, description = "The certificate or job does not exist"),
        (status = 409, description = "No job waits for it, or another CSR was accepted"),
        (status = 422, description = "It does not match the certificate or its profile; nothing is signed"),
    ),
)]
pub(super) async fn submit_csr(
    who: Caller,
    id: PathId<AgentId>,
    body: Body<api::CsrRequest>,
    work: Data<dyn AgentWorkService>,
) -> Result<Accepted<api::CsrAccepted>, ApiError> {
    let api::CsrRequest { csr_pem, certificate_id, job_id } = body.0;
    let accepted = work.submit_csr(&who, &id.0, &certificate_id, job_id, &csr_pem).await?;
    Ok(Accepted(convert::csr_accepted(accepted)))
}
