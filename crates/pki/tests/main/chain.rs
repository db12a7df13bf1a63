//! Chains hold together or are refused for the right reason.

use super::support::{Ca, DAY, leaf_template, now, openssl, root};
use certctl_crypto::KeyPair;
use certctl_domain::profile::KeySpec;
use certctl_pki::{Certificate, ChainError, Error, chain_to_pem, check_chain, parse_chain};
use tempfile::tempdir;

fn leaf_of(ca: &Ca) -> Certificate {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    ca.issue(&leaf_template(&key, &["a.example.com"]))
}

#[test]
fn a_sound_chain_is_accepted_with_and_without_its_root() {
    let root = root(KeySpec::P256, Some(1));
    let issuing = root.intermediate("Issuing", Some(0));
    let leaf = leaf_of(&issuing);
    let full = [issuing.certificate.clone(), root.certificate.clone()];
    check_chain(&leaf, &full, now()).unwrap();
    check_chain(&leaf, &full[..1], now()).unwrap();
    check_chain(&leaf, &[], now()).unwrap();

    let pem = chain_to_pem(&[std::slice::from_ref(&leaf), &full[..]].concat());
    let read = parse_chain(&pem).unwrap();
    assert_eq!(read.len(), 3);
    assert_eq!(read[0], leaf);
    assert!(matches!(parse_chain("nothing here"), Err(Error::NoPemBlock { .. })));
}

#[test]
fn chains_in_the_wrong_order_or_with_strangers_are_refused() {
    let one = root(KeySpec::P256, Some(1));
    let issuing = one.intermediate("Issuing", Some(0));
    let leaf = leaf_of(&issuing);
    let wrong_order = [one.certificate.clone(), issuing.certificate.clone()];
    assert!(matches!(
        check_chain(&leaf, &wrong_order, now()),
        Err(ChainError::IssuerMismatch { position: 0, .. })
    ));

    // Same names, other keys.
    let stranger = root(KeySpec::P256, Some(1)).intermediate("Issuing", Some(0));
    let chain = [stranger.certificate];
    assert!(matches!(check_chain(&leaf, &chain, now()), Err(ChainError::KeyIdMismatch { position: 0 })));
}

#[test]
fn a_forged_signature_is_noticed() {
    let ca = root(KeySpec::P256, Some(0));
    let leaf = leaf_of(&ca);
    let mut der = leaf.der().to_vec();
    let last = der.len() - 1;
    der[last] ^= 1;
    let forged = Certificate::parse_der(&der).unwrap();
    let chain = [ca.certificate.clone()];
    assert!(matches!(check_chain(&forged, &chain, now()), Err(ChainError::BadSignature { position: 0, .. })));

    let mut der = ca.certificate.der().to_vec();
    let last = der.len() - 1;
    der[last] ^= 1;
    let chain = [Certificate::parse_der(&der).unwrap()];
    assert!(matches!(check_chain(&leaf, &chain, now()), Err(ChainError::BadSignature { position: 1, .. })));
}

#[test]
fn only_authorities_may_sign() {
    let ca = root(KeySpec::P256, Some(0));
    let leaf = leaf_of(&ca);
    assert!(matches!(
        check_chain(&leaf, &[leaf_of(&ca)], now()),
        Err(ChainError::IssuerMismatch { .. } | ChainError::NotAnAuthority { .. })
    ));
    assert!(matches!(check_chain(&ca.certificate, &[], now()), Err(ChainError::LeafIsCa)));
}

#[test]
fn path_lengths_are_kept() {
    let root = root(KeySpec::P256, Some(0));
    let middle = root.intermediate("Middle", None);
    let leaf = leaf_of(&middle);
    let chain = [middle.certificate, root.certificate];
    let error = check_chain(&leaf, &chain, now()).unwrap_err();
    assert!(matches!(error, ChainError::PathTooLong { position: 2, path_len: 0, below: 1 }), "{error}");
}

#[test]
fn validity_counts_both_ends() {
    let ca = root(KeySpec::P256, Some(0));
    let leaf = leaf_of(&ca);
    let chain = [ca.certificate];
    check_chain(&leaf, &chain, leaf.not_after()).unwrap();
    let second = std::time::Duration::from_secs(1);
    let late = check_chain(&leaf, &chain, leaf.not_after().plus(second));
    assert!(matches!(late, Err(ChainError::Expired { position: 0, .. })));
    let early = check_chain(&leaf, &chain, leaf.not_before().minus(second));
    assert!(matches!(early, Err(ChainError::NotYetValid { position: 0, .. })));
    let after_the_root = check_chain(&leaf, &chain, now().plus(4000 * DAY));
    assert!(matches!(after_the_root, Err(ChainError::Expired { position: 0, .. })));
}

#[test]
fn absurdly_long_chains_are_refused() {
    let ca = root(KeySpec::P256, None);
    let leaf = leaf_of(&ca);
    let chain = vec![ca.certificate; 10];
    assert!(matches!(check_chain(&leaf, &chain, now()), Err(ChainError::TooLong { length: 11 })));
}

#[test]
fn chains_made_by_openssl_are_read_and_checked() {
    let dir = tempdir().unwrap();
    let run = |arguments: &[&str]| openssl(dir.path(), arguments);
    let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
    let root = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem"];
    let root_extra = ["-subj", "/C=DE/O=Example/CN=Root", "-days", "3650", "-sha384"];
    for signature in [&[][..], &pss[..]] {
        run(&[&root[..], &root_extra, signature].concat());
        run(&[
            "req",
            "-new",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "k",
            "-out",
            "r",
            "-subj",
            "/CN=a.example.com",
        ]);
        std::fs::write(
            dir.path().join("ext"),
            "subjectAltName=DNS:a.example.com,otherName:1.2.3;UTF8:x,DNS:a_b.c\n",
        )
        .unwrap();
        let sign = [
            "x509", "-req", "-in", "r", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "30", "-out",
            "leaf.pem",
        ];
        run(&[&sign[..], &["-extfile", "ext", "-sha512"], signature].concat());
        let pem = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        let leaf = Certificate::parse_pem(&pem("leaf.pem")).unwrap();
        let ca = Certificate::parse_pem(&pem("ca.pem")).unwrap();
        assert_eq!(ca.subject(), "CN=Root,O=Example,C=DE");
        assert_eq!(leaf.sans().len(), 1);
        assert_eq!(leaf.other_names(), ["otherName", "dNSName `a_b.c`"]);
        check_chain(&leaf, std::slice::from_ref(&ca), leaf.not_before()).unwrap();
    }
}
