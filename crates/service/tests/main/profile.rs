//! Certificate profiles.

use crate::bench::{ServiceBench, admin, operator, viewer};
use certctl_domain::id::ProfileId;
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm};
use certctl_service::Profiles;
use certctl_service_api::ServiceError;
use certctl_service_api::edit::Edit;
use certctl_service_api::profile::{ProfileService, ProfileSpec};
use certctl_testkit::build;

fn profiles(t: &ServiceBench) -> Profiles {
    Profiles::new(t.base.clone())
}

fn key(algorithm: KeyAlgorithm, min_size: u32) -> AllowedKey {
    AllowedKey { algorithm, min_size }
}

pub(crate) fn spec(name: &str) -> ProfileSpec {
    ProfileSpec {
        name: name.to_owned(),
        description: String::new(),
        allowed_keys: Vec::new(),
        max_ttl_seconds: 0,
        allowed_ekus: Vec::new(),
        required_san_patterns: Vec::new(),
        spiffe_uri_pattern: String::new(),
        allow_short_lived: false,
        must_staple: false,
        no_rev_avail: false,
        required_csr_attributes: Vec::new(),
        acme_auth_mode: AcmeAuthMode::TrustAuthenticated,
        requires_approval: false,
        enabled: true,
    }
}

fn spec_of(row: CertificateProfile) -> ProfileSpec {
    ProfileSpec {
        name: row.name,
        description: row.description,
        allowed_keys: row.allowed_keys,
        max_ttl_seconds: row.max_ttl_seconds,
        allowed_ekus: row.allowed_ekus,
        required_san_patterns: row.required_san_patterns,
        spiffe_uri_pattern: row.spiffe_uri_pattern,
        allow_short_lived: row.allow_short_lived,
        must_staple: row.must_staple,
        no_rev_avail: row.no_rev_avail,
        required_csr_attributes: row.required_csr_attributes,
        acme_auth_mode: row.acme_auth_mode,
        requires_approval: row.requires_approval,
        enabled: row.enabled,
    }
}

