//! A small CA, and the `openssl` command.

use certctl_crypto::{KeyPair, Signer};
use certctl_domain::Timestamp;
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_domain::san::San;
use certctl_pki::{CaTemplate, Certificate, LeafTemplate, PublicKey, Serial};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

pub(super) const DAY: Duration = Duration::from_hours(24);

pub(super) const ALL_KINDS: [KeySpec; 4] = [
    KeySpec::P256,
    KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 },
    KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 },
    KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 },
];

pub(super) fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap()
}

pub(super) fn sans(names: &[&str]) -> Vec<San> {
    names.iter().map(|name| San::parse(name).unwrap()).collect()
}

pub(super) struct Ca {
    pub(super) key: KeyPair,
    pub(super) certificate: Certificate,
}

pub(super) fn ca_template(common_name: &str, path_len: Option<u8>) -> CaTemplate {
    CaTemplate {
        serial: Serial::random().unwrap(),
        common_name: common_name.to_owned(),
        not_before: now(),
        not_after: now().plus(3650 * DAY),
        path_len,
        ocsp_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        ca_issuer_urls: vec![],
    }
}

pub(super) fn root(kind: KeySpec, path_len: Option<u8>) -> Ca {
    let key = KeyPair::generate(kind).unwrap();
    let certificate = ca_template("Test Root", path_len).self_signed(&key).unwrap();
    Ca { key, certificate }
}

impl Ca {
    pub(super) fn intermediate(&self, common_name: &str, path_len: Option<u8>) -> Self {
        let key = KeyPair::generate(KeySpec::P256).unwrap();
        let public = PublicKey::from_spki_der(key.public_spki_der()).unwrap();
        let tbs = ca_template(common_name, path_len)
            .to_be_signed(&public, &self.certificate, self.key.algorithm())
            .unwrap();
        Self { certificate: tbs.sign(&self.key).unwrap(), key }
    }

    pub(super) fn issue(&self, template: &LeafTemplate) -> Certificate {
        let tbs = template.to_be_signed(&self.certificate, self.key.algorithm()).unwrap();
        tbs.sign(&self.key).unwrap()
    }
}

pub(super) fn leaf_template(key: &dyn Signer, names: &[&str]) -> LeafTemplate {
    LeafTemplate {
        serial: Serial::random().unwrap(),
        not_before: now(),
        not_after: now().plus(47 * DAY),
        common_name: names.first().map(|name| (*name).to_owned()),
        sans: sans(names),
        public_key: PublicKey::from_spki_der(key.public_spki_der()).unwrap(),
        extended_key_usages: vec![ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth],
        must_staple: false,
        ocsp_urls: vec![],
        ca_issuer_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        no_rev_avail: false,
    }
}

/// Runs `openssl` in `dir` and gives its standard output; fails with its error output.
pub(super) fn openssl(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .current_dir(dir)
        .args(arguments)
        .output()
        .expect("the openssl command is needed: apt-get install openssl");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap() + &stderr
}

/// Runs `openssl` in `dir` where it has to fail, and gives everything that it says.
pub(super) fn openssl_refuses(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl").current_dir(dir).args(arguments).output().unwrap();
    assert!(!output.status.success(), "openssl {arguments:?} succeeded");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A CSR made by `openssl req` with these key arguments and extra arguments.
pub(super) fn openssl_csr(dir: &Path, key: &[&str], extra: &[&str]) -> String {
    let fixed = ["req", "-new", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-newkey"];
    openssl(dir, &[&fixed, key, extra].concat());
    std::fs::read_to_string(dir.join("request.pem")).unwrap()
}
