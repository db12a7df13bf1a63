//! The OCSP responder's side that speaks HTTP.

use super::support::{ANSWER, Answer, Bench};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use certctl_pki::Serial;
use certctl_pki::ocsp::{CaIdentity, CertIdForm, OcspError, OcspRequest, error_response};

const PATH: &str = "/.well-known/pki/ocsp/iss-local";
const RESPONSE: &str = "application/ocsp-response";

fn question() -> Vec<u8> {
    let identity = CaIdentity::of(&super::ca::certificate()).unwrap();
    // Serial numbers of this kind have slashes and pluses in their base64.
    let serial: Serial = "7ffbeffbeffbefffffff".parse().unwrap();
    OcspRequest::build(&identity, &[serial], CertIdForm::USUAL, None)
}

fn base64(bytes: &[u8]) -> String {
    let pem = certctl_pki::pem::encode_crl(bytes);
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

fn post(path: &str, content_type: Option<&str>, body: Vec<u8>) -> TestRequest {
    let request = TestRequest::post().uri(path).set_payload(body);
    match content_type {
        Some(content_type) => request.insert_header(("content-type", content_type.to_owned())),
        None => request,
    }
}

#[track_caller]
fn assert_refused(answer: &Answer, error: OcspError) {
    assert_eq!(answer.body, error_response(error));
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), (RESPONSE, "no-store"));
}

#[actix_web::test]
async fn a_question_by_post_is_answered_and_not_kept() {
    let bench = Bench::new();
    for (path, content_type) in [
        (PATH.to_owned(), Some("application/ocsp-request")),
        (format!("{PATH}/"), Some("application/ocsp-request")),
        (PATH.to_owned(), None),
    ] {
        let answer = bench.send(post(&path, content_type, question())).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, ANSWER), "{path}");
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), (RESPONSE, "no-store"));
    }
    assert_eq!(bench.counted("request_post"), 3);
}

#[actix_web::test]
async fn a_question_by_get_is_found_however_it_is_written_and_may_be_kept() {
    let bench = Bench::new();
    let base64 = base64(&question());
    assert!(base64.contains('/') && base64.contains('+'), "{base64}");
    let escaped = base64.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let url_safe = base64.replace('/', "_").replace('+', "-");
    let unpadded = base64.trim_end_matches('=').to_owned();
    for written in [base64.clone(), escaped, url_safe, unpadded, format!("/{base64}"), "00abCDef".to_owned()]
    {
        let answer = bench.get(&format!("{PATH}/{written}")).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, ANSWER), "{written}");
        assert_eq!(answer.header("content-type"), RESPONSE);
        assert_eq!(answer.header("cache-control"), "max-age=3600, public, no-transform, must-revalidate");
        assert_eq!(answer.header("last-modified"), "Sat, 21 Nov 2026 10:00:00 GMT");
        assert_eq!(
            (answer.header("expires"), answer.header("etag")),
            ("Sun, 22 Nov 2026 10:00:00 GMT", "\"d1\"")
        );
    }
    assert_eq!(bench.counted("request_get"), 6);
    let again = TestRequest::get().uri(&format!("{PATH}/0a")).insert_header(("if-none-match", "\"d1\""));
    assert_eq!(bench.send(again).await.status, 304);
    assert_eq!(bench.call(Method::HEAD, &format!("{PATH}/0a")).await.status, 200);
}

#[actix_web::test]
async fn what_is_no_question_is_malformed_in_ocsps_own_words() {
    let bench = Bench::new();
    for body in [b"".to_vec(), b"x".to_vec(), vec![0x30; 64 * 1024]] {
        let answer = bench.send(post(PATH, Some("application/ocsp-request"), body)).await;
        assert_eq!(answer.status, 200);
        assert_refused(&answer, OcspError::MalformedRequest);
    }
    for path in ["MIIB", "%ff", "x", "0x12", ""] {
        assert_refused(&bench.get(&format!("{PATH}/{path}")).await, OcspError::MalformedRequest);
    }
}

#[actix_web::test]
async fn bodies_of_other_kinds_or_sizes_are_refused_by_http() {
    let bench = Bench::new();
    let json = bench.send(post(PATH, Some("application/json"), question())).await;
    assert_eq!((json.status, json.header("cache-control")), (415, "no-store"));
    let large = bench.send(post(PATH, Some("application/ocsp-request"), vec![0x30; 64 * 1024 + 1])).await;
    assert_eq!(large.status, 413);
    let elsewhere = bench.send(post(&format!("{PATH}/0a"), None, question())).await;
    assert_eq!(elsewhere.status, 404);
    assert_eq!(bench.counted("request_invalid"), 2);
}

#[actix_web::test]
async fn who_asks_the_wrong_responder_is_told_so() {
    let bench = Bench::new();
    for issuer in ["iss-none", "iss-remote", "NO-ID"] {
        let answer = bench.get(&format!("/.well-known/pki/ocsp/{issuer}/0a")).await;
        assert_eq!(answer.status, 200);
        assert_refused(&answer, OcspError::Unauthorized);
    }
    let broken = bench.get("/.well-known/pki/ocsp/iss-broken/0a").await;
    assert_refused(&broken, OcspError::InternalError);
}

#[actix_web::test]
async fn who_asks_too_often_is_told_to_try_later() {
    let bench = Bench::limited(Some(2));
    let from =
        |address: &str| TestRequest::get().uri(&format!("{PATH}/0a")).peer_addr(address.parse().unwrap());
    for _ in 0..2 {
        assert_eq!(bench.send(from("[2001:db8::1]:1")).await.status, 200);
    }
    let answer = bench.send(from("[2001:db8::2]:1")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "30"), "the same /64");
    assert_refused(&answer, OcspError::TryLater);
    assert_eq!(bench.send(from("[2001:db8:0:1::1]:1")).await.status, 200, "another one");
    assert_eq!(bench.counted("rate_limited"), 1);
    assert_eq!(bench.get("/.well-known/pki/crl/iss-local").await.status, 200, "CRLs are for everybody");
}

#[actix_web::test]
async fn a_responder_that_cannot_answer_says_when_to_come_back() {
    let answer = Bench::new().get(&format!("{PATH}/dead")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert_refused(&answer, OcspError::TryLater);
}

#[actix_web::test]
async fn only_the_methods_of_the_protocol_are_taken() {
    let bench = Bench::new();
    let answer = bench.call(Method::PUT, &format!("{PATH}/0a")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"));
    let answer = bench.get(PATH).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
}
