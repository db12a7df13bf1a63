//! Each lint fires on a certificate that breaks it, and none on what the builders make.

use super::*;
use crate::asn1::{NO_REV_AVAIL, NULL, OCSP_NO_CHECK, TLS_FEATURE, Validity, context_tag, sequence, tlv};
use crate::name::name_of;
use crate::{CaTemplate, LeafTemplate, ResponderTemplate, Serial, ToBeSigned};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::Timestamp;
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::asn1::{BitString, GeneralizedTime, Int, OctetString, UtcTime};
use der::{Any, DateTime, Tag};
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::time::Time;

const DAY: Duration = Duration::from_hours(24);
const EXPERIMENTAL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap()
}

fn root(key: &KeyPair, path_len: Option<u8>) -> Certificate {
    root_template(path_len).self_signed(key).unwrap()
}

fn root_template(path_len: Option<u8>) -> CaTemplate {
    CaTemplate {
        serial: Serial::random().unwrap(),
        common_name: "Lint Root".to_owned(),
        not_before: now(),
        not_after: now().plus(100 * DAY),
        path_len,
        ocsp_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        ca_issuer_urls: vec![],
    }
}

fn leaf_template(key: &KeyPair) -> LeafTemplate {
    LeafTemplate {
        serial: Serial::random().unwrap(),
        not_before: now(),
        not_after: now().plus(30 * DAY),
        common_name: Some("a.example.com".to_owned()),
        sans: vec![San::dns("a.example.com").unwrap(), San::parse("10.0.0.1").unwrap()],
        public_key: PublicKey::from_spki_der(key.public_spki_der()).unwrap(),
        extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
        must_staple: true,
        ocsp_urls: vec!["http://ocsp.example.com".to_owned()],
        ca_issuer_urls: vec!["http://ca.example.com/ca.cer".to_owned()],
        crl_urls: vec!["http://ca.example.com/ca.crl".to_owned()],
        freshest_crl_urls: vec![],
        no_rev_avail: false,
    }
}

fn codes(tbs: &Tbs, parameters: &LintParameters<'_>) -> Vec<&'static str> {
    lint(&tbs.to_der().unwrap(), parameters).into_iter().map(|finding| finding.code).collect()
}

fn set_extension(tbs: &mut Tbs, oid: ObjectIdentifier, value: &[u8]) {
    for extension in tbs.extensions.iter_mut().flatten().filter(|extension| extension.extn_id == oid) {
        extension.extn_value = OctetString::new(value).unwrap();
    }
}

fn remove_extension(tbs: &mut Tbs, oid: ObjectIdentifier) {
    tbs.extensions.as_mut().unwrap().retain(|extension| extension.extn_id != oid);
}

fn add_extension(tbs: &mut Tbs, oid: ObjectIdentifier, critical: bool, value: &[u8]) {
    let extension = Extension { extn_id: oid, critical, extn_value: OctetString::new(value).unwrap() };
    tbs.extensions.as_mut().unwrap().push(extension);
}

fn forget_revocation(tbs: &mut Tbs) {
    remove_extension(tbs, rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS);
    remove_extension(tbs, rfc5280::ID_PE_AUTHORITY_INFO_ACCESS);
}

fn set_names(tbs: &mut Tbs, names: &[(u8, &[u8])]) {
    let content: Vec<u8> =
        names.iter().flat_map(|(kind, value)| tlv(context_tag(*kind, false), value).unwrap()).collect();
    set_extension(tbs, rfc5280::ID_CE_SUBJECT_ALT_NAME, &tlv(Tag::Sequence, &content).unwrap());
}

fn general_time(at: &str) -> Time {
    Time::GeneralTime(GeneralizedTime::from_date_time(at.parse::<DateTime>().unwrap()))
}

fn utc_time(at: &str) -> Time {
    Time::UtcTime(UtcTime::from_date_time(at.parse::<DateTime>().unwrap()).unwrap())
}

fn rsa_spki_with_exponent_ending(last: u8) -> Any {
    let key = KeyPair::generate(KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 }).unwrap();
    let mut der = key.public_spki_der().to_vec();
    *der.last_mut().unwrap() = last;
    Any::from_der(&der).unwrap()
}

