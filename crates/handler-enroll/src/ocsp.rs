//! `/.well-known/pki/ocsp/…`: the OCSP responder (RFC 6960 appendix A, RFC 9919).

use crate::OcspEntry;
use crate::conditional::Document;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Refusal, RequestInfo, check_media_type, read_body};
use certctl_pki::ocsp::{MAX_REQUEST_BYTES, OcspError, error_response};
use certctl_service_api::relying_party::{OcspQuestion, OcspReply, RelyingPartyError, RelyingPartyService};
use certctl_telemetry::OcspEvent;
use std::time::Duration;

const REQUEST: &str = "application/ocsp-request";
const RESPONSE: &str = "application/ocsp-response";

/// Ask an OCSP responder
#[utoipa::path(
    post, path = "/.well-known/pki/ocsp/{issuer_id}", tag = "relying-party",
    params(("issuer_id" = String, Path, description = "Issuer", example = "iss-local")),
    request_body(content = Vec<u8>, content_type = "application/ocsp-request", description = "`OCSPRequest`, DER, at most 64 KiB"),
    responses(
        (status = 200, description = "`OCSPResponse`, DER; what is wrong with the request is one too", body = Vec<u8>, content_type = "application/ocsp-response"),
        (status = 429, description = "`tryLater`, with `Retry-After`", body = Vec<u8>, content_type = "application/ocsp-response"),
    ),
)]
pub(crate) async fn post_ocsp(
    request: HttpRequest,
    info: RequestInfo,
    path: Path<String>,
    payload: Payload,
    service: Data<dyn RelyingPartyService>,
    entry: Data<OcspEntry>,
) -> Result<HttpResponse, ApiError> {
    answer_post(&request, &info, &path, payload, &**service, &entry).await
}

/// Ask an OCSP responder, with a slash at the end
#[utoipa::path(
    post, path = "/.well-known/pki/ocsp/{issuer_id}/{request}", tag = "relying-party",
    params(
        ("issuer_id" = String, Path, description = "Issuer", example = "iss-local"),
        ("request" = String, Path, description = "Nothing: some clients add a slash to the address", example = ""),
    ),
    request_body(content = Vec<u8>, content_type = "application/ocsp-request", description = "`OCSPRequest`, DER, at most 64 KiB"),
    responses(
        (status = 200, description = "`OCSPResponse`, DER; what is wrong with the request is one too", body = Vec<u8>, content_type = "application/ocsp-response"),
        (status = 429, description = "`tryLater`, with `Retry-After`", body = Vec<u8>, content_type = "application/ocsp-response"),
    ),
)]
pub(crate) async fn post_ocsp_slash(
    request: HttpRequest,
    info: RequestInfo,
    path: Path<(String, String)>,
    payload: Payload,
    service: Data<dyn RelyingPartyService>,
    entry: Data<OcspEntry>,
) -> Result<HttpResponse, ApiError> {
    if !path.1.is_empty() {
        return Err(Refusal::RouteNotFound.into());
    }
    answer_post(&request, &info, &path.0, payload, &**service, &entry).await
}

/// Ask an OCSP responder by GET
///
/// The rest of the path is the base64 of an `OCSPRequest` (RFC 6960 appendix A.1), or the serial number
/// in hexadecimal. Answers may be kept by caches until they say so.
#[utoipa::path(
    get, path = "/.well-known/pki/ocsp/{issuer_id}/{request}", tag = "relying-party",
    params(
        ("issuer_id" = String, Path, description = "Issuer", example = "iss-local"),
        ("request" = String, Path, description = "Base64 of a request, or a serial number", example = "4f1c22d3"),
    ),
    responses(
        (status = 200, description = "`OCSPResponse`, DER; what is wrong with the request is one too", body = Vec<u8>, content_type = "application/ocsp-response"),
        (status = 304, description = "The client has the newest answer"),
        (status = 429, description = "`tryLater`, with `Retry-After`", body = Vec<u8>, content_type = "application/ocsp-response"),
    ),
)]
pub(crate) async fn get_ocsp(
    request: HttpRequest,
    info: RequestInfo,
    path: Path<(String, String)>,
    service: Data<dyn RelyingPartyService>,
    entry: Data<OcspEntry>,
) -> Result<HttpResponse, ApiError> {
    entry.counters.count(OcspEvent::RequestGet);
    if let Some(refused) = refused_for_now(&entry, &info) {
        return Ok(refused);
    }
    let reply = ask(&**service, &entry, &path.0, OcspQuestion::Path(&path.1)).await;
    let Some(caching) = reply.caching else { return Ok(kept_by_nobody(reply)) };
    let document = Document {
        body: reply.der,
        content_type: RESPONSE,
        digest: caching.digest,
        modified: Some(caching.this_update),
        expires: Some(caching.next_update),
        fresh_for: caching.fresh_for,
    };
    Ok(document.answer(&request, true))
}

