//! Parsers return errors, never panic, whatever they are given.

use super::support::{leaf_template, root};
use certctl_crypto::KeyPair;
use certctl_domain::profile::KeySpec;
use certctl_pki::{
    Certificate, CertificateRequest, Error, LintParameters, PublicKey, RequestTemplate, Serial, ToBeSigned,
    check_request, lint, parse_chain,
};
use proptest::prelude::*;
use std::sync::LazyLock;

static CA: LazyLock<Certificate> = LazyLock::new(|| root(KeySpec::P256, Some(0)).certificate);

static LEAF: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let mut template = leaf_template(&key, &["a.example.com", "10.0.0.1", "a@example.com", "urn:x:y"]);
    template.must_staple = true;
    template.ocsp_urls = vec!["http://ocsp.example.com".to_owned()];
    template.crl_urls = vec!["http://ca.example.com/1.crl".to_owned()];
    ca.issue(&template).der().to_vec()
});

static REQUEST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let sans = super::support::sans(&["a.example.com", "10.0.0.1", "a@example.com", "urn:x:y"]);
    RequestTemplate { sans, must_staple: true, ..Default::default() }.sign(&key).unwrap().der().to_vec()
});

fn feed_everything(bytes: &[u8]) {
    if let Ok(request) = CertificateRequest::parse(bytes) {
        let _ = check_request(&request);
    }
    if let Ok(certificate) = Certificate::parse_der(bytes) {
        let _ =
            (certificate.subject(), certificate.names(), certificate.not_after(), certificate.fingerprint());
        let _ = certificate.verify_signed_by(&CA);
        let _ = lint(certificate.tbs_der(), &LintParameters::leaf(&CA));
        let _ = lint(CA.tbs_der(), &LintParameters::leaf(&certificate));
    }
    let _ = lint(bytes, &LintParameters::leaf(&CA));
    let _ = ToBeSigned::from_der(bytes);
    let _ = PublicKey::from_spki_der(bytes);
    let _ = Serial::from_integer(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parse_chain(text);
    }
}

/// Changes, inserts or removes bytes of a valid structure, so that decoders get past the header.
pub(super) fn mutate(original: &[u8], edits: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for (index, kind, value) in edits {
        if bytes.is_empty() {
            break;
        }
        let at = index.index(bytes.len());
        match kind % 4 {
            0 => bytes[at] = *value,
            1 => bytes[at] ^= 1_u8 << (value % 8),
            2 => bytes.insert(at, *value),
            _ => {
                bytes.remove(at);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        feed_everything(&bytes);
        feed_everything(&[&[0x30, 0x81, u8::try_from(bytes.len()).unwrap()], bytes.as_slice()].concat());
    }

    #[test]
    fn mutated_certificates_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let mutated = mutate(&LEAF, &edits);
        feed_everything(&mutated);
    }

    #[test]
    fn mutated_requests_never_panic_and_never_verify(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let mutated = mutate(&REQUEST, &edits);
        feed_everything(&mutated);
        if mutated != *REQUEST {
            prop_assert!(CertificateRequest::parse(&mutated).is_err());
        }
    }

    #[test]
    fn mutated_signed_parts_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let leaf = Certificate::parse_der(&LEAF).unwrap();
        let mutated = mutate(leaf.tbs_der(), &edits);
        let _ = lint(&mutated, &LintParameters::leaf(&CA));
        let _ = ToBeSigned::from_der(&mutated);
    }
}

#[test]
fn oversized_input_is_refused_before_it_is_read() {
    let big = vec![0x30; 64 * 1024 + 1];
    assert!(matches!(CertificateRequest::parse(&big), Err(Error::TooLarge { .. })));
    assert!(matches!(Certificate::parse_der(&big), Err(Error::TooLarge { .. })));
    let text = "x".repeat(1024 * 1024 + 1);
    assert!(matches!(parse_chain(&text), Err(Error::TooLarge { .. })));
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let mut nested = vec![];
    for _ in 0..4000 {
        let length = u16::try_from(nested.len()).unwrap().to_be_bytes();
        nested = [&[0x30, 0x82, length[0], length[1]], nested.as_slice()].concat();
    }
    feed_everything(&nested);
}

#[test]
fn trailing_bytes_are_refused() {
    assert!(Certificate::parse_der(&[LEAF.as_slice(), &[0]].concat()).is_err());
    assert!(CertificateRequest::parse(&[REQUEST.as_slice(), &[0]].concat()).is_err());
}