/// `BIT STRING` key usage with these named bits, most significant first.
const fn key_usage_value(bits: u8) -> [u8; 4] {
    [0x03, 0x02, 0x00, bits]
}

type Breakage = (&'static str, fn(&mut Tbs));

/// Everything that can be broken in the structure itself.
const BREAKAGES: &[Breakage] = &[
    ("size_too_large", |tbs| add_extension(tbs, EXPERIMENTAL, false, &[0; 70_000])),
    ("version_not_3", |tbs| tbs.version = Version::V1),
    ("serial_not_positive", |tbs| tbs.serial = Int::new(&[0x80, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap()),
    ("serial_not_positive", |tbs| tbs.serial = Int::new(&[0]).unwrap()),
    ("serial_too_long", |tbs| tbs.serial = Int::new(&[1; 21]).unwrap()),
    ("serial_low_entropy", |tbs| tbs.serial = Int::new(&[1, 2, 3, 4, 5, 6, 7]).unwrap()),
    ("signature_algorithm_unsuitable", |tbs| {
        let ed25519 = certctl_crypto::SignatureAlgorithm::Ed25519.identifier_der();
        tbs.signature = Any::from_der(ed25519).unwrap();
    }),
    ("signature_algorithm_unsuitable", |tbs| {
        let with_null = b"\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00";
        tbs.signature = Any::from_der(with_null).unwrap();
    }),
    ("issuer_name_mismatch", |tbs| tbs.issuer = name_of(Some("Another Root")).unwrap()),
    ("issuer_name_empty", |tbs| tbs.issuer = name_of(None).unwrap()),
    ("validity_order", |tbs| {
        tbs.validity = Validity { not_before: tbs.validity.not_after, not_after: tbs.validity.not_before };
    }),
    ("validity_encoding", |tbs| tbs.validity.not_after = general_time("2026-12-01T00:00:00Z")),
    ("validity_outside_issuer", |tbs| tbs.validity.not_after = utc_time("2049-01-01T00:00:00Z")),
    ("validity_outside_issuer", |tbs| tbs.validity.not_before = utc_time("2020-01-01T00:00:00Z")),
    ("key_unsupported", |tbs| tbs.spki = Any::new(Tag::Sequence, Vec::new()).unwrap()),
    ("key_weak", |tbs| tbs.spki = rsa_spki_with_exponent_ending(0)),
    ("key_unusual", |tbs| tbs.spki = rsa_spki_with_exponent_ending(3)),
    ("unique_id_present", |tbs| tbs.issuer_unique_id = Some(BitString::from_bytes(&[1]).unwrap())),
    ("subject_malformed", |tbs| tbs.subject = Any::new(Tag::Sequence, vec![2, 1, 0]).unwrap()),
    ("subject_text", |tbs| tbs.subject = name_of(Some("a\u{202e}b")).unwrap()),
    ("subject_text", |tbs| tbs.subject = name_of(Some(&"a".repeat(65))).unwrap()),
    ("subject_text", |tbs| tbs.subject = name_of(Some("")).unwrap()),
    ("subject_several_common_names", |tbs| {
        let twice = [tbs.subject.value(), tbs.subject.value()].concat();
        tbs.subject = Any::new(Tag::Sequence, twice).unwrap();
    }),
    ("common_name_not_in_san", |tbs| tbs.subject = name_of(Some("b.example.com")).unwrap()),
    ("san_missing", |tbs| remove_extension(tbs, rfc5280::ID_CE_SUBJECT_ALT_NAME)),
    ("san_criticality", |tbs| tbs.subject = name_of(None).unwrap()),
    ("san_dns_malformed", |tbs| set_names(tbs, &[(2, b"a_b.example.com")])),
    ("san_dns_malformed", |tbs| set_names(tbs, &[(2, b"a.example.com.")])),
    ("san_dns_malformed", |tbs| set_names(tbs, &[(2, b"a.*.example.com")])),
    ("san_dns_not_idna", |tbs| set_names(tbs, &[(2, b"xn--a-ecp.example.com")])),
    ("san_ip_length", |tbs| set_names(tbs, &[(7, &[10, 0, 0])])),
    ("san_email_malformed", |tbs| set_names(tbs, &[(1, b"nobody")])),
    ("san_uri_malformed", |tbs| set_names(tbs, &[(6, b"http://")])),
    ("san_unsupported_kind", |tbs| set_names(tbs, &[(8, &[0x2a, 3])])),
    ("san_unsupported_kind", |tbs| set_names(tbs, &[(2, "b\u{fc}cher.example".as_bytes())])),
    ("san_not_canonical", |tbs| set_names(tbs, &[(2, b"A.example.com")])),
    ("san_duplicate", |tbs| set_names(tbs, &[(2, b"a.example.com"), (2, b"a.example.com")])),
    ("extension_duplicate", |tbs| add_extension(tbs, TLS_FEATURE, false, &[0x30, 3, 2, 1, 5])),
    ("extension_unknown_critical", |tbs| add_extension(tbs, EXPERIMENTAL, true, &[5, 0])),
    ("basic_constraints", |tbs| {
        set_extension(tbs, rfc5280::ID_CE_BASIC_CONSTRAINTS, &[0x30, 3, 1, 1, 0xff]);
    }),
    ("path_length", |tbs| set_extension(tbs, rfc5280::ID_CE_BASIC_CONSTRAINTS, &[0x30, 3, 2, 1, 0])),
    ("key_usage_missing", |tbs| remove_extension(tbs, rfc5280::ID_CE_KEY_USAGE)),
    ("key_usage_unsuitable", |tbs| {
        set_extension(tbs, rfc5280::ID_CE_KEY_USAGE, &key_usage_value(0b1010_0000));
    }),
    ("key_usage_unsuitable", |tbs| {
        set_extension(tbs, rfc5280::ID_CE_KEY_USAGE, &key_usage_value(0b1000_0100));
    }),
    ("eku_missing", |tbs| remove_extension(tbs, rfc5280::ID_CE_EXT_KEY_USAGE)),
    ("eku_time_stamping", |tbs| {
        let purposes = vec![rfc5280::ID_KP_TIME_STAMPING].to_der().unwrap();
        set_extension(tbs, rfc5280::ID_CE_EXT_KEY_USAGE, &purposes);
    }),
    ("eku_server_and_client", |tbs| {
        let purposes = vec![rfc5280::ID_KP_SERVER_AUTH, rfc5280::ID_KP_CLIENT_AUTH].to_der().unwrap();
        set_extension(tbs, rfc5280::ID_CE_EXT_KEY_USAGE, &purposes);
    }),
    ("eku_not_allowed", |tbs| {
        let any_usage = sequence(&[&rfc5280::ANY_EXTENDED_KEY_USAGE.to_der().unwrap()]).unwrap();
        set_extension(tbs, rfc5280::ID_CE_EXT_KEY_USAGE, &any_usage);
    }),
    ("ski_missing", |tbs| remove_extension(tbs, rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER)),
    ("aki_mismatch", |tbs| remove_extension(tbs, rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER)),
    ("aki_mismatch", |tbs| {
        set_extension(tbs, rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, &[0x30, 4, 0x80, 2, 1, 2]);
    }),
    ("url_not_http", |tbs| {
        let points = crate::extension::freshest_crl(&["ldap://ca.example.com/".to_owned()]).unwrap();
        set_extension(tbs, rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, points.extn_value.as_bytes());
    }),
    ("url_not_http", |tbs| {
        let point = crate::extension::freshest_crl(&["ldap://ca.example.com/".to_owned()]).unwrap();
        tbs.extensions.as_mut().unwrap().push(point);
    }),
    ("ocsp_responder", |tbs| add_extension(tbs, OCSP_NO_CHECK, false, NULL)),
    ("no_rev_avail", |tbs| add_extension(tbs, NO_REV_AVAIL, false, NULL)),
    ("no_rev_avail", |tbs| {
        forget_revocation(tbs);
        add_extension(tbs, NO_REV_AVAIL, false, &[]);
    }),
    ("freshest_crl_alone", |tbs| {
        remove_extension(tbs, rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS);
        add_extension(tbs, rfc5280::ID_CE_FRESHEST_CRL, false, &[0x30, 0]);
    }),
    ("tls_feature_malformed", |tbs| set_extension(tbs, TLS_FEATURE, &[5, 0])),
];

/// Lints that need other parameters to fire; each has a test of its own below.
const BY_PARAMETERS: [&str; 6] = [
    MALFORMED,
    "issuer_not_an_authority",
    "validity_too_long",
    "key_is_issuer_key",
    "names_unexpected",
    "name_constraints_violated",
];

struct Authority {
    key: KeyPair,
    certificate: Certificate,
    leaf: Tbs,
}

fn authority() -> Authority {
    let (key, leaf_key) =
        (KeyPair::generate(KeySpec::P256).unwrap(), KeyPair::generate(KeySpec::P256).unwrap());
    let certificate = root(&key, Some(0));
    let leaf = leaf_template(&leaf_key).to_be_signed(&certificate, key.algorithm()).unwrap();
    let leaf = Tbs::from_der(leaf.der()).unwrap();
    Authority { key, certificate, leaf }
}

#[test]
fn each_lint_fires_on_a_certificate_that_breaks_it() {
    let ca = authority();
    let parameters = LintParameters::leaf(&ca.certificate);
    assert_eq!(codes(&ca.leaf, &parameters), [""; 0], "the certificate to break is clean");
    for (code, break_it) in BREAKAGES {
        let mut broken = ca.leaf.clone();
        break_it(&mut broken);
        let found = codes(&broken, &parameters);
        assert!(found.contains(code), "{code} did not fire, but {found:?}");
    }
}

#[test]
fn every_lint_has_a_test_and_a_code_of_its_own() {
    let tested: BTreeSet<&str> = BREAKAGES.iter().map(|(code, _)| *code).chain(BY_PARAMETERS).collect();
    let all: Vec<&str> = lint_codes().collect();
    let distinct: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len(), "a code occurs twice");
    assert_eq!(tested, distinct);
}

#[test]
fn what_the_builders_make_is_clean_for_every_kind_of_key() {
    let kinds = [
        KeySpec::P256,
        KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 },
        KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 },
        KeySpec { algorithm: KeyAlgorithm::Rsa, size: 2048 },
    ];
    for ca_kind in kinds {
        let ca_key = KeyPair::generate(ca_kind).unwrap();
        let ca = root(&ca_key, Some(1));
        let root_parameters =
            LintParameters { kind: CertificateKind::Authority, issuer: None, ..LintParameters::leaf(&ca) };
        assert_eq!(lint(ca.tbs_der(), &root_parameters), [], "{ca_kind:?}");

        for kind in kinds {
            let key = KeyPair::generate(kind).unwrap();
            let template = leaf_template(&key);
            let leaf = template.to_be_signed(&ca, ca_key.algorithm()).unwrap();
            let expected = template.sans.iter().cloned().collect();
            let parameters = LintParameters {
                max_validity: Some(31 * DAY),
                allowed_ekus: &[ExtendedKeyUsage::ServerAuth],
                expected_names: Some(&expected),
                ..LintParameters::leaf(&ca)
            };
            assert_eq!(lint(leaf.der(), &parameters), [], "{ca_kind:?} signs {kind:?}");

            let intermediate = CaTemplate { path_len: Some(0), ..root_template(None) }
                .to_be_signed(&template.public_key, &ca, ca_key.algorithm())
                .unwrap();
            let parameters = LintParameters { kind: CertificateKind::Authority, ..LintParameters::leaf(&ca) };
            assert_eq!(lint(intermediate.der(), &parameters), [], "{ca_kind:?} signs CA {kind:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_certificate_are_one_finding() {
    let ca = authority();
    for bytes in [b"".as_slice(), b"\x30\x00", b"garbage"] {
        let found = lint(bytes, &LintParameters::leaf(&ca.certificate));
        assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), [MALFORMED]);
    }
}

#[test]
fn a_responder_is_clean_as_one_and_as_nothing_else() {
    let ca = authority();
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let responder = ResponderTemplate {
        serial: Serial::random().unwrap(),
        common_name: ResponderTemplate::name_for(&ca.certificate),
        not_before: now(),
        not_after: now().plus(30 * DAY),
        public_key: PublicKey::from_spki_der(key.public_spki_der()).unwrap(),
    };
    let responder = responder.to_be_signed(&ca.certificate, ca.key.algorithm()).unwrap();
    let as_leaf = LintParameters::leaf(&ca.certificate);
    let as_responder = LintParameters { kind: CertificateKind::OcspResponder, ..as_leaf };
    assert_eq!(lint(responder.der(), &as_responder), []);
    let found: Vec<_> = lint(responder.der(), &as_leaf).into_iter().map(|finding| finding.code).collect();
    assert!(found.contains(&"ocsp_responder") && found.contains(&"eku_not_allowed"), "{found:?}");
    let mut checked = Tbs::from_der(responder.der()).unwrap();
    remove_extension(&mut checked, OCSP_NO_CHECK);
    assert_eq!(codes(&checked, &as_responder), ["ocsp_responder"]);
    assert!(codes(&ca.leaf, &as_responder).contains(&"ocsp_responder"));
}

#[test]
fn a_certificate_without_revocation_is_clean() {
    let ca = authority();
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let template = LeafTemplate { must_staple: false, no_rev_avail: true, ..leaf_template(&key) };
    let leaf = template.to_be_signed(&ca.certificate, ca.key.algorithm()).unwrap();
    assert_eq!(lint(leaf.der(), &LintParameters::leaf(&ca.certificate)), []);
    let leaf = leaf.sign(&ca.key).unwrap();
    assert!(leaf.no_rev_avail() && leaf.ocsp_urls().is_empty() && leaf.crl_urls().is_empty());
    assert_eq!(leaf.ca_issuer_urls(), template.ca_issuer_urls);
    let contradiction = LeafTemplate { must_staple: true, ..template };
    assert!(contradiction.to_be_signed(&ca.certificate, ca.key.algorithm()).is_err());
}

#[test]
fn a_leaf_cannot_issue() {
    let ca = authority();
    let tbs = ToBeSigned::from_der(&ca.leaf.to_der().unwrap()).unwrap();
    let leaf = tbs.sign(&ca.key).unwrap();
    assert!(codes(&ca.leaf, &LintParameters::leaf(&leaf)).contains(&"issuer_not_an_authority"));
}

#[test]
fn both_ends_count_towards_the_longest_validity() {
    let ca = authority();
    let fires = |max_validity| {
        let parameters =
            LintParameters { max_validity: Some(max_validity), ..LintParameters::leaf(&ca.certificate) };
        codes(&ca.leaf, &parameters).contains(&"validity_too_long")
    };
    assert!(fires(30 * DAY), "30 days and the last second are one second too long");
    assert!(!fires(30 * DAY + Duration::from_secs(1)));
}

#[test]
fn the_key_of_the_ca_is_not_certified_again() {
    let ca = authority();
    let mut leaf = ca.leaf.clone();
    leaf.spki = Any::from_der(ca.key.public_spki_der()).unwrap();
    assert!(codes(&leaf, &LintParameters::leaf(&ca.certificate)).contains(&"key_is_issuer_key"));
}

#[test]
fn names_have_to_be_the_expected_ones() {
    let ca = authority();
    let expected = BTreeSet::from([San::dns("a.example.com").unwrap(), San::dns("c.example.com").unwrap()]);
    let parameters =
        LintParameters { expected_names: Some(&expected), ..LintParameters::leaf(&ca.certificate) };
    let found = lint(&ca.leaf.to_der().unwrap(), &parameters);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "names_unexpected");
    assert_eq!(found[0].message, "missing c.example.com; unexpected 10.0.0.1");
}

