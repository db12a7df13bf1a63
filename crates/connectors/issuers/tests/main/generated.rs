//! Roots that certctl makes and keeps.

use crate::bench::{Bench, openssl_accepts, order, root_of};
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn every_kind_of_root_signs_leaves_that_openssl_accepts() {
    for (text, algorithm, size) in [
        ("P-256", KeyAlgorithm::Ecdsa, 256),
        ("P-384", KeyAlgorithm::Ecdsa, 384),
        ("RSA-2048", KeyAlgorithm::Rsa, 2048),
        ("RSA-3072", KeyAlgorithm::Rsa, 3072),
        ("RSA-4096", KeyAlgorithm::Rsa, 4096),
        ("Ed25519", KeyAlgorithm::Ed25519, 256),
    ] {
        let bench = Bench::new();
        let ca = bench.build(&json!({"key_algorithm": text})).unwrap();
        ca.check(bench.now).await.unwrap();
        let root = root_of(&*ca).await;
        assert_eq!(root.key_spec(), Some(KeySpec { algorithm, size }), "{text}");
        let issued = bench.issue(&*ca, order("www.example.com", &["www.example.com", "10.0.0.7"])).await;
        openssl_accepts(&issued, &root);
        assert!(issued.chain.is_empty(), "a server needs no root in its chain");
    }
}

#[tokio::test]
async fn the_root_is_what_the_configuration_says() {
    let bench = Bench::new();
    let ca =
        bench.build(&json!({"ca_common_name": "Lab CA", "ca_validity": "400d", "validity": "47d"})).unwrap();
    let root = root_of(&*ca).await;
    assert_eq!(root.common_name(), Some("Lab CA"));
    assert_eq!(root.not_after(), bench.now.plus(Duration::from_hours(24 * 400)));
    assert_eq!(root.not_before(), bench.now.minus(Duration::from_mins(5)));
    assert!(root.may_sign_certificates());
}

#[tokio::test]
async fn a_restart_gives_the_same_ca() {
    let bench = Bench::new();
    let before = root_of(&*bench.build(&json!({})).unwrap()).await;
    let after = root_of(&*bench.build(&json!({})).unwrap()).await;
    assert_eq!(before.fingerprint(), after.fingerprint());
}

#[tokio::test]
async fn two_racing_replicas_end_with_one_ca() {
    let bench = Bench::new();
    let (one, two) = (bench.build(&json!({})).unwrap(), bench.build(&json!({})).unwrap());
    let (first, second) = tokio::join!(root_of(&*one), root_of(&*two));
    assert_eq!(first.fingerprint(), second.fingerprint());
    // Each signs with the key that was kept, not with the one it made itself.
    for ca in [one, two] {
        let issued = bench.issue(&*ca, order("a.example.com", &["a.example.com"])).await;
        issued.leaf.verify_signed_by(&first).unwrap();
    }
}

#[tokio::test]
async fn an_expired_root_signs_nothing() {
    let bench = Bench::new();
    let ca = bench.build(&json!({"validity": "1h", "ca_validity": "2h"})).unwrap();
    ca.check(bench.now).await.unwrap();
    let later = bench.now.plus(Duration::from_hours(2));
    let refusal = ca.prepare(order("a.example.com", &["a.example.com"]), later).await.unwrap_err();
    assert_eq!(refusal.class, certctl_domain::retry::FailureClass::Permanent);
    assert!(refusal.message.contains("expired"), "{refusal}");
    assert!(ca.check(later).await.is_err());
}

#[tokio::test]
async fn the_root_ends_the_chain_on_demand() {
    let bench = Bench::new();
    let ca = bench.build(&json!({"include_root": true})).unwrap();
    let issued = bench.issue(&*ca, order("a.example.com", &["a.example.com"])).await;
    let root = root_of(&*ca).await;
    assert_eq!(
        issued.chain.iter().map(certctl_pki::Certificate::fingerprint).collect::<Vec<_>>(),
        [root.fingerprint()]
    );
}

#[tokio::test]
async fn debug_output_shows_no_key() {
    let bench = Bench::new();
    let ca = bench.build(&json!({})).unwrap();
    ca.check(bench.now).await.unwrap();
    let shown = format!("{ca:?}");
    assert!(shown.contains("KeyPair"), "{shown}");
    assert!(!shown.contains("secret") && !shown.contains("PRIVATE"), "{shown}");
}
