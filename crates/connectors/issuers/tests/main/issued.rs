//! What stands in issued certificates.

use crate::bench::{Bench, names, order, order_with_key, root_of};
use certctl_crypto::KeyPair;
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_pki::{LintParameters, has_errors, key_matches, lint};
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn the_leaf_carries_exactly_the_ordered_names_and_key() {
    let bench = Bench::new();
    let ca = bench.build(&json!({})).unwrap();
    let key = KeyPair::generate(KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 }).unwrap();
    let all = [
        "b.example.com",
        "*.a.example.com",
        "localhost",
        "2001:db8::1",
        "ops@example.com",
        "spiffe://example.com/x",
    ];
    let issued = bench.issue(&*ca, order_with_key("b.example.com", &all, &key)).await;
    assert_eq!(issued.leaf.names(), names(&all));
    assert_eq!(issued.leaf.common_name(), Some("b.example.com"));
    assert!(key_matches(&issued.leaf, &key));
    assert!(!issued.leaf.is_ca());
    assert_eq!(issued.leaf.extended_key_usages(), [ExtendedKeyUsage::ServerAuth]);
    assert_eq!(issued.prepared.to_be_signed.unwrap().serial, issued.leaf.serial().to_string());
}

#[tokio::test]
async fn a_common_name_that_is_no_ordered_name_stays_out_of_the_subject() {
    let bench = Bench::new();
    let ca = bench.build(&json!({})).unwrap();
    let issued = bench.issue(&*ca, order("Web server of the shop", &["shop.example.com"])).await;
    assert_eq!(issued.leaf.subject(), "");
    assert_eq!(issued.leaf.names(), names(&["shop.example.com"]));
}

#[tokio::test]
async fn what_will_be_signed_passes_the_linter() {
    let bench = Bench::new();
    let ca = bench.build(&json!({"validity": "47d"})).unwrap();
    let mut order = order("a.example.com", &["a.example.com"]);
    order.max_ttl = Some(10 * DAY);
    let expected = order.names.clone();
    let draft = ca.prepare(order, bench.now).await.unwrap().to_be_signed.unwrap();
    let root = root_of(&*ca).await;
    let parameters = LintParameters {
        max_validity: Some(10 * DAY),
        expected_names: Some(&expected),
        ..LintParameters::leaf(&root)
    };
    let findings = lint(&draft.tbs_der, &parameters);
    assert!(!has_errors(&findings), "{findings:?}");
    assert_eq!(draft.ca_der, root.der());
}

#[tokio::test]
async fn validity_follows_configuration_cap_and_the_end_of_the_ca() {
    let bench = Bench::new();
    let order = || order("a.example.com", &["a.example.com"]);

    let ca = bench.build(&json!({"validity_days": 30, "ca_validity": "40d"})).unwrap();
    let issued = bench.issue(&*ca, order()).await;
    assert_eq!(issued.leaf.not_after(), bench.now.plus(30 * DAY));
    assert_eq!(issued.leaf.not_before(), bench.now.minus(Duration::from_mins(5)));

    // The cap counts the whole validity, from the backdated first second to the last one.
    let mut capped = order();
    capped.max_ttl = Some(Duration::from_hours(1));
    let issued = bench.issue(&*ca, capped).await;
    assert_eq!(issued.leaf.not_before(), bench.now.minus(Duration::from_mins(5)));
    assert_eq!(
        issued.leaf.not_after(),
        bench.now.plus(Duration::from_mins(55)).minus(Duration::from_secs(1))
    );

    // Ten days before its end the CA gives ten days.
    let late = bench.now.plus(30 * DAY);
    let draft = ca.prepare(order(), late).await.unwrap().to_be_signed.unwrap();
    assert_eq!(draft.not_after, bench.now.plus(40 * DAY));
}

#[tokio::test]
async fn short_lifetimes_are_backdated_by_a_tenth_only() {
    let bench = Bench::new();
    let ca = bench.build(&json!({"validity": "5m"})).unwrap();
    let issued = bench.issue(&*ca, order("a.example.com", &["a.example.com"])).await;
    assert_eq!(issued.leaf.not_before(), bench.now.minus(Duration::from_secs(30)));
    assert_eq!(issued.leaf.not_after(), bench.now.plus(Duration::from_mins(5)));
}

#[tokio::test]
async fn urls_and_must_staple_are_carried() {
    let bench = Bench::new();
    let config = json!({
        "ocsp_urls": ["http://ocsp.example.com"],
        "ca_issuer_urls": ["http://pki.example.com/ca.crt"],
        "crl_distribution_point_urls": ["http://pki.example.com/ca.crl"],
    });
    let ca = bench.build(&config).unwrap();
    assert!(ca.capabilities().must_staple);
    let mut stapled = order("a.example.com", &["a.example.com"]);
    stapled.must_staple = true;
    stapled.ekus = vec![ExtendedKeyUsage::ClientAuth];
    let issued = bench.issue(&*ca, stapled).await;
    assert!(issued.leaf.must_staple());
    assert_eq!(issued.leaf.extended_key_usages(), [ExtendedKeyUsage::ClientAuth]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("leaf.pem"), issued.leaf.to_pem()).unwrap();
    let text = crate::bench::openssl(folder.path(), &["x509", "-in", "leaf.pem", "-noout", "-text"]);
    for url in ["http://ocsp.example.com", "http://pki.example.com/ca.crt", "http://pki.example.com/ca.crl"] {
        assert!(text.contains(url), "{url} is missing in {text}");
    }
}

#[tokio::test]
async fn a_leaf_whose_revocation_is_not_announced_says_so_and_names_no_place() {
    let bench = Bench::new();
    let config = json!({
        "ocsp_urls": ["http://ocsp.example.com"],
        "crl_distribution_point_urls": ["http://pki.example.com/ca.crl"],
    });
    let ca = bench.build(&config).unwrap();
    let mut short = order("a.example.com", &["a.example.com"]);
    short.no_rev_avail = true;
    let leaf = bench.issue(&*ca, short).await.leaf;
    assert!(leaf.no_rev_avail());
    assert!(leaf.ocsp_urls().is_empty() && leaf.crl_urls().is_empty());
}

#[tokio::test]
async fn must_staple_without_an_ocsp_url_is_refused() {
    let bench = Bench::new();
    let ca = bench.build(&json!({})).unwrap();
    assert!(!ca.capabilities().must_staple);
    let mut stapled = order("a.example.com", &["a.example.com"]);
    stapled.must_staple = true;
    let refusal = ca.prepare(stapled, bench.now).await.unwrap_err();
    assert!(refusal.message.contains("ocsp_urls"), "{refusal}");
}

#[tokio::test]
async fn a_damaged_request_is_refused() {
    let bench = Bench::new();
    let ca = bench.build(&json!({})).unwrap();
    let mut damaged = order("a.example.com", &["a.example.com"]);
    let last = damaged.csr_der.len() - 1;
    damaged.csr_der[last] ^= 1;
    let refusal = ca.prepare(damaged, bench.now).await.unwrap_err();
    assert_eq!(refusal.class, certctl_domain::retry::FailureClass::Permanent);
}

#[tokio::test]
async fn serial_numbers_never_repeat_between_preparations() {
    let bench = Bench::new();
    let ca = bench.build(&json!({})).unwrap();
    let order = order("a.example.com", &["a.example.com"]);
    let one = ca.prepare(order.clone(), bench.now).await.unwrap().to_be_signed.unwrap();
    let two = ca.prepare(order, bench.now).await.unwrap().to_be_signed.unwrap();
    assert_ne!(one.serial, two.serial);
}
