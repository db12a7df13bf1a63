//! What is issued does not change by accident: fixed templates and Ed25519 keys give fixed bytes.

use super::support::{leaf_template, now, sans};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_pki::{Certificate, LeafTemplate, RequestTemplate};

const CA_KEY: &str = include_str!("../golden/ca-key.pem");
const LEAF_KEY: &str = include_str!("../golden/leaf-key.pem");
const CA: &str = include_str!("../golden/ca.pem");
const LEAF: &str = include_str!("../golden/leaf.pem");
const REQUEST: &str = include_str!("../golden/request.pem");

#[test]
fn a_root_is_the_golden_one() {
    let key = KeyPair::from_pem(CA_KEY).unwrap();
    let mut template = super::support::ca_template("Golden Root", Some(0));
    template.serial = "4000000000000000000000000000000000000001".parse().unwrap();
    assert_eq!(template.self_signed(&key).unwrap().to_pem(), CA);
}

#[test]
fn a_leaf_is_the_golden_one() {
    let (ca_key, key) = (KeyPair::from_pem(CA_KEY).unwrap(), KeyPair::from_pem(LEAF_KEY).unwrap());
    let template = LeafTemplate {
        serial: "4000000000000000000000000000000000000002".parse().unwrap(),
        sans: sans(&[
            "www.example.com",
            "*.example.com",
            "2001:db8::1",
            "ops@example.com",
            "spiffe://example.com/web",
        ]),
        must_staple: true,
        ocsp_urls: vec!["http://ocsp.example.com".to_owned()],
        ca_issuer_urls: vec!["http://ca.example.com/ca.cer".to_owned()],
        crl_urls: vec!["http://ca.example.com/ca.crl".to_owned()],
        ..leaf_template(&key, &["www.example.com"])
    };
    let ca = Certificate::parse_pem(CA).unwrap();
    let leaf = template.to_be_signed(&ca, ca_key.algorithm()).unwrap().sign(&ca_key).unwrap();
    assert_eq!(leaf.to_pem(), LEAF);
    certctl_pki::check_chain(&leaf, &[ca], now()).unwrap();
}

#[test]
fn a_request_is_the_golden_one() {
    let key = KeyPair::from_pem(LEAF_KEY).unwrap();
    let template = RequestTemplate {
        common_name: Some("www.example.com".to_owned()),
        sans: sans(&["www.example.com", "192.0.2.1"]),
        extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
        must_staple: true,
    };
    assert_eq!(template.sign(&key).unwrap().to_pem(), REQUEST);
}
