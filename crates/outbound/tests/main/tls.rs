//! Encrypted connections.

use crate::{address, to_loopback};
use certctl_outbound::{BuildError, Outbound, OutboundError};
use certctl_test_support::FakeReceiver;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::sync::Arc;

/// A server with a certificate of its own making, and that certificate in PEM.
fn self_signed(name: &str) -> (FakeReceiver, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let receiver = FakeReceiver::wrapped(move |stream| {
        Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream))
    })
    .unwrap();
    (receiver, made.cert.pem().into_bytes())
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_a_tls_failure() {
    let (receiver, _) = self_signed("127.0.0.1");
    let url = receiver.url("/very-secret").replace("http:", "https:");
    let error = to_loopback().build().unwrap().get(&address(&url)).await.unwrap_err();
    let OutboundError::Tls { host, source } = &error else { panic!("{error:?}") };
    assert_eq!(host, "127.0.0.1");
    assert!(source.to_string().contains("certificate"), "{source}");
    assert!(!format!("{error:?} {source}").contains("very-secret"));
    assert_eq!(receiver.received(), []);
}

#[tokio::test]
async fn an_extra_root_is_trusted_for_its_own_name() {
    let (receiver, root) = self_signed("127.0.0.1");
    let url = receiver.url("/").replace("http:", "https:");
    let outbound = to_loopback().extra_roots_pem(Some(root)).build().unwrap();
    assert_eq!(outbound.get(&address(&url)).await.unwrap().status, 200);

    let (receiver, root) = self_signed("other.example.com");
    let url = receiver.url("/").replace("http:", "https:");
    let outbound = to_loopback().extra_roots_pem(Some(root)).build().unwrap();
    let error = outbound.get(&address(&url)).await.unwrap_err();
    assert!(matches!(error, OutboundError::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_without_tls_behind_https_is_a_tls_failure() {
    let receiver = FakeReceiver::wrapped(|mut stream| {
        drop(std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        Box::new(stream)
    })
    .unwrap();
    let url = receiver.url("/").replace("http:", "https:");
    let error = to_loopback().build().unwrap().get(&address(&url)).await.unwrap_err();
    assert!(matches!(error, OutboundError::Tls { .. }), "{error:?}");
}

#[test]
fn roots_that_are_no_certificates_are_refused() {
    for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let built = Outbound::builder().extra_roots_pem(Some(pem.into())).build();
        assert!(matches!(built, Err(BuildError::BadRoots | BuildError::Tls(_))), "{pem:?}");
    }
}
