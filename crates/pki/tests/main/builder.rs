//! Issued certificates, as OpenSSL sees them.

use super::support::{ALL_KINDS, Ca, DAY, leaf_template, now, openssl, root, sans};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_pki::{
    CaTemplate, Certificate, CertificateRequest, Error, LeafTemplate, RequestTemplate, Serial, ToBeSigned,
    key_matches,
};
use tempfile::tempdir;

fn text(certificate: &Certificate) -> String {
    let dir = tempdir().unwrap();
    std::fs::write(dir.path().join("certificate.pem"), certificate.to_pem()).unwrap();
    openssl(dir.path(), &["x509", "-in", "certificate.pem", "-noout", "-text"])
}

/// Verifies as a TLS server certificate, with all of OpenSSL's strictness.
fn strict_verify(root: &Ca, intermediates: &[Certificate], leaf: &Certificate) {
    let dir = tempdir().unwrap();
    let at = now().plus(DAY).unix_seconds().to_string();
    std::fs::write(dir.path().join("root.pem"), root.certificate.to_pem()).unwrap();
    std::fs::write(dir.path().join("chain.pem"), certctl_pki::chain_to_pem(intermediates)).unwrap();
    std::fs::write(dir.path().join("leaf.pem"), leaf.to_pem()).unwrap();
    let mut arguments =
        vec!["verify", "-x509_strict", "-check_ss_sig", "-attime", &at, "-purpose", "sslserver"];
    arguments.extend(["-CAfile", "root.pem"]);
    if !intermediates.is_empty() {
        arguments.extend(["-untrusted", "chain.pem"]);
    }
    arguments.push("leaf.pem");
    assert!(openssl(dir.path(), &arguments).contains("leaf.pem: OK"));
}

#[test]
fn openssl_verifies_strictly_what_each_kind_of_ca_issues_for_each_kind_of_key() {
    for ca_kind in ALL_KINDS {
        let root = root(ca_kind, Some(1));
        let intermediate = root.intermediate("Test Issuing CA", Some(0));
        for kind in ALL_KINDS {
            let key = KeyPair::generate(kind).unwrap();
            let asked =
                RequestTemplate { sans: sans(&["a.example.com", "*.b.example.com"]), ..Default::default() };
            let request = CertificateRequest::parse(asked.sign(&key).unwrap().to_pem().as_bytes()).unwrap();
            let template = LeafTemplate {
                public_key: request.public_key().clone(),
                sans: request.sans().to_vec(),
                ..leaf_template(&key, &["a.example.com"])
            };
            let direct = root.issue(&template);
            strict_verify(&root, &[], &direct);
            let leaf = intermediate.issue(&template);
            strict_verify(&root, std::slice::from_ref(&intermediate.certificate), &leaf);
            assert!(key_matches(&leaf, &key));
            assert!(!key_matches(&leaf, &intermediate.key));
            assert_eq!(leaf.key_spec(), Some(kind));
        }
    }
}

