//! Revocation lists: what is built holds together, OpenSSL agrees, and nothing read can panic.

use super::support::{ALL_KINDS, Ca, DAY, leaf_template, now, openssl, openssl_refuses, root};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::profile::KeySpec;
use certctl_domain::revocation::RevocationReason;
use certctl_pki::crl::{IssuingPoint, RevokedListChange};
use certctl_pki::{Certificate, Crl, CrlEntry, CrlTemplate, EntryReason, Error, RevokedList, Serial};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::tempdir;

fn template(number: u64) -> CrlTemplate {
    CrlTemplate {
        number,
        this_update: now(),
        next_update: now().plus(DAY),
        delta_base: None,
        issuing_point: None,
        freshest_crl_urls: vec![],
        expired_since: None,
    }
}

fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn entry(text: &str, reason: RevocationReason) -> CrlEntry {
    CrlEntry::revoked(serial(text), now(), reason)
}

fn signed(template: &CrlTemplate, list: &RevokedList, ca: &Ca) -> Crl {
    let to_be_signed = template.to_be_signed(list, &ca.certificate, ca.key.algorithm()).unwrap();
    Crl::parse(&to_be_signed.sign(&ca.key).unwrap()).unwrap()
}

fn urls(urls: &[&str]) -> Vec<String> {
    urls.iter().map(|url| (*url).to_owned()).collect()
}

#[test]
fn openssl_shows_and_verifies_the_list_of_each_kind_of_ca() {
    let list = RevokedList::new([
        entry("0b", RevocationReason::KeyCompromise),
        entry("ff00", RevocationReason::Unspecified),
        CrlEntry {
            invalidity_date: Some(now().minus(DAY)),
            ..entry("0a0b0c", RevocationReason::AaCompromise)
        },
    ])
    .unwrap();
    for kind in ALL_KINDS {
        let ca = root(kind, Some(0));
        let crl = signed(&template(17), &list, &ca);
        let dir = tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), ca.certificate.to_pem()).unwrap();
        std::fs::write(dir.path().join("crl.pem"), crl.to_pem()).unwrap();
        let text = openssl(dir.path(), &["crl", "-in", "crl.pem", "-noout", "-text", "-CAfile", "ca.pem"]);
        for part in [
            "verify OK",
            "Version 2",
            "Last Update: Nov 21 10:00:00 2026 GMT",
            "Next Update: Nov 22 10:00:00 2026 GMT",
            "X509v3 CRL Number: \n                17",
            "Serial Number: 0B\n        Revocation Date: Nov 21 10:00:00 2026 GMT\n        CRL entry extensions:\n            X509v3 CRL Reason Code: \n                Key Compromise",
            "Serial Number: FF00\n        Revocation Date: Nov 21 10:00:00 2026 GMT\n    Serial Number",
            "Invalidity Date: \n                Nov 20 10:00:00 2026 GMT",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        let keys: Vec<_> = crl.entries().map(|entry| entry.serial.to_string()).collect();
        assert_eq!(keys, ["0b", "ff00", "0a0b0c"], "ascending numbers");
        crl.verify_signed_by(&ca.certificate).unwrap();
    }
}

