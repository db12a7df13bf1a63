//! CRLs.

use super::support::{Bench, DIGEST};
use actix_web::http::Method;
use actix_web::test::TestRequest;

const PATH: &str = "/.well-known/pki/crl/iss-local";

#[actix_web::test]
async fn a_crl_comes_with_everything_that_caches_need() {
    let bench = Bench::new();
    for path in [PATH.to_owned(), format!("{PATH}.crl"), format!("{PATH}?cache=buster")] {
        let answer = bench.get(&path).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"crl 0 false".as_slice()), "{path}");
        assert_eq!(answer.header("content-type"), "application/pkix-crl");
        assert_eq!(answer.header("etag"), format!("\"{DIGEST}\""));
        assert_eq!(answer.header("last-modified"), "Sat, 21 Nov 2026 10:00:00 GMT");
        assert_eq!(answer.header("expires"), "Sun, 22 Nov 2026 10:00:00 GMT");
        assert_eq!(answer.header("cache-control"), "max-age=1800, public, must-revalidate");
    }
}

#[actix_web::test]
async fn the_pem_form_has_a_tag_of_its_own() {
    let answer = Bench::new().get(&format!("{PATH}.pem")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(b"-----BEGIN X509 CRL-----\n"));
    assert_eq!(answer.header("etag"), format!("\"{DIGEST}-pem\""));
}

#[actix_web::test]
async fn partitions_have_paths_of_their_own_and_deltas_are_asked_for() {
    let bench = Bench::new();
    for (rest, body) in [
        ("/3", "crl 3 false"),
        ("?delta=true", "crl 0 true"),
        ("/3?delta=true", "crl 3 true"),
        ("/3.crl?delta=true", "crl 3 true"),
    ] {
        let answer = bench.get(&format!("{PATH}{rest}")).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, body.as_bytes()), "{rest}");
    }
    for rest in ["/9", "/0", "/x", "/", "/3/delta"] {
        assert_eq!(bench.get(&format!("{PATH}{rest}")).await.status, 404, "{rest}");
    }
}

#[actix_web::test]
async fn who_has_it_already_gets_304() {
    let bench = Bench::new();
    for (name, value, status) in [
        ("if-none-match", "\"d1\"", 304),
        ("if-none-match", "W/\"d1\"", 304),
        ("if-none-match", "\"a\", \"d1\"", 304),
        ("if-none-match", "*", 304),
        ("if-none-match", "\"a\"", 200),
        ("if-modified-since", "Sat, 21 Nov 2026 10:00:00 GMT", 304),
        ("if-modified-since", "Sat, 21 Nov 2026 09:00:00 GMT", 200),
    ] {
        let answer = bench.send(TestRequest::get().uri(PATH).insert_header((name, value))).await;
        assert_eq!(answer.status, status, "{name}: {value}");
        assert_eq!(answer.body.is_empty(), status == 304);
        assert_eq!(answer.header("etag"), format!("\"{DIGEST}\""));
    }
}

#[actix_web::test]
async fn head_is_answered_like_get_without_a_body() {
    let answer = Bench::new().call(Method::HEAD, PATH).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"d1\""));
}

#[actix_web::test]
async fn other_methods_are_named() {
    let bench = Bench::new();
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let answer = bench.call(method, PATH).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn what_is_not_there_says_why_and_is_not_kept() {
    let bench = Bench::new();
    for (issuer, status, part) in [
        ("iss-none", 404, "issuer iss-none does not exist"),
        ("iss-remote", 404, "remote CA"),
        ("iss-broken", 500, "request id"),
        ("NO-ID", 404, "no route"),
    ] {
        let answer = bench.get(&format!("/.well-known/pki/crl/{issuer}")).await;
        let body = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, status, "{issuer}: {body}");
        assert!(body.contains(part) && !body.contains("secret"), "{issuer}: {body}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
