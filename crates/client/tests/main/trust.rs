//! Whom the client talks to, and whom not.

use certctl_client::{BuildError, Client};
use certctl_crypto::SecretString;
use certctl_domain::retry::FailureClass;
use certctl_fake_server::{HttpsServer, Response};

fn healthy() -> HttpsServer {
    HttpsServer::start(|_request| Response::json(200, &serde_json::json!({"status": "healthy"}))).unwrap()
}

#[test]
fn plain_http_and_malformed_urls_are_refused_before_anything_is_sent() {
    for url in ["http://localhost:8443", "localhost:8443", "localhost", "", "ftp://localhost"] {
        let error = Client::builder(url).build().unwrap_err();
        assert!(matches!(error, BuildError::NotHttps { .. }), "{url}: {error}");
    }
    assert!(matches!(Client::builder("https://").build(), Err(BuildError::MalformedUrl { .. })));
    for url in ["https://user:secret@localhost", "https://localhost/?a=b", "https://localhost/#x"] {
        let error = Client::builder(url).build().unwrap_err();
        assert!(matches!(error, BuildError::NotAServer), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn a_bundle_without_certificates_and_an_unusable_token_are_refused() {
    let builder = Client::builder("https://localhost");
    for pem in ["", "no certificate here"] {
        let error = builder.clone().ca_bundle_pem(pem).build().unwrap_err();
        assert!(matches!(error, BuildError::BadCaBundle(_)), "{error}");
    }
    let error = builder.token(SecretString::new("two\nlines")).build().unwrap_err();
    assert!(matches!(error, BuildError::BadToken), "{error}");
}

#[tokio::test]
async fn a_server_outside_the_trusted_bundle_is_an_untrusted_certificate_that_no_retry_mends() {
    let (server, other) = (healthy(), healthy());
    let client = Client::builder(server.url()).ca_bundle_pem(other.certificate_pem()).build().unwrap();
    let error = client.system().health().await.unwrap_err();
    assert!(error.is_untrusted_certificate(), "{}", error.chain());
    assert_eq!(error.class(), FailureClass::Permanent);

    let system_roots = Client::builder(server.url()).build().unwrap();
    assert!(system_roots.system().health().await.unwrap_err().is_untrusted_certificate());
}

#[tokio::test]
async fn the_bundle_makes_the_server_trusted_and_skipping_the_check_does_too() {
    let server = healthy();
    let trusting = Client::builder(server.url()).ca_bundle_pem(server.certificate_pem()).build().unwrap();
    assert_eq!(trusting.system().health().await.unwrap().status, "healthy");
    let careless = Client::builder(server.url()).insecure_skip_verify(true).build().unwrap();
    assert_eq!(careless.system().health().await.unwrap().status, "healthy");
}