#[test]
fn a_leaf_carries_what_its_template_says() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 }).unwrap();
    let template = LeafTemplate {
        serial: "0a:bc".parse().unwrap(),
        sans: sans(&[
            "spiffe://x/y",
            "b.example.com",
            "::1",
            "10.0.0.1",
            "a@example.com",
            "a.example.com",
            "localhost",
        ]),
        must_staple: true,
        ocsp_urls: vec!["http://ocsp.example.com/".to_owned()],
        ca_issuer_urls: vec!["http://ca.example.com/ca.cer".to_owned()],
        crl_urls: vec!["http://ca.example.com/1.crl".to_owned(), "http://ca.example.org/1.crl".to_owned()],
        ..leaf_template(&key, &["a.example.com"])
    };
    let leaf = ca.issue(&template);
    let text = text(&leaf);
    for part in [
        "Version: 3 (0x2)",
        "Serial Number: 2748 (0xabc)",
        "Issuer: CN = Test Root",
        "Not Before: Nov 21 10:00:00 2026 GMT",
        "Not After : Jan  7 10:00:00 2027 GMT",
        "Subject: CN = a.example.com",
        "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment\n",
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "OCSP - URI:http://ocsp.example.com/",
        "CA Issuers - URI:http://ca.example.com/ca.cer",
        "DNS:a.example.com, DNS:b.example.com, DNS:localhost, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, \
         email:a@example.com, URI:spiffe://x/y",
        "URI:http://ca.example.com/1.crl",
        "URI:http://ca.example.org/1.crl",
        "TLS Feature: \n                status_request",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert_eq!(leaf.serial().to_string(), "0abc");
    assert_eq!((leaf.subject(), leaf.issuer()), ("CN=a.example.com", "CN=Test Root"));
    assert_eq!(leaf.common_name(), Some("a.example.com"));
    assert_eq!(leaf.names(), template.sans.iter().cloned().collect());
    assert_eq!((leaf.not_before(), leaf.not_after()), (template.not_before, template.not_after));
    assert_eq!(leaf.authority_key_id(), ca.certificate.subject_key_id());
    assert_eq!(leaf.subject_key_id(), Some(template.public_key.key_id().as_slice()));
    assert_eq!(leaf.extended_key_usages(), template.extended_key_usages);
    assert!(leaf.must_staple() && !leaf.is_ca() && !leaf.is_self_issued());
    assert_eq!(leaf.other_names(), [""; 0]);

    let dir = tempdir().unwrap();
    std::fs::write(dir.path().join("leaf.pem"), leaf.to_pem()).unwrap();
    let shown = openssl(dir.path(), &["x509", "-in", "leaf.pem", "-noout", "-fingerprint", "-sha256"]);
    let shown = shown.trim().rsplit('=').next().unwrap().replace(':', "").to_lowercase();
    assert_eq!(leaf.fingerprint(), shown);
}

#[test]
fn key_usage_follows_the_key() {
    let ca = root(KeySpec::P256, Some(0));
    for kind in ALL_KINDS {
        let key = KeyPair::generate(kind).unwrap();
        let template = leaf_template(&key, &["a.example.com"]);
        let server = text(&ca.issue(&template));
        let with = |usage| LeafTemplate { extended_key_usages: vec![usage], ..template.clone() };
        let client = text(&ca.issue(&with(ExtendedKeyUsage::ClientAuth)));
        let mail = text(&ca.issue(&with(ExtendedKeyUsage::EmailProtection)));
        for decrypting in [server, mail] {
            let is_rsa = kind.algorithm == KeyAlgorithm::Rsa;
            assert_eq!(decrypting.contains("Key Encipherment"), is_rsa, "{decrypting}");
        }
        assert!(!client.contains("Key Encipherment"), "{client}");
    }
}

#[test]
fn a_time_stamping_authority_has_that_purpose_critical_and_alone() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let purposes = |extended_key_usages| {
        let template = LeafTemplate { extended_key_usages, ..leaf_template(&key, &["tsa.example.com"]) };
        template.to_be_signed(&ca.certificate, ca.key.algorithm())
    };
    let alone = purposes(vec![ExtendedKeyUsage::TimeStamping]).unwrap().sign(&ca.key).unwrap();
    assert!(text(&alone).contains("X509v3 Extended Key Usage: critical\n                Time Stamping\n"));
    let shared = purposes(vec![ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::TimeStamping]).unwrap();
    let findings = certctl_pki::lint(shared.der(), &certctl_pki::LintParameters::leaf(&ca.certificate));
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["eku_time_stamping"]);
}

#[test]
fn without_a_usable_common_name_the_subject_is_empty_and_the_names_are_critical() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    for common_name in [None, Some("Web server".to_owned()), Some("b.example.com".to_owned())] {
        let leaf = ca.issue(&LeafTemplate { common_name, ..leaf_template(&key, &["a.example.com"]) });
        assert_eq!((leaf.subject(), leaf.common_name()), ("", None));
        assert!(text(&leaf).contains("X509v3 Subject Alternative Name: critical"));
        strict_verify(&ca, &[], &leaf);
    }
}

