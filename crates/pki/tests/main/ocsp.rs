//! OCSP: what is built holds together, OpenSSL agrees in both directions, nothing read can panic.

use super::hostile_input::mutate;
use super::support::{ALL_KINDS, Ca, DAY, leaf_template, now, openssl, openssl_refuses, root};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::profile::KeySpec;
use certctl_domain::revocation::RevocationReason;
use certctl_pki::ocsp::{
    CaIdentity, CertIdForm, CertIdHash, GetRequest, OcspError, OcspRequest, OcspResponse, OcspStatus,
    RequestError, Responder, ResponseStatus, ResponseTemplate, SingleAnswer, decode_get_path, error_response,
};
use certctl_pki::{Certificate, PublicKey, ResponderTemplate, Serial};
use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::tempdir;

const HOUR: Duration = Duration::from_hours(1);

fn delegate(ca: &Ca, kind: KeySpec) -> (KeyPair, Certificate) {
    let key = KeyPair::generate(kind).unwrap();
    let template = ResponderTemplate {
        serial: Serial::random().unwrap(),
        common_name: ResponderTemplate::name_for(&ca.certificate),
        not_before: now().minus(DAY),
        not_after: now().plus(30 * DAY),
        public_key: PublicKey::from_spki_der(key.public_spki_der()).unwrap(),
    };
    let tbs = template.to_be_signed(&ca.certificate, ca.key.algorithm()).unwrap();
    (key, tbs.sign(&ca.key).unwrap())
}

fn respond(
    request: &OcspRequest,
    status: impl Fn(&Serial) -> OcspStatus,
    key: &KeyPair,
    signer: &Certificate,
    along: &[Certificate],
) -> Vec<u8> {
    let answers: Vec<_> = request
        .ids()
        .iter()
        .map(|id| SingleAnswer {
            cert_id: id.clone(),
            status: status(id.serial()),
            this_update: now().minus(HOUR),
            next_update: Some(now().plus(DAY)),
            archive_cutoff: None,
        })
        .collect();
    let template = ResponseTemplate {
        responder: &Responder::of(signer).unwrap(),
        produced_at: now(),
        answers: &answers,
        nonce: request.nonce(),
        extended_revoke: false,
    };
    template.to_be_signed(key.algorithm()).unwrap().sign(key, along).unwrap()
}

fn good(_serial: &Serial) -> OcspStatus {
    OcspStatus::Good
}

struct Files {
    dir: tempfile::TempDir,
}

impl Files {
    fn new(ca: &Ca, leaves: &[&Certificate]) -> Self {
        let dir = tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), ca.certificate.to_pem()).unwrap();
        for (number, leaf) in leaves.iter().enumerate() {
            std::fs::write(dir.path().join(format!("{number}.pem")), leaf.to_pem()).unwrap();
        }
        Self { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A request about the first `count` leaves as OpenSSL makes it.
    fn request(&self, count: usize, options: &[&str]) -> OcspRequest {
        OcspRequest::parse(&self.request_der(count, options)).unwrap()
    }

    fn request_der(&self, count: usize, options: &[&str]) -> Vec<u8> {
        let names: Vec<String> = (0..count).map(|number| format!("{number}.pem")).collect();
        let mut arguments = vec!["ocsp", "-issuer", "ca.pem"];
        arguments.extend(options);
        arguments.extend(names.iter().flat_map(|name| ["-cert", name]));
        arguments.extend(["-reqout", "request.der"]);
        openssl(self.path(), &arguments);
        std::fs::read(self.path().join("request.der")).unwrap()
    }

    /// What OpenSSL says about the first `count` leaves, given a response to its last request.
    fn judge(&self, count: usize, response: &[u8], refuse: bool) -> String {
        self.judge_by(&[], count, response, refuse)
    }

    fn judge_by(&self, digest: &[&str], count: usize, response: &[u8], refuse: bool) -> String {
        std::fs::write(self.path().join("response.der"), response).unwrap();
        let names: Vec<String> = (0..count).map(|number| format!("{number}.pem")).collect();
        let at = now().unix_seconds().to_string();
        let mut arguments = vec!["ocsp", "-respin", "response.der", "-CAfile", "ca.pem", "-issuer", "ca.pem"];
        arguments.extend(["-attime", &at, "-resp_text", "-no_nonce"]);
        arguments.extend(digest);
        arguments.extend(names.iter().flat_map(|name| ["-cert", name]));
        if refuse { openssl_refuses(self.path(), &arguments) } else { openssl(self.path(), &arguments) }
    }
}

