//! Replays the fuzz corpora, so that what a fuzzer once found stays fixed without one.
//!
//! Files named `valid-…` have to be accepted, all others must merely not panic.

use super::support::root;
use certctl_crypto::{Keyring, SealContext, SecretString};
use certctl_domain::profile::KeySpec;
use certctl_pki::ocsp::{OcspRequest, OcspResponse};
use certctl_pki::{
    Certificate, CertificateRequest, Crl, LintParameters, RevokedList, Serial, check_request, lint,
    parse_chain,
};
use std::path::Path;

fn replay(target: &str, accepts: impl Fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut valid = 0;
    for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let accepted = accepts(&std::fs::read(&path).unwrap());
        if path.file_name().unwrap().to_string_lossy().starts_with("valid-") {
            assert!(accepted, "{} is refused", path.display());
            valid += 1;
        }
    }
    assert!(valid > 0, "no valid sample for {target}");
}

#[test]
fn requests() {
    replay("csr", |bytes| CertificateRequest::parse(bytes).map(|request| check_request(&request)).is_ok());
}

#[test]
fn certificates() {
    let ca = root(KeySpec::P256, Some(0)).certificate;
    replay("certificate", |bytes| {
        let Ok(certificate) = Certificate::parse_der(bytes) else { return false };
        let _ = lint(certificate.tbs_der(), &LintParameters::leaf(&ca));
        let _ = ca.verify_signed_by(&certificate);
        true
    });
}

#[test]
fn chains() {
    replay("chain", |bytes| std::str::from_utf8(bytes).is_ok_and(|text| parse_chain(text).is_ok()));
}

#[test]
fn revocation_lists() {
    replay("crl", |bytes| Crl::parse(bytes).is_ok_and(|crl| RevokedList::of(&crl).is_ok()));
}

#[test]
fn ocsp_messages() {
    replay("ocsp", |bytes| OcspRequest::parse(bytes).is_ok() || OcspResponse::parse(bytes).is_ok());
}

#[test]
fn serial_numbers() {
    replay("serial", |bytes| std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<Serial>().is_ok()));
}

#[test]
fn sealed_values() {
    // The key that the samples were sealed with: 32 zero octets.
    let key = SecretString::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let ring = Keyring::from_key_file(&key).unwrap();
    let context = SealContext { table: "fuzz", row_id: "1", column: "secret" };
    replay("sealed_blob", |bytes| ring.open(&context, bytes).is_ok());
}
