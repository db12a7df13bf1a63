//! CA certificates.

use super::support::Bench;
use certctl_pki::{CaTemplate, Certificate, Serial, parse_chain};
use std::sync::LazyLock;
use std::time::Duration;

static CA: LazyLock<Certificate> = LazyLock::new(|| {
    let now = certctl_domain::Timestamp::parse_rfc3339(super::support::MADE).unwrap();
    let template = CaTemplate {
        serial: Serial::from_octets(&[1; 20]).unwrap(),
        common_name: "Test Root".to_owned(),
        not_before: now,
        not_after: now.plus(Duration::from_hours(24)),
        path_len: None,
        ocsp_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        ca_issuer_urls: vec![],
    };
    let key = certctl_crypto::KeyPair::generate(certctl_domain::profile::KeySpec::P256).unwrap();
    template.self_signed(&key).unwrap()
});

pub(super) fn certificate() -> Certificate {
    CA.clone()
}

#[actix_web::test]
async fn the_certificate_of_the_ca_comes_in_three_forms() {
    let bench = Bench::new();
    let cer = bench.get("/.well-known/pki/ca/iss-local.cer").await;
    assert_eq!((cer.status, cer.header("content-type")), (200, "application/pkix-cert"));
    assert_eq!(cer.body, CA.der());
    assert!(cer.header("etag").starts_with('"') && cer.header("cache-control").contains("max-age=3600"));
    let pem = bench.get("/.well-known/pki/ca/iss-local.pem").await;
    assert_eq!(parse_chain(std::str::from_utf8(&pem.body).unwrap()).unwrap(), [certificate()]);
    let p7c = bench.get("/.well-known/pki/ca/iss-local.p7c").await;
    assert_eq!(p7c.header("content-type"), "application/pkcs7-mime");
    assert!(p7c.body.windows(CA.der().len()).any(|window| window == CA.der()));
}

#[actix_web::test]
async fn other_files_do_not_exist() {
    let bench = Bench::new();
    for file in ["iss-local", "iss-local.der", "iss-none.cer", "X.cer", ".cer"] {
        assert_eq!(bench.get(&format!("/.well-known/pki/ca/{file}")).await.status, 404, "{file}");
    }
}