#[test]
fn a_profile_limits_the_key_purposes() {
    let ca = authority();
    let allowed_ekus = &[ExtendedKeyUsage::ClientAuth];
    let parameters = LintParameters { allowed_ekus, ..LintParameters::leaf(&ca.certificate) };
    assert_eq!(codes(&ca.leaf, &parameters), ["eku_not_allowed"]);
}

#[test]
fn a_ca_below_path_length_zero_is_refused() {
    let ca = authority();
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let key = PublicKey::from_spki_der(key.public_spki_der()).unwrap();
    let parameters =
        LintParameters { kind: CertificateKind::Authority, ..LintParameters::leaf(&ca.certificate) };
    let tbs = root_template(Some(0)).to_be_signed(&key, &ca.certificate, ca.key.algorithm()).unwrap();
    assert_eq!(lint(tbs.der(), &parameters)[0].code, "path_length");
    let leaf_as_ca = codes(&ca.leaf, &parameters);
    assert!(leaf_as_ca.contains(&"basic_constraints") && leaf_as_ca.contains(&"key_usage_unsuitable"));
}

#[test]
fn name_constraints_of_the_ca_are_respected() {
    // (permitted, excluded, name, violated); kind 2 is DNS, 1 mail, 6 URI, 7 IP with mask.
    type Subtree = Option<(u8, &'static [u8])>;
    let cases: [(Subtree, Subtree, &str, bool); 16] = [
        (Some((2, b"example.com")), None, "a.example.com", false),
        (Some((2, b"example.com")), None, "example.com", false),
        (Some((2, b"example.com")), None, "badexample.com", true),
        (Some((2, b"example.com")), None, "*.example.com", false),
        (Some((2, b"example.com")), None, "10.0.0.1", false),
        (None, Some((2, b"")), "a.example.com", true),
        (None, Some((2, b"secret.example.com")), "a.example.com", false),
        (None, Some((2, b"secret.example.com")), "*.example.com", true),
        (Some((7, &[10, 0, 0, 0, 255, 0, 0, 0])), None, "10.1.2.3", false),
        (Some((7, &[10, 0, 0, 0, 255, 0, 0, 0])), None, "11.1.2.3", true),
        (Some((7, &[10, 0, 0, 0, 255, 0, 0, 0])), None, "::1", true),
        (Some((1, b"example.com")), None, "a@example.com", false),
        (Some((1, b"example.com")), None, "a@mail.example.com", true),
        (Some((1, b".example.com")), None, "a@mail.example.com", false),
        (Some((6, b".example.com")), None, "https://x.example.com:8443/p", false),
        (Some((6, b".example.com")), None, "https://example.org/", true),
    ];
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let leaf_key = KeyPair::generate(KeySpec::P256).unwrap();
    for (permitted, excluded, name, expected) in cases {
        let mut tbs = root(&key, Some(0)).tbs().clone();
        let mut constraints = Vec::new();
        for (number, subtree) in [(0, permitted), (1, excluded)] {
            if let Some((kind, base)) = subtree {
                let base = tlv(context_tag(kind, false), base).unwrap();
                constraints.extend(tlv(context_tag(number, true), &sequence(&[&base]).unwrap()).unwrap());
            }
        }
        let constraints = tlv(Tag::Sequence, &constraints).unwrap();
        add_extension(&mut tbs, rfc5280::ID_CE_NAME_CONSTRAINTS, true, &constraints);
        let ca = ToBeSigned::from_der(&tbs.to_der().unwrap()).unwrap().sign(&key).unwrap();
        let template = LeafTemplate { sans: vec![San::parse(name).unwrap()], ..leaf_template(&leaf_key) };
        let leaf = template.to_be_signed(&ca, key.algorithm()).unwrap();
        let found = lint(leaf.der(), &LintParameters::leaf(&ca));
        let violated = found.iter().any(|finding| finding.code == "name_constraints_violated");
        assert_eq!(violated, expected, "{name} under {permitted:?} without {excluded:?}: {found:?}");
    }
}
