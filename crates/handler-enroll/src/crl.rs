//! `GET /.well-known/pki/crl/…`: CRLs in DER and PEM (RFC 5280, RFC 2585).

use crate::conditional::Document;
use crate::refused::api_error;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Refusal};
use certctl_service_api::relying_party::{CrlPart, RelyingPartyService};

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Der,
    Pem,
}

/// Get the CRL of an issuer
///
/// DER, or PEM when `.pem` is appended; `.crl` may be appended too. With `delta=true` only what
/// changed since a complete one, where that is published. `If-None-Match` and `If-Modified-Since` are
/// answered with 304.
#[utoipa::path(
    get, path = "/.well-known/pki/crl/{issuer_id}", tag = "relying-party",
    params(
        ("issuer_id" = String, Path, description = "Issuer, with an optional `.crl` or `.pem`", example = "iss-local"),
        ("delta" = Option<bool>, Query, description = "Whether the delta CRL is wanted"),
    ),
    responses(
        (status = 200, description = "The newest CRL", body = Vec<u8>, content_type = "application/pkix-crl"),
        (status = 304, description = "The client has the newest CRL"),
    ),
)]
pub(crate) async fn get_crl(
    request: HttpRequest,
    path: Path<String>,
    service: Data<dyn RelyingPartyService>,
) -> Result<HttpResponse, ApiError> {
    let (name, form) = split_form(&path);
    let part = CrlPart { shard: 0, delta: wants_delta(request.query_string()) };
    answer(&request, &**service, name, part, form).await
}

/// Get a partition of the CRL of an issuer
///
/// Certificates of an issuer with a divided CRL name the partition they are in. `.crl` or `.pem` may be
/// appended.
#[utoipa::path(
    get, path = "/.well-known/pki/crl/{issuer_id}/{shard}", tag = "relying-party",
    params(
        ("issuer_id" = String, Path, description = "Issuer", example = "iss-local"),
        ("shard" = String, Path, description = "Number of the partition, from 1", example = "7"),
        ("delta" = Option<bool>, Query, description = "Whether the delta CRL is wanted"),
    ),
    responses(
        (status = 200, description = "The newest CRL", body = Vec<u8>, content_type = "application/pkix-crl"),
        (status = 304, description = "The client has the newest CRL"),
    ),
)]
pub(crate) async fn get_crl_shard(
    request: HttpRequest,
    path: Path<(String, String)>,
    service: Data<dyn RelyingPartyService>,
) -> Result<HttpResponse, ApiError> {
    let (issuer, shard) = path.into_inner();
    let (shard, form) = split_form(&shard);
    let shard = parse_shard(shard).ok_or(Refusal::RouteNotFound)?;
    let part = CrlPart { shard, delta: wants_delta(request.query_string()) };
    answer(&request, &**service, &issuer, part, form).await
}

async fn answer(
    request: &HttpRequest,
    service: &dyn RelyingPartyService,
    issuer: &str,
    part: CrlPart,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let issuer: IssuerId = issuer.parse().or(Err(Refusal::RouteNotFound))?;
    let crl = service.crl(&issuer, part).await.map_err(api_error)?;
    let (body, content_type, digest) = match form {
        Form::Der => (crl.der, "application/pkix-crl", crl.digest),
        // RFC 9110 §8.8.3: another form is another representation, with a tag of its own.
        Form::Pem => {
            let text = certctl_pki::pem::encode_crl(&crl.der);
            (text.into(), "application/x-pem-file", format!("{}-pem", crl.digest))
        }
    };
    let document = Document {
        body,
        content_type,
        digest,
        modified: Some(crl.this_update),
        expires: Some(crl.next_update),
        fresh_for: crl.fresh_for,
    };
    Ok(document.answer(request, false))
}

fn split_form(name: &str) -> (&str, Form) {
    match (name.strip_suffix(".pem"), name.strip_suffix(".crl")) {
        (Some(name), _) => (name, Form::Pem),
        (None, Some(name)) => (name, Form::Der),
        (None, None) => (name, Form::Der),
    }
}

/// Partitions count from 1 and have no leading zero.
fn parse_shard(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok().filter(|number| *number > 0)?;
    (number.to_string() == text).then_some(number)
}

/// Whatever else the query has is somebody's way around a cache.
fn wants_delta(query: &str) -> bool {
    query.split('&').any(|pair| pair == "delta=true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_have_one_spelling() {
        assert_eq!(parse_shard("7"), Some(7));
        for odd in ["", "0", "07", "+7", "7/", "-1", "delta", "99999999999"] {
            assert_eq!(parse_shard(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_delta_is_asked_for_by_name() {
        assert!(wants_delta("delta=true") && wants_delta("x=1&delta=true"));
        assert!(!wants_delta("") && !wants_delta("delta=false") && !wants_delta("xdelta=true"));
    }
}
