//! Certificate requests: read, refused, made, compared.

use super::support::{ALL_KINDS, openssl, openssl_csr, sans};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_domain::san::San;
use certctl_pki::{CertificateRequest, Error, RequestTemplate, check_request, compare_names, has_errors};
use std::collections::BTreeSet;
use tempfile::tempdir;

const P256: &[&str] = &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const NAMES: &str = "subjectAltName=DNS:a.example.com,DNS:*.example.com,IP:10.0.0.1,IP:::1,email:a@example.com,URI:spiffe://x/y";

fn codes(request: &CertificateRequest) -> Vec<&'static str> {
    check_request(request).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn requests_made_by_openssl_are_read_for_every_kind_of_key() {
    let dir = tempdir().unwrap();
    let kinds: [(&[&str], KeyAlgorithm, u32); 6] = [
        (P256, KeyAlgorithm::Ecdsa, 256),
        (&["ec", "-pkeyopt", "ec_paramgen_curve:P-384"], KeyAlgorithm::Ecdsa, 384),
        (&["ec", "-pkeyopt", "ec_paramgen_curve:P-521"], KeyAlgorithm::Ecdsa, 521),
        (&["rsa:2048"], KeyAlgorithm::Rsa, 2048),
        (&["rsa:3072"], KeyAlgorithm::Rsa, 3072),
        (&["ed25519"], KeyAlgorithm::Ed25519, 256),
    ];
    for (key, algorithm, size) in kinds {
        let extra = [
            "-subj",
            "/O=Example/CN=a.example.com",
            "-addext",
            NAMES,
            "-addext",
            "tlsfeature=status_request",
        ];
        let pem =
            openssl_csr(dir.path(), key, &[&extra[..], &["-addext", "extendedKeyUsage=serverAuth"]].concat());
        let request = CertificateRequest::parse(pem.as_bytes()).unwrap();
        assert_eq!(request.public_key().spec(), KeySpec { algorithm, size });
        assert_eq!(request.common_name(), Some("a.example.com"));
        let expected = ["a.example.com", "*.example.com", "10.0.0.1", "::1", "a@example.com", "spiffe://x/y"];
        assert_eq!(request.sans(), sans(&expected));
        assert_eq!(request.requested_ekus(), [ExtendedKeyUsage::ServerAuth]);
        assert!(request.must_staple() && !request.is_ca_requested());
        assert_eq!(request.attribute_names(), ["extensionRequest"]);
        assert_eq!(codes(&request), [""; 0]);
        assert_eq!(CertificateRequest::parse(request.der()).unwrap(), request);
        assert_eq!(CertificateRequest::parse(request.to_pem().as_bytes()).unwrap(), request);
    }
}

#[test]
fn openssl_verifies_the_requests_we_make() {
    let dir = tempdir().unwrap();
    for kind in ALL_KINDS {
        let key = KeyPair::generate(kind).unwrap();
        let template = RequestTemplate {
            common_name: Some("a.example.com".to_owned()),
            sans: sans(&["b.example.com", "a.example.com", "10.0.0.1", "a.example.com"]),
            extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
            must_staple: true,
        };
        let request = template.sign(&key).unwrap();
        assert_eq!(request.public_key().spki_der(), key.public_spki_der());
        assert_eq!(codes(&request), [""; 0]);
        std::fs::write(dir.path().join("ours.pem"), request.to_pem()).unwrap();
        let text = openssl(dir.path(), &["req", "-in", "ours.pem", "-verify", "-noout", "-text"]);
        assert!(text.contains("verify OK"), "{text}");
        assert!(text.contains("Subject: CN = a.example.com"), "{text}");
        assert!(text.contains("DNS:a.example.com, DNS:b.example.com, IP Address:10.0.0.1"), "{text}");
        assert!(text.contains("TLS Web Server Authentication") && text.contains("status_request"), "{text}");
    }
}

#[test]
fn a_request_without_a_common_name_has_an_empty_subject() {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let long = format!("{}.example.com", "a".repeat(60));
    for common_name in [None, Some(long.clone()), Some("not one of them".to_owned())] {
        let template = RequestTemplate { common_name, sans: sans(&[&long]), ..Default::default() };
        let request = template.sign(&key).unwrap();
        assert_eq!(request.common_name(), None);
        assert_eq!(request.sans(), sans(&[&long]));
    }
    assert!(matches!(RequestTemplate::default().sign(&key), Err(Error::InvalidTemplate { .. })));
}

#[test]
fn a_changed_request_does_not_verify() {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let request =
        RequestTemplate { sans: sans(&["a.example.com"]), ..Default::default() }.sign(&key).unwrap();
    let text = b"a.example.com";
    let at = request.der().windows(text.len()).position(|window| window == text).unwrap();
    let mut forged = request.der().to_vec();
    forged[at] = b'b';
    assert!(matches!(CertificateRequest::parse(&forged), Err(Error::BadSignature { .. })));
}

