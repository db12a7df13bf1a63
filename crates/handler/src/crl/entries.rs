//! `GET /api/v1/crl/{id}/entries`.

use crate::revocation::revocation;
use actix_web::web::{Data, Json};
use certctl_api_types::Page;
use certctl_api_types::revocation::Revocation;
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Caller, List, Paging, PathId, page};
use certctl_service_api::crl::{CrlService, EntryQuery};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EntryFilter {
    /// Only what this partition lists.
    partition: Option<u32>,
}

/// List the entries of an issuer's CRL
///
/// From the database, so that what was revoked a moment ago is there before the next CRL is.
#[utoipa::path(
    get, path = "/api/v1/crl/{id}/entries", tag = "revocation",
    params(("id" = IssuerId, Path, description = "Issuer"), Paging, EntryFilter),
    responses(
        (status = 200, description = "One page, newest first", body = Page<Revocation>),
        (status = 404, description = "There is no such issuer, or it is a CA outside certctl"),
    ),
)]
pub(super) async fn list_crl_entries(
    who: Caller,
    id: PathId<IssuerId>,
    input: List<EntryFilter>,
    crls: Data<dyn CrlService>,
) -> Result<Json<Page<Revocation>>, ApiError> {
    let query = EntryQuery { partition: input.filter.partition };
    let found = crls.entries(&who, &id.0, query, input.page).await?;
    let Ok(found) = page(found, |row| Ok::<_, Infallible>(revocation(row)));
    Ok(Json(found))
}
