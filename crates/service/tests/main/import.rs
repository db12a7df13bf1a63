//! Imports and exports of certificates.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::San;
use certctl_pki::{CaTemplate, Certificate, LeafTemplate, PublicKey, Serial};
use certctl_service::{Certificates, Exports, Imports};
use certctl_service_api::certificate::CertificateService;
use certctl_service_api::export::ExportService;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{Actor, Identity, ServiceError};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// Another product's authority.
pub(crate) struct Authority {
    key: KeyPair,
    root: Certificate,
    leaf_key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate(KeySpec::P256).unwrap();
        let template = CaTemplate {
            serial: Serial::random().unwrap(),
            common_name: "Old Root".to_owned(),
            not_before: build::at(-10),
            not_after: build::at(0).plus(3650 * DAY),
            path_len: None,
            ocsp_urls: vec![],
            crl_urls: vec![],
            freshest_crl_urls: vec![],
            ca_issuer_urls: vec![],
        };
        let root = template.self_signed(&key).unwrap();
        Self { root, key, leaf_key: KeyPair::generate(KeySpec::P256).unwrap() }
    }

    pub(crate) fn leaf(&self, name: &str) -> Certificate {
        let template = LeafTemplate {
            serial: Serial::random().unwrap(),
            not_before: build::at(0),
            not_after: build::at(0).plus(90 * DAY),
            common_name: Some(name.to_owned()),
            sans: vec![San::dns(name).unwrap()],
            public_key: PublicKey::from_spki_der(self.leaf_key.public_spki_der()).unwrap(),
            extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
            must_staple: false,
            ocsp_urls: vec![],
            ca_issuer_urls: vec![],
            crl_urls: vec![],
            freshest_crl_urls: vec![],
            no_rev_avail: false,
        };
        template.to_be_signed(&self.root, self.key.algorithm()).unwrap().sign(&self.key).unwrap()
    }
}

pub(crate) fn place() -> ImportPlace {
    ImportPlace {
        environment: "production".to_owned(),
        owner_id: build::id(build::OWNER),
        team_id: build::id(build::TEAM),
        issuer_id: build::id(build::ISSUER),
        renewal_policy_id: build::id(build::POLICY),
        profile_id: None,
        tags: [("from".to_owned(), "certbot".to_owned())].into(),
    }
}

pub(crate) fn item(pem: impl Into<String>) -> ImportItem {
    ImportItem { id: None, name: None, pem: pem.into() }
}

fn field_code(error: &ServiceError) -> &'static str {
    match error {
        ServiceError::Unprocessable(fields) => fields[0].code,
        other => panic!("not about fields: {other:?}"),
    }
}

#[tokio::test]
async fn an_imported_certificate_is_what_its_leaf_says_and_nothing_happens_to_it() {
    for t in ServiceBench::both().await {
        let authority = Authority::new();
        let leaf = authority.leaf("www.example.com");
        let imports = Imports::new(t.base.clone());
        let hidden = ImportItem { id: Some(build::id("import")), ..item(leaf.to_pem()) };
        let refusal = imports.import(&operator(), place(), hidden).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid_request");
        // The root may be sent along, in any order; it is not kept.
        let pem = authority.root.to_pem() + &leaf.to_pem();
        let view = imports.import(&operator(), place(), item(&*pem)).await.unwrap();
        let row = &view.certificate;
        assert_eq!((row.status, &*row.common_name), (CertificateStatus::Active, "www.example.com"));
        assert!(row.name.starts_with("www.example.com ") && row.name.len() == 28, "{}", row.name);
        assert_eq!((row.valid_from, row.expires_at), (Some(leaf.not_before()), Some(leaf.not_after())));
        assert_eq!((row.next_action_at, row.tags["from"].as_str()), (None, "certbot"));
        let certificates = Certificates::new(t.base.clone(), Arc::clone(&t.wakeups));
        let versions = certificates.versions(&viewer(), &row.id, ListRequest::default()).await.unwrap();
        let version = &versions.items[0];
        assert_eq!(version.fingerprint_sha256, leaf.fingerprint());
        assert_eq!(version.serial_number, leaf.serial().to_string());
        assert_eq!((version.key_algorithm.as_str(), version.key_size), ("ECDSA", 256));
        assert_eq!((&*version.pem_chain, &version.agent_id), (&*leaf.to_pem(), &None));
        assert!(t.all_jobs().await.is_empty());
        assert_eq!(t.audited().await, ["certificate_imported"]);

        let again = imports.import(&operator(), place(), item(leaf.to_pem())).await.unwrap_err();
        let ServiceError::Conflict { details: Some(details), .. } = &again else { panic!("{again:?}") };
        assert_eq!((again.code(), &details["certificate_id"]), ("already_exists", &row.id.as_str().into()));
    }
}