#[test]
fn openssl_refuses_a_certificate_from_the_list_on_that_names_it() {
    let ca = root(KeySpec::P256, Some(0));
    let leaf = ca.issue(&leaf_template(&KeyPair::generate(KeySpec::P256).unwrap(), &["a.example.com"]));
    let dir = tempdir().unwrap();
    let at = now().plus(Duration::from_hours(1)).unix_seconds().to_string();
    std::fs::write(dir.path().join("ca.pem"), ca.certificate.to_pem()).unwrap();
    std::fs::write(dir.path().join("leaf.pem"), leaf.to_pem()).unwrap();
    let write = |crls: &[&Crl]| {
        let text: String = crls.iter().map(|crl| crl.to_pem()).collect();
        std::fs::write(dir.path().join("crl.pem"), text).unwrap();
    };
    let plain = ["verify", "-x509_strict", "-attime", &at, "-crl_check", "-CAfile", "ca.pem"];
    let plain = [&plain[..], &["-CRLfile", "crl.pem", "leaf.pem"]].concat();
    let deltas = [&["verify", "-use_deltas", "-extended_crl"][..], &plain[1..]].concat();

    let freshest = CrlTemplate { freshest_crl_urls: urls(&["http://ca.example.com/delta"]), ..template(1) };
    let mut list = RevokedList::default();
    let base = signed(&freshest, &list, &ca);
    write(&[&base]);
    assert!(openssl(dir.path(), &plain).contains("leaf.pem: OK"));

    let held = CrlEntry::revoked(leaf.serial().clone(), now(), RevocationReason::CertificateHold);
    list.insert(held.clone()).unwrap();
    let delta = CrlTemplate { delta_base: Some(1), ..template(2) };
    write(&[&base, &signed(&delta, &list, &ca)]);
    assert!(openssl(dir.path(), &plain).contains("leaf.pem: OK"), "who takes no deltas does not know yet");
    assert!(openssl_refuses(dir.path(), &deltas).contains("error 23"));

    let next = CrlTemplate { number: 2, ..freshest.clone() };
    let base = signed(&next, &list, &ca);
    write(&[&base]);
    assert!(openssl_refuses(dir.path(), &plain).contains("error 23"));

    let released = RevokedList::new([CrlEntry::removed(leaf.serial().clone(), now())]).unwrap();
    let delta = signed(&CrlTemplate { delta_base: Some(2), ..template(3) }, &released, &ca);
    assert_eq!(delta.find(leaf.serial()).unwrap().reason, EntryReason::RemoveFromCrl);
    write(&[&base, &delta]);
    assert!(openssl(dir.path(), &deltas).contains("leaf.pem: OK"));
}

#[test]
fn everything_that_goes_into_a_list_is_read_from_it() {
    let ca = root(KeySpec::P256, Some(0));
    let point = IssuingPoint {
        urls: urls(&["http://ca.example.com/1.crl", "http://b.example.com/1.crl"]),
        only_user_certs: true,
        only_ca_certs: false,
    };
    let full = CrlTemplate {
        issuing_point: Some(point.clone()),
        freshest_crl_urls: urls(&["http://ca.example.com/delta.crl"]),
        expired_since: Some(now().minus(400 * DAY)),
        ..template(u64::MAX)
    };
    let entries = [
        entry("01", RevocationReason::Superseded),
        CrlEntry {
            invalidity_date: Some(now().plus(30 * 366 * DAY)),
            revoked_at: now().plus(30 * 366 * DAY),
            ..entry("7f0000000000000000000000000000000000ffff", RevocationReason::KeyCompromise)
        },
        entry("ff00000000000000000000000000000000000001", RevocationReason::Unspecified),
    ];
    let crl = signed(&full, &RevokedList::new(entries.clone()).unwrap(), &ca);
    assert_eq!((crl.issuer(), crl.number(), crl.base_number()), ("CN=Test Root", Some(u64::MAX), None));
    assert_eq!((crl.this_update(), crl.next_update()), (now(), Some(now().plus(DAY))));
    assert_eq!(crl.authority_key_id(), ca.certificate.subject_key_id());
    assert_eq!((crl.issuing_urls(), crl.only_user_certs(), crl.only_ca_certs()), (point.urls, true, false));
    assert_eq!(crl.freshest_crl_urls(), full.freshest_crl_urls);
    assert!(!crl.is_delta() && !crl.is_partial() && crl.unknown_critical_extensions().is_empty());
    assert_eq!(crl.len(), 3);
    assert_eq!(crl.entries().collect::<Vec<_>>(), entries);
    assert_eq!(crl.find(&entries[1].serial).as_ref(), Some(&entries[1]));
    assert_eq!(crl.find(&serial("02")), None);
    assert_eq!(Crl::parse_pem(&crl.to_pem()).unwrap(), crl);

    let delta = CrlTemplate { delta_base: Some(7), ..template(8) };
    let delta = signed(&delta, &RevokedList::default(), &ca);
    assert_eq!((delta.is_delta(), delta.base_number(), delta.is_empty()), (true, Some(7), true));
}