fn leaf(ca: &Ca) -> Certificate {
    ca.issue(&leaf_template(&KeyPair::generate(KeySpec::P256).unwrap(), &["a.example.com"]))
}

#[test]
fn openssl_verifies_answers_of_each_kind_of_ca_and_of_its_delegates() {
    for kind in ALL_KINDS {
        let ca = root(kind, Some(0));
        let leaf = leaf(&ca);
        let files = Files::new(&ca, &[&leaf]);
        let request = files.request(1, &["-no_nonce"]);
        let (key, responder) = delegate(&ca, kind);
        let along = std::slice::from_ref(&responder);
        for response in [
            respond(&request, good, &ca.key, &ca.certificate, &[]),
            respond(&request, good, &key, &responder, along),
        ] {
            let said = files.judge(1, &response, false);
            assert!(said.contains("Response verify OK") && said.contains("0.pem: good"), "{said}");
        }
    }
}

#[test]
fn several_certificates_get_an_answer_each() {
    let ca = root(KeySpec::P256, Some(0));
    let leaves = [leaf(&ca), leaf(&ca), leaf(&ca), leaf(&ca)];
    let files = Files::new(&ca, &leaves.each_ref());
    let request = files.request(4, &["-no_nonce", "-sha256"]);
    let status = |serial: &Serial| match leaves.iter().position(|leaf| leaf.serial() == serial) {
        Some(0) => OcspStatus::Good,
        Some(1) => OcspStatus::Revoked { at: now().minus(DAY), reason: RevocationReason::KeyCompromise },
        Some(2) => OcspStatus::Revoked { at: now().minus(DAY), reason: RevocationReason::Unspecified },
        _ => OcspStatus::Unknown,
    };
    let (key, responder) = delegate(&ca, KeySpec::P256);
    let response = respond(&request, status, &key, &responder, std::slice::from_ref(&responder));
    let said = files.judge_by(&["-sha256"], 4, &response, false);
    for part in [
        "Response verify OK",
        "0.pem: good",
        "1.pem: revoked",
        "Reason: keyCompromise",
        "2.pem: revoked",
        "3.pem: unknown",
        "Hash Algorithm: sha256",
        "Responder Id: ",
        "Next Update: Nov 22 10:00:00 2026 GMT",
        "OCSP No Check",
    ] {
        assert!(said.contains(part), "{part:?} is missing in\n{said}");
    }
    assert_eq!(said.matches("Revocation Reason:").count(), 1, "unspecified is left out\n{said}");
    let read = OcspResponse::parse(&response).unwrap();
    assert_eq!(read.verify(&ca.certificate, now()).unwrap(), &responder);
    for (id, leaf) in request.ids().iter().zip(&leaves) {
        assert_eq!(read.answer(id).unwrap().status, status(leaf.serial()));
    }
}

