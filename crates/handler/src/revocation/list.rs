//! `GET /api/v1/revocations`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, revocation as api};
use certctl_domain::id::{CertificateId, IssuerId};
use certctl_domain::revocation::RevocationReason;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::revocation::{RevocationQuery, RevocationService};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RevocationFilter {
    /// Issuer.
    #[param(inline)]
    issuer_id: Option<IssuerId>,
    /// Certificate.
    #[param(inline)]
    certificate_id: Option<CertificateId>,
    /// Reason.
    #[param(inline)]
    reason: Option<RevocationReason>,
    /// Whether the CA knows.
    issuer_notified: Option<bool>,
    /// Whether it holds; `false` finds holds that have ended.
    in_force: Option<bool>,
}

/// List revocations
#[utoipa::path(
    get, path = "/api/v1/revocations", tag = "revocation",
    params(Paging, RevocationFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Revocation>)),
)]
pub(super) async fn list_revocations(
    who: Caller,
    input: List<RevocationFilter>,
    revocations: Data<dyn RevocationService>,
) -> Result<Json<Page<api::Revocation>>, ApiError> {
    let RevocationFilter { issuer_id, certificate_id, reason, issuer_notified, in_force } = input.filter;
    let query = RevocationQuery { issuer_id, certificate_id, reason, issuer_notified, in_force };
    let found = revocations.list(&who, query, input.page).await?;
    let Ok(found) = page(found, |row| Ok::<_, Infallible>(convert::revocation(row)));
    Ok(Json(found))
}