fn to(spec: ProfileSpec) -> Edit<CertificateProfile, ProfileSpec> {
    Box::new(move |_| Ok(spec.clone()))
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn every_field_survives_creation_and_change_on_both_engines() {
    for t in ServiceBench::both().await {
        let first = ProfileSpec {
            name: "Workloads".to_owned(),
            description: "Short-lived\nfor the mesh".to_owned(),
            allowed_keys: vec![key(KeyAlgorithm::Ed25519, 0), key(KeyAlgorithm::Ecdsa, 384)],
            max_ttl_seconds: 3599,
            allowed_ekus: vec![ExtendedKeyUsage::ClientAuth, ExtendedKeyUsage::ServerAuth],
            required_san_patterns: texts(&[r"[a-z]+\.mesh\.example", r"spiffe://.*"]),
            spiffe_uri_pattern: "spiffe://example/.+".to_owned(),
            allow_short_lived: true,
            must_staple: true,
            no_rev_avail: false,
            required_csr_attributes: texts(&["challengePassword", "extensionRequest"]),
            acme_auth_mode: AcmeAuthMode::Challenge,
            requires_approval: true,
            enabled: false,
        };
        let id: ProfileId = build::id("prof-mesh");
        let created = profiles(&t).create(&admin(), Some(id.clone()), first.clone()).await.unwrap();
        assert_eq!(profiles(&t).get(&viewer(), &id).await.unwrap(), created);
        assert_eq!(spec_of(created.clone()), first);

        let second = ProfileSpec {
            allowed_keys: vec![key(KeyAlgorithm::Rsa, 4096)],
            max_ttl_seconds: u32::MAX,
            allowed_ekus: vec![ExtendedKeyUsage::CodeSigning],
            ..spec("Code")
        };
        let changed = profiles(&t).change(&admin(), &id, to(second.clone()), None).await.unwrap();
        assert_eq!(profiles(&t).get(&viewer(), &id).await.unwrap(), changed);
        assert_eq!((changed.created_at, spec_of(changed.clone())), (created.created_at, second));
        let stale = profiles(&t).change(&admin(), &id, to(spec("Late")), Some(created.revision())).await;
        assert_eq!(stale.unwrap_err().code(), "stale");

        let events = t.audit().await;
        assert_eq!(t.audited().await, ["profile_created", "profile_updated"]);
        let details: serde_json::Value = serde_json::from_str(events[1].details.as_str()).unwrap();
        assert_eq!(
            (&details["before"]["must_staple"], &details["after"]["must_staple"]),
            (&true.into(), &false.into())
        );
    }
}

#[tokio::test]
async fn a_profile_without_keys_and_usages_is_for_tls_servers() {
    let t = ServiceBench::empty().await;
    let created = profiles(&t).create(&admin(), None, spec("Plain")).await.unwrap();
    assert_eq!(created.allowed_keys, [key(KeyAlgorithm::Ecdsa, 256), key(KeyAlgorithm::Rsa, 2048)]);
    assert_eq!(created.allowed_ekus, [ExtendedKeyUsage::ServerAuth]);
    assert!(created.id.as_str().starts_with("prof-"), "{}", created.id);
    let again = ProfileSpec {
        allowed_ekus: vec![ExtendedKeyUsage::ClientAuth; 3],
        required_san_patterns: texts(&["a", "b", "a"]),
        ..spec("Repeating")
    };
    let created = profiles(&t).create(&admin(), None, again).await.unwrap();
    assert_eq!(created.allowed_ekus, [ExtendedKeyUsage::ClientAuth]);
    assert_eq!(created.required_san_patterns, ["a", "b"]);
}

#[tokio::test]
async fn every_field_that_breaks_a_rule_is_named() {
    let t = ServiceBench::empty().await;
    let wrong = ProfileSpec {
        description: "\u{7}".to_owned(),
        allowed_keys: vec![
            key(KeyAlgorithm::Rsa, 1024),
            key(KeyAlgorithm::Ecdsa, 255),
            key(KeyAlgorithm::Ecdsa, 256),
        ],
        max_ttl_seconds: 3600,
        allow_short_lived: true,
        required_san_patterns: texts(&["ok", "(", ""]),
        spiffe_uri_pattern: "[".to_owned(),
        required_csr_attributes: texts(&["shoeSize"]),
        ..spec("")
    };
    let refusal = profiles(&t).create(&admin(), None, wrong).await.unwrap_err();
    let ServiceError::Invalid(fields) = refusal else { panic!("{refusal:?}") };
    let fields: Vec<_> = fields.iter().map(|field| (field.field.as_str(), field.code)).collect();
    let wanted = [
        ("name", "invalid_length"),
        ("description", "invalid_length"),
        ("max_ttl_seconds", "invalid_value"),
        ("spiffe_uri_pattern", "invalid_pattern"),
        ("allowed_key_algorithms[0].min_size", "invalid_value"),
        ("allowed_key_algorithms[1].min_size", "invalid_value"),
        ("allowed_key_algorithms[2].algorithm", "invalid_value"),
        ("required_san_patterns[1]", "invalid_pattern"),
        ("required_san_patterns[2]", "required"),
        ("required_csr_attributes[0]", "unknown_value"),
    ];
    assert_eq!(fields, wanted);
    let uncapped = ProfileSpec { allow_short_lived: true, ..spec("Uncapped") };
    assert_eq!(profiles(&t).create(&admin(), None, uncapped).await.unwrap_err().code(), "invalid_request");
    let short = || ProfileSpec { max_ttl_seconds: 1_800, allow_short_lived: true, ..spec("Unannounced") };
    for unannounced in [
        ProfileSpec { no_rev_avail: true, ..spec("Unannounced") },
        ProfileSpec { no_rev_avail: true, must_staple: true, ..short() },
    ] {
        let refused = profiles(&t).create(&admin(), None, unannounced).await.unwrap_err();
        assert!(format!("{refused:?}").contains("no_rev_avail"), "{refused:?}");
    }
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn only_administrators_write_profiles() {
    let t = ServiceBench::new().await;
    let id: ProfileId = build::id(build::PROFILE);
    for who in [operator(), viewer()] {
        let errors = [
            profiles(&t).create(&who, None, spec("New")).await.unwrap_err(),
            profiles(&t).change(&who, &id, to(spec("New")), None).await.unwrap_err(),
            profiles(&t).delete(&who, &id).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
    }
}

#[tokio::test]
async fn a_profile_in_use_stays_and_tells_by_how_many() {
    for t in ServiceBench::both().await {
        t.write(|tx| {
            let mut certificate = build::certificate("mc-bound");
            certificate.profile_id = Some(build::id(build::PROFILE));
            tx.certificates().insert(&certificate)
        })
        .await;
        let refusal = profiles(&t).delete(&admin(), &build::id(build::PROFILE)).await.unwrap_err();
        let ServiceError::Conflict { details: Some(details), .. } = &refusal else { panic!("{refusal:?}") };
        assert_eq!((refusal.code(), &details["counts"]["certificates"]), ("in_use", &1.into()));
        let free = profiles(&t).create(&admin(), None, spec("Free")).await.unwrap();
        profiles(&t).delete(&admin(), &free.id).await.unwrap();
        assert_eq!(profiles(&t).get(&viewer(), &free.id).await.unwrap_err().code(), "not_found");
    }
}