#[test]
fn weak_keys_and_broken_algorithms_are_refused_by_name() {
    let dir = tempdir().unwrap();
    let parse = |key: &[&str], extra: &[&str]| {
        let extra = [&["-subj", "/CN=a.example.com"], extra].concat();
        CertificateRequest::parse(openssl_csr(dir.path(), key, &extra).as_bytes()).unwrap_err().to_string()
    };
    assert!(parse(&["rsa:1024"], &[]).contains("rsa_key_too_small"));
    let exponent = ["rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"];
    assert!(parse(&exponent, &[]).contains("rsa_exponent_weak"));
    assert!(parse(&["rsa:2048"], &["-sha1"]).contains("sha1WithRSAEncryption"));
    assert!(parse(P256, &["-sha1"]).contains("ecdsa-with-SHA1"));
    let koblitz = ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"];
    assert!(parse(&koblitz, &[]).contains("unsupported public key"));
    let explicit = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"];
    assert!(parse(&explicit, &[]).contains("unsupported public key"));
}

#[test]
fn names_that_are_never_issued_are_refused() {
    let dir = tempdir().unwrap();
    for (names, part) in [
        ("otherName:1.3.6.1.4.1.311.20.2.3;UTF8:admin@example.com", "otherName"),
        ("RID:1.2.3.4", "registeredID"),
        ("DNS:a_b.example.com", "a_b.example.com"),
        ("DNS:a..b", "a..b"),
    ] {
        let san = format!("subjectAltName={names}");
        let pem = openssl_csr(dir.path(), P256, &["-subj", "/CN=a.example.com", "-addext", &san]);
        let error = CertificateRequest::parse(pem.as_bytes()).unwrap_err();
        let chain = format!(
            "{error} {}",
            std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default()
        );
        assert!(chain.contains(part), "{chain}");
    }
}

#[test]
fn hygiene_reports_what_is_odd_about_a_request() {
    let dir = tempdir().unwrap();
    let request = |subject: &str, names: &str, more: &[&str]| {
        let san = format!("subjectAltName={names}");
        let arguments = [&["-utf8", "-multivalue-rdn", "-subj", subject, "-addext", &san], more].concat();
        CertificateRequest::parse(openssl_csr(dir.path(), P256, &arguments).as_bytes()).unwrap()
    };
    let twice = request("/CN=a.example.com", "DNS:a.example.com,DNS:A.example.com", &[]);
    assert_eq!(codes(&twice), ["csr_duplicate_name"]);
    let other = request("/CN=b.example.com", "DNS:a.example.com", &[]);
    assert_eq!(codes(&other), ["csr_common_name_not_in_sans"]);
    assert!(!has_errors(&check_request(&other)));
    let bidi = request("/O=\u{202e}evil/CN=a.example.com", "DNS:a.example.com", &[]);
    assert_eq!(codes(&bidi), ["csr_deceptive_characters"]);
    let several = request("/CN=a.example.com/CN=b.example.com", "DNS:a.example.com", &[]);
    assert_eq!(codes(&several), ["csr_several_common_names"]);
    let ca = request("/CN=a.example.com", "DNS:a.example.com", &["-addext", "basicConstraints=CA:TRUE"]);
    assert_eq!(codes(&ca), ["csr_asks_for_ca"]);
    let policy =
        request("/CN=a.example.com", "DNS:a.example.com", &["-addext", "certificatePolicies=1.2.3.4"]);
    assert_eq!(codes(&policy), ["csr_extension_ignored"]);
    let many: Vec<String> = (0..101).map(|n| format!("DNS:n{n}.example.com")).collect();
    let many = request("/CN=n0.example.com", &many.join(","), &[]);
    assert_eq!(codes(&many), ["csr_too_many_names"]);

    let config = "[req]\nprompt=no\ndistinguished_name=dn\nattributes=at\n[dn]\nO=Nothing\n[at]\nchallengePassword=abcdef\n";
    std::fs::write(dir.path().join("req.cnf"), config).unwrap();
    let pem = openssl_csr(dir.path(), P256, &["-config", "req.cnf"]);
    let challenge = CertificateRequest::parse(pem.as_bytes()).unwrap();
    assert_eq!(codes(&challenge), ["csr_no_names", "csr_challenge_password"]);
    assert_eq!(challenge.attribute_names(), ["challengePassword"]);
    assert_eq!(challenge.subject_attribute_names(), ["organizationName"]);
}

#[test]
fn names_are_compared_as_sets_and_the_common_name_counts() {
    let dir = tempdir().unwrap();
    let pem = openssl_csr(
        dir.path(),
        P256,
        &["-subj", "/CN=WWW.example.com", "-addext", "subjectAltName=DNS:b.example.com"],
    );
    let request = CertificateRequest::parse(pem.as_bytes()).unwrap();
    let set = |names: &[&str]| -> BTreeSet<San> { sans(names).into_iter().collect() };
    compare_names(&request, &set(&["b.example.com", "www.example.com"])).unwrap();
    let mismatch = compare_names(&request, &set(&["b.example.com", "c.example.com"])).unwrap_err();
    assert_eq!(mismatch.missing, sans(&["c.example.com"]));
    assert_eq!(mismatch.extra, sans(&["www.example.com"]));
    assert_eq!(
        mismatch.to_string(),
        "the names differ from the expected ones: missing c.example.com; unexpected www.example.com"
    );
}