#[test]
fn equal_templates_give_equal_bytes_whatever_the_order_of_names() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let template = leaf_template(&key, &["a.example.com", "b.example.com", "10.0.0.1"]);
    let shuffled = LeafTemplate {
        sans: sans(&["10.0.0.1", "b.example.com", "a.example.com", "b.example.com"]),
        ..template.clone()
    };
    let build = |template: &LeafTemplate| template.to_be_signed(&ca.certificate, ca.key.algorithm()).unwrap();
    assert_eq!(build(&template), build(&shuffled));
    assert_eq!(build(&template).sha256_hex(), certctl_crypto::sha256_hex(build(&template).der()));
}

#[test]
fn a_recorded_intent_can_be_signed_later() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let template = leaf_template(&key, &["a.example.com"]);
    let intent = template.to_be_signed(&ca.certificate, ca.key.algorithm()).unwrap();
    let restored = ToBeSigned::from_der(intent.der()).unwrap();
    assert_eq!(restored, intent);
    assert_eq!(restored.serial(), &template.serial);
    let leaf = restored.sign(&ca.key).unwrap();
    assert_eq!(leaf.tbs_der(), intent.der());
    leaf.verify_signed_by(&ca.certificate).unwrap();

    let stranger = KeyPair::generate(KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 }).unwrap();
    assert!(matches!(restored.sign(&stranger), Err(Error::AlgorithmsDiffer)));
    let other = KeyPair::generate(KeySpec::P256).unwrap();
    let forged = restored.sign(&other).unwrap();
    assert!(matches!(forged.verify_signed_by(&ca.certificate), Err(Error::BadSignature { .. })));
}

#[test]
fn a_root_is_a_critical_ca_with_key_identifier_and_path_length() {
    let ca = root(KeySpec::P256, Some(0));
    let text = text(&ca.certificate);
    for part in [
        "X509v3 Key Usage: critical\n                Digital Signature, Certificate Sign, CRL Sign",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0",
        "X509v3 Subject Key Identifier",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(
        ca.certificate.is_ca() && ca.certificate.is_self_issued() && ca.certificate.may_sign_certificates()
    );
    assert_eq!(ca.certificate.path_len(), Some(0));
    ca.certificate.verify_signed_by(&ca.certificate).unwrap();
}

#[test]
fn templates_that_make_no_sense_are_refused() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let good = leaf_template(&key, &["a.example.com"]);
    let refused = |template: LeafTemplate, issuer: &Certificate| {
        let built = template.to_be_signed(issuer, ca.key.algorithm());
        assert!(matches!(built, Err(Error::InvalidTemplate { .. })), "{built:?}");
    };
    refused(LeafTemplate { sans: vec![], ..good.clone() }, &ca.certificate);
    refused(LeafTemplate { extended_key_usages: vec![], ..good.clone() }, &ca.certificate);
    refused(LeafTemplate { not_after: good.not_before, ..good.clone() }, &ca.certificate);
    refused(LeafTemplate { serial: Serial::from_octets(&[0]).unwrap(), ..good.clone() }, &ca.certificate);
    let leaf = ca.issue(&good);
    refused(good.clone(), &leaf);
    let rsa = KeyPair::generate(KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 }).unwrap();
    assert!(good.to_be_signed(&ca.certificate, rsa.algorithm()).is_err());
    for common_name in ["", "  ", "a\u{202e}b", &"x".repeat(65)] {
        let template =
            CaTemplate { common_name: common_name.to_owned(), ..super::support::ca_template("x", None) };
        assert!(
            matches!(template.self_signed(&ca.key), Err(Error::InvalidTemplate { .. })),
            "{common_name:?}"
        );
    }
}

#[test]
fn dates_from_2050_on_are_generalized_time() {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let template =
        CaTemplate { not_after: now().plus(30 * 366 * DAY), ..super::support::ca_template("Long", None) };
    let ca = template.self_signed(&key).unwrap();
    assert_eq!(ca.not_after(), template.not_after);
    assert!(text(&ca).contains("2056 GMT"));
}
