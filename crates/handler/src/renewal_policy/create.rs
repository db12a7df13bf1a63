//! `POST /api/v1/renewal-policies`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::renewal_policy as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::renewal_policy::RenewalPolicyService;

/// Add a renewal policy
#[utoipa::path(
    post, path = "/api/v1/renewal-policies", tag = "renewal policies",
    request_body = api::RenewalPolicyRequest,
    responses(
        (status = 201, description = "The new renewal policy", body = api::RenewalPolicy),
        (status = 409, description = "The name or id is taken"),
    ),
)]
pub(super) async fn create_renewal_policy(
    who: Caller,
    body: Body<api::RenewalPolicyRequest>,
    policies: Data<dyn RenewalPolicyService>,
) -> Result<Created<api::RenewalPolicy>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(policies.create(&who, id, convert::spec(body.0)).await?);
    let location = format!("/api/v1/renewal-policies/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
