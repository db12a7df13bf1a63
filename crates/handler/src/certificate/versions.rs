//! `GET /api/v1/certificates/{id}/versions`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, certificate as api};
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, List, Paging, PathId, page};
use certctl_service_api::certificate::CertificateService;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// What the answer holds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionOptions {
    /// `pem` adds chain and request of every version, which are long.
    #[param(inline)]
    include: Option<Include>,
}

/// Parts that are left out of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String", rename_all = "lowercase")]
enum Include {
    Pem,
}

impl TryFrom<String> for Include {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "pem" { Ok(Self::Pem) } else { Err("only `pem` can be included") }
    }
}

/// List the issued versions of a certificate
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/versions", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate"), Paging, VersionOptions),
    responses((status = 200, description = "One page, newest first", body = Page<api::CertificateVersion>)),
)]
pub(super) async fn list_certificate_versions(
    who: Caller,
    id: PathId<CertificateId>,
    input: List<VersionOptions>,
    certificates: Data<dyn CertificateService>,
) -> Result<Json<Page<api::CertificateVersion>>, ApiError> {
    let listing = certificates.versions(&who, &id.0, input.page).await?;
    let with_pem = input.filter.include == Some(Include::Pem);
    let shown = |version| {
        let version = convert::version(version);
        if with_pem {
            return Ok(version);
        }
        Ok(api::CertificateVersion { pem_chain: None, csr_pem: None, ..version })
    };
    page(listing, shown).map(Json)
}