#[test]
fn requests_of_openssl_are_read_with_every_digest_signed_or_not() {
    let ca = root(KeySpec::P256, Some(0));
    let leaf = leaf(&ca);
    let files = Files::new(&ca, &[&leaf]);
    std::fs::write(files.path().join("ca.key"), ca.key.to_pkcs8_pem().unwrap().expose()).unwrap();
    let identity = CaIdentity::of(&ca.certificate).unwrap();
    let other = CaIdentity::of(&root(KeySpec::P256, Some(0)).certificate).unwrap();
    for (hash, option) in CertIdHash::ALL.into_iter().zip(["-sha1", "-sha256", "-sha384", "-sha512"]) {
        let request = files.request(1, &[option]);
        let id = &request.ids()[0];
        assert_eq!(id.form(), Some(CertIdForm { hash, null_parameters: true }));
        assert_eq!(id.serial(), leaf.serial());
        assert!(identity.matches(id) && !other.matches(id));
        assert_eq!(request.nonce().map(<[u8]>::len), Some(16));
        assert_eq!(identity.cert_id(leaf.serial(), id.form().unwrap()), *id);
    }
    let request = files.request(1, &["-signer", "ca.pem", "-signkey", "ca.key"]);
    assert!(request.is_signed() && identity.matches(&request.ids()[0]));
    let unknown_digest = files.request(1, &["-sha224"]);
    assert_eq!(unknown_digest.ids()[0].form(), None);
    assert!(!identity.matches(&unknown_digest.ids()[0]));
}

#[test]
fn openssl_reads_the_requests_that_are_built() {
    let ca = root(KeySpec::P256, Some(0));
    let identity = CaIdentity::of(&ca.certificate).unwrap();
    let files = Files::new(&ca, &[]);
    let serials = ["ff00".parse().unwrap(), "0b".parse().unwrap()];
    let form = CertIdForm { hash: CertIdHash::Sha256, null_parameters: false };
    let der = OcspRequest::build(&identity, &serials, form, Some(&[0xab; 32]));
    std::fs::write(files.path().join("request.der"), &der).unwrap();
    let text = openssl(files.path(), &["ocsp", "-reqin", "request.der", "-req_text"]);
    assert!(text.contains("Serial Number: FF00") && text.contains("Serial Number: 0B"), "{text}");
    assert!(text.contains("OCSP Nonce: \n            0420ABAB"), "{text}");
    let read = OcspRequest::parse(&der).unwrap();
    assert_eq!(read.nonce(), Some([0xab; 32].as_slice()));
    assert!(read.ids().iter().all(|id| identity.matches(id) && id.form() == Some(form)));
}

#[test]
fn the_nonce_comes_back_where_openssl_looks_for_it() {
    let ca = root(KeySpec::P256, Some(0));
    let files = Files::new(&ca, &[&leaf(&ca)]);
    let request = files.request(1, &[]);
    let response = respond(&request, good, &ca.key, &ca.certificate, &[]);
    let said = files.judge(1, &response, false);
    assert!(said.contains("Response Extensions:\n        OCSP Nonce"), "{said}");
    assert_eq!(OcspResponse::parse(&response).unwrap().nonce(), request.nonce());
}

#[test]
fn everything_that_goes_into_a_response_is_read_from_it() {
    let ca = root(KeySpec::P256, Some(0));
    let identity = CaIdentity::of(&ca.certificate).unwrap();
    let answers = [SingleAnswer {
        cert_id: identity.cert_id(&"0b".parse().unwrap(), CertIdForm::USUAL),
        status: OcspStatus::Revoked { at: now(), reason: RevocationReason::AaCompromise },
        this_update: now().minus(HOUR),
        next_update: None,
        archive_cutoff: Some(now().minus(400 * DAY)),
    }];
    let template = ResponseTemplate {
        responder: &Responder::of(&ca.certificate).unwrap(),
        produced_at: now(),
        answers: &answers,
        nonce: Some(&[7; 128]),
        extended_revoke: true,
    };
    let response = template.to_be_signed(ca.key.algorithm()).unwrap().sign(&ca.key, &[]).unwrap();
    let read = OcspResponse::parse(&response).unwrap();
    assert_eq!((read.status(), read.produced_at()), (ResponseStatus::Successful, Some(now())));
    assert_eq!((read.answers(), read.nonce()), (answers.as_slice(), Some([7; 128].as_slice())));
    assert!(read.extended_revoke() && read.certificates().is_empty());
    assert_eq!(read.verify(&ca.certificate, now()).unwrap(), &ca.certificate);

    assert!(ResponseTemplate { answers: &[], ..template }.to_be_signed(ca.key.algorithm()).is_err());
    let backwards = [SingleAnswer { next_update: Some(now().minus(DAY)), ..answers[0].clone() }];
    assert!(ResponseTemplate { answers: &backwards, ..template }.to_be_signed(ca.key.algorithm()).is_err());
}