#[tokio::test]
async fn what_is_no_leaf_with_its_own_chain_is_refused() {
    let t = ServiceBench::new().await;
    let (authority, other) = (Authority::new(), Authority::new());
    let (leaf, second) = (authority.leaf("a.example.com").to_pem(), authority.leaf("b.example.com").to_pem());
    let imports = Imports::new(t.base.clone());
    for (pem, code) in [
        (authority.root.to_pem(), "ca_certificate"),
        (leaf.clone() + &second, "several_leaves"),
        (leaf.clone() + &other.root.to_pem(), "invalid_chain"),
        ("no PEM at all".to_owned(), "invalid_certificate"),
        (leaf.replace("MII", "AAA"), "invalid_certificate"),
    ] {
        let error = imports.import(&operator(), place(), item(pem)).await.unwrap_err();
        assert_eq!(field_code(&error), code);
    }
    let nowhere = ImportPlace { owner_id: build::id("o-none"), ..place() };
    let error = imports.import(&operator(), nowhere, item(leaf.clone())).await.unwrap_err();
    assert_eq!(field_code(&error), "unknown_reference");
    let error = imports.import(&viewer(), place(), item(leaf)).await.unwrap_err();
    assert_eq!(error.code(), "forbidden");
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn a_batch_takes_what_it_can_on_both_engines() {
    for t in ServiceBench::both().await {
        let authority = Authority::new();
        let imports = Imports::new(t.base.clone());
        let names: Vec<_> = (0..120).map(|n| format!("n{n}.example.com")).collect();
        let bundle: String =
            names.iter().map(|name| authority.leaf(name).to_pem() + &authority.root.to_pem()).collect();
        let mut items = imports.split(&bundle).unwrap();
        assert_eq!(items.len(), 120);
        // A name that is taken, a leaf that is there twice, a CA certificate.
        items[30].name = Some("taken".to_owned());
        items[31].name = Some("taken".to_owned());
        let twice = items[2].pem.clone();
        items.push(item(twice));
        items.push(item(authority.root.to_pem()));
        let results = imports.import_many(&operator(), place(), items).await.unwrap();
        let refused: Vec<_> = (0..).zip(&results).filter(|(_, result)| result.is_err()).collect();
        let codes: Vec<(i32, &str)> =
            refused.iter().map(|(at, result)| (*at, result.as_ref().unwrap_err().code())).collect();
        assert_eq!(codes, [(31, "already_exists"), (120, "already_exists"), (121, "unprocessable")]);
        assert_eq!(t.audited().await.len(), 119);
        let nowhere = ImportPlace { team_id: build::id("t-none"), ..place() };
        let fresh = vec![item(authority.leaf("fresh.example.com").to_pem())];
        let error = imports.import_many(&operator(), nowhere, fresh).await.unwrap_err();
        assert_eq!(field_code(&error), "unknown_reference");
    }
}

#[tokio::test]
async fn exports_are_on_record_and_limited_by_person() {
    let t = ServiceBench::new().await;
    let authority = Authority::new();
    let leaf = authority.leaf("www.example.com");
    let imported =
        Imports::new(t.base.clone()).import(&operator(), place(), item(leaf.to_pem())).await.unwrap();
    let id = imported.certificate.id;
    let exports = Exports::new(t.base.clone(), 3);
    let pem = exports.pem(&operator(), &id, None).await.unwrap();
    assert_eq!((pem.certificate, pem.chain), (leaf.to_pem(), String::new()));
    let file = exports.pkcs12(&operator(), &id, None, "changeit").await.unwrap();
    assert!(!file.is_empty() && file[0] == 0x30);
    let events = t.audit().await;
    let actions: Vec<_> = events.iter().skip(1).map(|event| (&*event.action, &*event.actor)).collect();
    assert_eq!(actions, [("cert_export_pem", "operator"), ("cert_export_pkcs12", "operator")]);
    assert!(events[2].details.as_str().contains(r#""has_private_key":false"#));
    assert!(!events[2].details.as_str().contains("changeit"));

    let none = exports.pem(&operator(), &build::id("mc-none"), None).await.unwrap_err();
    assert_eq!(none.code(), "not_found");
    let limited = exports.pem(&operator(), &id, None).await.unwrap_err();
    assert!(matches!(limited, ServiceError::Throttled { .. }), "{limited:?}");
    // Another key of the same person changes nothing; another person has a limit of their own.
    let key = |name: &str, identity: &str| Actor {
        identity: Identity::Key {
            name: name.to_owned(),
            role: certctl_domain::access::Role::Operator,
            identity: identity.to_owned(),
        },
        ..operator()
    };
    let second_key = key("second", operator().principal());
    assert_eq!(exports.pem(&second_key, &id, None).await.unwrap_err().code(), "too_many_requests");
    exports.pem(&key("other", "bob"), &id, None).await.unwrap();
    let viewer = exports.pem(&viewer(), &id, None).await.unwrap_err();
    assert_eq!(viewer.code(), "forbidden");
}