async fn answer_post(
    request: &HttpRequest,
    info: &RequestInfo,
    issuer: &str,
    payload: Payload,
    service: &dyn RelyingPartyService,
    entry: &OcspEntry,
) -> Result<HttpResponse, ApiError> {
    entry.counters.count(OcspEvent::RequestPost);
    if let Some(refused) = refused_for_now(entry, info) {
        return Ok(refused);
    }
    if request.headers().contains_key(header::CONTENT_TYPE) {
        let hint = "send an OCSP request, with the header `Content-Type: application/ocsp-request`";
        check_media_type(request, &[REQUEST], hint).inspect_err(|_wrong| invalid(entry))?;
    }
    let body = read_body(request, payload.into_inner(), MAX_REQUEST_BYTES).await;
    let body = body.inspect_err(|_too_large| invalid(entry))?;
    Ok(kept_by_nobody(ask(service, entry, issuer, OcspQuestion::Der(&body)).await))
}

fn invalid(entry: &OcspEntry) {
    entry.counters.count(OcspEvent::RequestInvalid);
}

/// The answer of the service. Who asks for an issuer that answers nothing here asks the wrong
/// responder (RFC 5019 §2.2.3).
async fn ask(
    service: &dyn RelyingPartyService,
    entry: &OcspEntry,
    issuer: &str,
    question: OcspQuestion<'_>,
) -> OcspReply {
    let refusal = |error| OcspReply {
        der: Bytes::from_static(error_response(error)),
        caching: None,
        retry_after: None,
    };
    let Ok(issuer) = issuer.parse::<IssuerId>() else {
        entry.counters.count(OcspEvent::IssuerNotFound);
        return refusal(OcspError::Unauthorized);
    };
    match service.ocsp(&issuer, question).await {
        Ok(reply) => reply,
        Err(RelyingPartyError::Failed(_)) => refusal(OcspError::InternalError),
        Err(_elsewhere) => refusal(OcspError::Unauthorized),
    }
}

/// `tryLater` for a client that asks too often.
fn refused_for_now(entry: &OcspEntry, info: &RequestInfo) -> Option<HttpResponse> {
    let wait = entry.limit.as_ref()?.charge(info).err()?;
    entry.counters.count(OcspEvent::RateLimited);
    let try_later = Bytes::from_static(error_response(OcspError::TryLater));
    Some(later(StatusCode::TOO_MANY_REQUESTS, try_later, wait))
}

fn kept_by_nobody(reply: OcspReply) -> HttpResponse {
    match reply.retry_after {
        Some(wait) => later(StatusCode::SERVICE_UNAVAILABLE, reply.der, wait),
        None => unkept(StatusCode::OK, reply.der),
    }
}

fn later(status: StatusCode, der: Bytes, wait: Duration) -> HttpResponse {
    let mut response = unkept(status, der);
    let value = header::HeaderValue::from(whole_seconds(wait));
    response.headers_mut().insert(header::RETRY_AFTER, value);
    // It has its body: the one that OCSP clients read.
    response.extensions_mut().insert(certctl_http_core::OwnBody);
    response
}

/// Rounded up: a client that comes back early is refused again.
fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000).max(1)).unwrap_or(u64::MAX)
}

fn unkept(status: StatusCode, der: Bytes) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(RESPONSE)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(der)
}