#[test]
fn lists_that_make_no_sense_are_refused() {
    let ca = root(KeySpec::P256, Some(0));
    let refused = |template: CrlTemplate, ca: &Certificate, algorithm| {
        let built = template.to_be_signed(&RevokedList::default(), ca, algorithm);
        assert!(matches!(built, Err(Error::InvalidCrl { .. })), "{built:?}");
    };
    let algorithm = ca.key.algorithm();
    refused(CrlTemplate { next_update: now(), ..template(1) }, &ca.certificate, algorithm);
    refused(CrlTemplate { delta_base: Some(1), ..template(1) }, &ca.certificate, algorithm);
    let both = IssuingPoint { urls: vec![], only_user_certs: true, only_ca_certs: true };
    refused(CrlTemplate { issuing_point: Some(both), ..template(1) }, &ca.certificate, algorithm);
    let pointing = CrlTemplate { delta_base: Some(1), freshest_crl_urls: urls(&["http://x"]), ..template(2) };
    refused(pointing, &ca.certificate, algorithm);
    let leaf = ca.issue(&leaf_template(&KeyPair::generate(KeySpec::P256).unwrap(), &["a.example.com"]));
    refused(template(1), &leaf, algorithm);
    let other = KeyPair::generate(ALL_KINDS[2]).unwrap();
    refused(template(1), &ca.certificate, other.algorithm());
    let to_be_signed = template(1).to_be_signed(&RevokedList::default(), &ca.certificate, algorithm).unwrap();
    assert!(matches!(to_be_signed.sign(&other), Err(Error::AlgorithmsDiffer)));
}

#[test]
fn a_list_verifies_with_the_ca_that_signed_it_only() {
    let ca = root(KeySpec::P256, Some(1));
    let crl = signed(&template(1), &RevokedList::default(), &ca);
    let namesake = root(KeySpec::P256, Some(1));
    assert!(matches!(crl.verify_signed_by(&namesake.certificate), Err(Error::BadSignature { .. })));
    let other = ca.intermediate("Another CA", Some(0));
    assert!(matches!(crl.verify_signed_by(&other.certificate), Err(Error::OtherIssuer { .. })));
}

static SAMPLE: LazyLock<(Vec<u8>, Certificate)> = LazyLock::new(|| {
    let ca = root(KeySpec::P256, Some(0));
    let full = CrlTemplate {
        issuing_point: Some(IssuingPoint { urls: urls(&["http://x.example"]), ..IssuingPoint::default() }),
        freshest_crl_urls: urls(&["http://y.example"]),
        ..template(300)
    };
    let list = RevokedList::new([
        entry("01", RevocationReason::Superseded),
        CrlEntry { invalidity_date: Some(now()), ..entry("ff02", RevocationReason::CaCompromise) },
    ]);
    (signed(&full, &list.unwrap(), &ca).der().to_vec(), ca.certificate)
});

fn read_everything(bytes: &[u8]) {
    if let Ok(crl) = Crl::parse(bytes) {
        let _ = (crl.issuing_urls(), crl.freshest_crl_urls(), crl.unknown_critical_extensions());
        let _ = (crl.entries().count(), crl.find(&serial("ff02")), crl.number(), crl.base_number());
        let _ = crl.verify_signed_by(&SAMPLE.1);
        let list = RevokedList::of(&crl).unwrap();
        assert!(list.len() <= crl.len());
    }
}