#[test]
fn only_the_ca_and_its_delegates_are_believed() {
    let ca = root(KeySpec::P256, Some(1));
    let other = root(KeySpec::P256, Some(1));
    let leaf_key = KeyPair::generate(KeySpec::P256).unwrap();
    let leaf = ca.issue(&leaf_template(&leaf_key, &["a.example.com"]));
    let files = Files::new(&ca, &[&leaf]);
    let request = files.request(1, &["-no_nonce"]);
    let refused = |response: Vec<u8>, why: &str| {
        let read = OcspResponse::parse(&response).unwrap();
        assert!(read.verify(&ca.certificate, now()).is_err(), "{why}");
        let said = files.judge(1, &response, true);
        assert!(said.contains("Response Verify Failure"), "{why}: {said}");
    };
    let along = |certificate: &Certificate| vec![certificate.clone()];
    refused(respond(&request, good, &leaf_key, &leaf, &along(&leaf)), "a server certificate");
    let (key, stranger) = delegate(&other, KeySpec::P256);
    refused(respond(&request, good, &key, &stranger, &along(&stranger)), "the delegate of another CA");
    refused(respond(&request, good, &other.key, &other.certificate, &[]), "another CA");
    let (key, responder) = delegate(&ca, KeySpec::P256);
    refused(respond(&request, good, &key, &responder, &[]), "nobody knows the delegate");
    refused(respond(&request, good, &leaf_key, &responder, &along(&responder)), "another key");
    let read = OcspResponse::parse(&respond(&request, good, &key, &responder, &along(&responder))).unwrap();
    assert!(read.verify(&ca.certificate, now().plus(31 * DAY)).is_err(), "an expired delegate");
    read.verify(&ca.certificate, now()).unwrap();
}

#[test]
fn errors_are_what_openssl_calls_them() {
    let ca = root(KeySpec::P256, Some(0));
    let files = Files::new(&ca, &[&leaf(&ca)]);
    for error in
        [OcspError::MalformedRequest, OcspError::InternalError, OcspError::TryLater, OcspError::Unauthorized]
    {
        let der = error_response(error);
        assert_eq!(OcspResponse::parse(der).unwrap().status(), ResponseStatus::Failed(error));
        std::fs::write(files.path().join("response.der"), der).unwrap();
        let shown = ["ocsp", "-respin", "response.der", "-resp_text", "-noverify"];
        let said = openssl_refuses(files.path(), &shown);
        assert!(said.to_lowercase().contains(&error.name().to_lowercase()), "{said}");
    }
}

static REQUEST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let identity = CaIdentity::of(&root(KeySpec::P256, Some(0)).certificate).unwrap();
    let serials = ["ff00".parse().unwrap(), "0b".parse().unwrap()];
    OcspRequest::build(&identity, &serials, CertIdForm::USUAL, Some(&[9; 16]))
});

static RESPONSE: LazyLock<(Vec<u8>, Certificate)> = LazyLock::new(|| {
    let ca = root(KeySpec::P256, Some(0));
    let (key, responder) = delegate(&ca, KeySpec::P256);
    let request = OcspRequest::parse(&REQUEST).unwrap();
    let status = |_: &Serial| OcspStatus::Revoked { at: now(), reason: RevocationReason::Superseded };
    let along = std::slice::from_ref(&responder);
    (respond(&request, status, &key, &responder, along), ca.certificate.clone())
});