fn changes() -> impl Strategy<Value = Vec<RevokedListChange>> {
    let reason = prop::sample::select(RevocationReason::ALL.to_vec());
    let one = (any::<bool>(), prop::collection::vec(0_u8..3, 0..3), reason, any::<bool>());
    let one = one.prop_map(|(put, octets, reason, dated)| {
        let serial = Serial::from_octets(&octets).unwrap();
        let invalidity_date = dated.then(now);
        if put {
            let entry = CrlEntry { invalidity_date, ..CrlEntry::revoked(serial, now(), reason) };
            RevokedListChange::Put(entry)
        } else {
            RevokedListChange::Remove(serial)
        }
    });
    prop::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn a_list_is_the_same_whatever_way_it_came_about(batches in prop::collection::vec(changes(), 0..6)) {
        let mut list = RevokedList::default();
        let mut model = BTreeMap::new();
        for batch in batches {
            for change in &batch {
                match change {
                    RevokedListChange::Put(entry) => drop(model.insert(entry.serial.clone(), entry.clone())),
                    RevokedListChange::Remove(serial) => drop(model.remove(serial)),
                }
            }
            list.apply(batch).unwrap();
            prop_assert_eq!(list.len(), model.len());
        }
        prop_assert_eq!(&list, &RevokedList::new(model.values().cloned()).unwrap());
        let key = &SAMPLE.1;
        let to_be_signed = template(1).to_be_signed(&list, key, certctl_crypto::SignatureAlgorithm::EcdsaSha256);
        let signature = certctl_crypto::Signature {
            algorithm: certctl_crypto::SignatureAlgorithm::EcdsaSha256,
            bytes: vec![0; 70],
        };
        let crl = Crl::parse(&to_be_signed.unwrap().assemble(&signature).unwrap()).unwrap();
        prop_assert_eq!(RevokedList::of(&crl).unwrap(), list);
        for entry in model.values() {
            let found = crl.find(&entry.serial);
            prop_assert_eq!(found.as_ref(), Some(entry));
        }
    }

    #[test]
    fn mutated_lists_never_panic_and_never_verify(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let mutated = super::hostile_input::mutate(&SAMPLE.0, &edits);
        read_everything(&mutated);
        if let Ok(crl) = Crl::parse(&mutated) {
            prop_assert!(mutated == SAMPLE.0 || crl.verify_signed_by(&SAMPLE.1).is_err());
        }
    }

    #[test]
    fn arbitrary_bytes_are_no_list(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Crl::parse(&bytes).is_err());
    }
}

#[test]
fn oversized_and_trailing_bytes_are_refused() {
    assert!(matches!(Crl::parse(&vec![0x30; 32 * 1024 * 1024 + 1]), Err(Error::TooLarge { .. })));
    assert!(Crl::parse(&[SAMPLE.0.as_slice(), &[0]].concat()).is_err());
    assert!(matches!(Crl::parse_at_most(&SAMPLE.0, 10), Err(Error::TooLarge { .. })));
}

#[test]
fn lists_made_by_openssl_are_read() {
    let dir = tempdir().unwrap();
    let ca = root(KeySpec::P256, Some(0));
    let key = ca.key.to_pkcs8_pem().unwrap();
    std::fs::write(dir.path().join("ca.pem"), ca.certificate.to_pem()).unwrap();
    std::fs::write(dir.path().join("ca.key"), key.expose()).unwrap();
    let index = "R\t301121100000Z\t261121100000Z,keyCompromise\tABCD\tunknown\t/CN=a\n\
                 R\t301121100000Z\t261121100000Z\t01\tunknown\t/CN=b\n";
    std::fs::write(dir.path().join("index.txt"), index).unwrap();
    std::fs::write(dir.path().join("crlnumber"), "2A\n").unwrap();
    let config = "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\n\
                  default_crl_days=1\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n";
    std::fs::write(dir.path().join("ca.cnf"), config).unwrap();
    let fixed =
        ["ca", "-config", "ca.cnf", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "x.pem"];
    openssl(dir.path(), &fixed);
    let crl = Crl::parse_pem(&std::fs::read_to_string(dir.path().join("x.pem")).unwrap()).unwrap();
    crl.verify_signed_by(&ca.certificate).unwrap();
    assert_eq!((crl.number(), crl.len()), (Some(42), 2));
    let found = crl.find(&serial("abcd")).unwrap();
    assert_eq!((found.reason, found.revoked_at), (RevocationReason::KeyCompromise.into(), now()));
    let list = RevokedList::of(&crl).unwrap();
    assert_eq!(list, RevokedList::new(crl.entries()).unwrap());
}