#[test]
fn odd_requests_are_told_apart() {
    let identity = CaIdentity::of(&RESPONSE.1).unwrap();
    let serials: Vec<Serial> = (1..=65_u8).map(|n| Serial::from_octets(&[n]).unwrap()).collect();
    let build = |count: usize, nonce: Option<&[u8]>| {
        OcspRequest::parse(&OcspRequest::build(&identity, &serials[..count], CertIdForm::USUAL, nonce))
    };
    assert_eq!(build(64, Some(&[1; 128])).unwrap().ids().len(), 64);
    assert!(matches!(build(0, None), Err(RequestError::Empty)));
    assert!(matches!(build(65, None), Err(RequestError::TooMany)));
    assert!(matches!(build(1, Some(&[])), Err(RequestError::NonceLength { length: 0 })));
    let long = build(1, Some(&[0; 129])).unwrap_err();
    assert!(matches!(long, RequestError::NonceLength { length: 129 }) && long.is_about_the_nonce());
    assert!(matches!(OcspRequest::parse(&vec![0x30; 64 * 1024 + 1]), Err(RequestError::TooLarge { .. })));

    // Extension 1.2.3, critical or not, in place of the nonce; then acceptableResponses without basic.
    let request = |extension: &[u8]| {
        let plain = OcspRequest::build(&identity, &serials[..1], CertIdForm::USUAL, None);
        let wrap = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
        let extensions = wrap(0xa2, &wrap(0x30, &wrap(0x30, extension)));
        let tbs = [&plain[4..], extensions.as_slice()].concat();
        OcspRequest::parse(&wrap(0x30, &wrap(0x30, &tbs)))
    };
    let critical = request(b"\x06\x02\x2a\x03\x01\x01\xff\x04\x02\x05\x00");
    assert!(matches!(critical, Err(RequestError::UnknownCriticalExtension)));
    request(b"\x06\x02\x2a\x03\x04\x02\x05\x00").unwrap();
    let acceptable = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x04\x04\x0d\x30\x0b\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01";
    request(&[acceptable.as_slice(), &[1]].concat()).unwrap();
    let other = request(&[acceptable.as_slice(), &[2]].concat());
    assert!(matches!(other, Err(RequestError::BasicNotAcceptable)));
}

#[test]
fn serial_numbers_that_no_certificate_has_are_malformed() {
    let identity = CaIdentity::of(&RESPONSE.1).unwrap();
    let serial: Serial = "7f".repeat(20).parse().unwrap();
    let der = OcspRequest::build(&identity, &[serial], CertIdForm::USUAL, None);
    OcspRequest::parse(&der).unwrap();
    let mut negative = der.clone();
    let first = der.len() - 20;
    negative[first] = 0x80;
    assert!(matches!(OcspRequest::parse(&negative), Err(RequestError::Malformed(_))));
}

#[test]
fn requests_are_found_in_paths_however_they_are_written() {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let der = GetRequest::Der(REQUEST.clone());
    let (standard, url_safe) = (STANDARD.encode(&*REQUEST), URL_SAFE_NO_PAD.encode(&*REQUEST));
    for path in
        [standard.clone(), url_safe, format!("/{standard}"), standard.trim_end_matches('=').to_owned()]
    {
        assert_eq!(decode_get_path(&path).unwrap(), der, "{path}");
    }
    // A request whose base64 has two slashes in a row, of which a proxy leaves one.
    let identity = CaIdentity::of(&RESPONSE.1).unwrap();
    let ones: Serial = "7fffffffffffffffffff".parse().unwrap();
    let request = OcspRequest::build(&identity, &[ones], CertIdForm::USUAL, None);
    let text = STANDARD.encode(&request);
    let collapsed = text.replacen("//", "/", 1);
    assert_ne!(text, collapsed);
    assert_eq!(decode_get_path(&collapsed).unwrap(), GetRequest::Der(request));

    assert_eq!(decode_get_path("0aBc").unwrap(), GetRequest::Serial("abc".parse().unwrap()));
    for path in ["", "0x12", "xyz", &"1".repeat(41), "MIIB", &"M".repeat(2049), "-1", "a/b"] {
        assert!(decode_get_path(path).is_err(), "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn mutated_messages_never_panic_and_never_verify(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let _ = OcspRequest::parse(&mutate(&REQUEST, &edits));
        let mutated = mutate(&RESPONSE.0, &edits);
        if let Ok(response) = OcspResponse::parse(&mutated) {
            let verified = response.verify(&RESPONSE.1, now());
            let original = OcspResponse::parse(&RESPONSE.0).unwrap();
            // The delegate's certificate has fields of its own behind the answers.
            prop_assert!(verified.is_err() || response.answers() == original.answers());
        }
    }

    #[test]
    fn arbitrary_bytes_and_paths_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), path in "\\PC*") {
        let _ = (OcspRequest::parse(&bytes).is_ok(), OcspResponse::parse(&bytes).is_ok());
        let _ = (decode_get_path(&path).is_ok(), decode_get_path(&format!("M{path}")).is_ok());
    }

    #[test]
    fn every_request_is_read_as_it_was_built(
        octets in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..21), 1..5),
        hash in prop::sample::select(CertIdHash::ALL.to_vec()),
        null_parameters: bool,
        nonce in prop::option::of(prop::collection::vec(any::<u8>(), 1..129)),
    ) {
        // A leading 1 keeps all numbers within twenty octets and positive.
        let serials: Vec<_> = octets.iter().map(|octets| Serial::from_octets(&octets[..octets.len().min(20)]).unwrap()).collect();
        let identity = CaIdentity::of(&RESPONSE.1).unwrap();
        let form = CertIdForm { hash, null_parameters };
        let read = OcspRequest::parse(&OcspRequest::build(&identity, &serials, form, nonce.as_deref())).unwrap();
        prop_assert_eq!(read.ids().iter().map(|id| id.serial().clone()).collect::<Vec<_>>(), serials);
        prop_assert_eq!(read.nonce(), nonce.as_deref());
        prop_assert!(read.ids().iter().all(|id| identity.matches(id)));
    }
}

#[test]
fn a_p7c_file_has_all_certificates() {
    let ca = root(KeySpec::P256, Some(1));
    let chain = [ca.intermediate("Test Issuing CA", Some(0)).certificate, ca.certificate];
    let dir = tempdir().unwrap();
    std::fs::write(dir.path().join("ca.p7c"), certctl_pki::pkcs7::certs_only(&chain)).unwrap();
    let text = openssl(dir.path(), &["pkcs7", "-inform", "DER", "-in", "ca.p7c", "-print_certs", "-noout"]);
    assert!(text.contains("CN = Test Issuing CA") || text.contains("CN=Test Issuing CA"), "{text}");
    assert_eq!(text.matches("subject=").count(), 2, "{text}");
}

#[test]
fn a_responder_certificate_ends_with_its_ca_and_has_a_name_that_fits() {
    let ca = root(KeySpec::P256, Some(0));
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let template = ResponderTemplate {
        serial: Serial::random().unwrap(),
        common_name: ResponderTemplate::name_for(&ca.certificate),
        not_before: now().minus(DAY),
        not_after: now().plus(36_500 * DAY),
        public_key: PublicKey::from_spki_der(key.public_spki_der()).unwrap(),
    };
    let built = template.to_be_signed(&ca.certificate, ca.key.algorithm()).unwrap().sign(&ca.key).unwrap();
    assert_eq!(
        (built.not_before(), built.not_after()),
        (ca.certificate.not_before(), ca.certificate.not_after())
    );
    assert_eq!(built.common_name(), Some("OCSP Responder for Test Root"));
    assert_eq!(built.authority_key_id(), ca.certificate.subject_key_id());
    let long = super::support::ca_template(&"x".repeat(64), None).self_signed(&ca.key).unwrap();
    assert_eq!(ResponderTemplate::name_for(&long).chars().count(), 64);
    let unnamed = ResponderTemplate { common_name: " ".to_owned(), ..template };
    assert!(unnamed.to_be_signed(&ca.certificate, ca.key.algorithm()).is_err());
}
