//! Issuers.

use crate::bench::{SecretiveIssuers, ServiceBench, admin, live_issuers, object, operator, to, viewer};
use certctl_connector_api::IssuerRegistry;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, TestStatus};
use certctl_domain::ledger::Issuance;
use certctl_service::Issuers;
use certctl_service_api::issuer::{IssuerQuery, IssuerService, IssuerSpec};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{ConflictCode, ServiceError};
use certctl_testkit::build;
use serde_json::json;
use std::sync::Arc;

const SECRET: &str = "hunter2-of-the-authority";

fn spec(name: &str, config: serde_json::Value) -> IssuerSpec {
    IssuerSpec { name: name.to_owned(), kind: "local_ca".to_owned(), config: object(config), enabled: true }
}

fn refused_fields(error: ServiceError) -> Vec<String> {
    match error {
        ServiceError::Unprocessable(fields) | ServiceError::Invalid(fields) => {
            fields.into_iter().map(|field| field.field).collect()
        }
        other => panic!("not about fields: {other:?}"),
    }
}

fn conflict(error: &ServiceError) -> ConflictCode {
    match error {
        ServiceError::Conflict { code, .. } => *code,
        other => panic!("not a conflict: {other:?}"),
    }
}

async fn stored(bench: &ServiceBench, id: &IssuerId) -> Issuer {
    let id = id.clone();
    bench.read(move |tx| tx.issuers().find(&id)).await.unwrap()
}

/// Issuers with a secret in their configuration.
fn secretive(bench: &ServiceBench) -> (Issuers, Arc<SecretiveIssuers>) {
    let factory = Arc::new(SecretiveIssuers::default());
    let registry = IssuerRegistry::new(vec![Arc::clone(&factory) as _]);
    let live = live_issuers(&bench.base, &bench.secrets, registry);
    (Issuers::new(bench.base.clone(), live, bench.secrets.clone()), factory)
}

#[tokio::test]
async fn an_issuer_is_created_with_its_canonical_type_and_one_audit_event() {
    let t = ServiceBench::empty().await;
    let created = t.issuers().create(&admin(), None, spec("Lab", json!({"validity": "5m"}))).await.unwrap();
    assert_eq!(created.kind.as_str(), "GenericCA");
    assert_eq!(created.test_status, TestStatus::Untested);
    assert_eq!(t.issuers().get(&viewer(), &created.id).await.unwrap(), created);
    let page = t.issuers().list(&viewer(), IssuerQuery::default(), ListRequest::default()).await.unwrap();
    assert_eq!((page.total, page.items), (1, vec![created.clone()]));
    let events = t.audit().await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].action.as_str(), events[0].resource_id.as_str()),
        ("issuer_created", created.id.as_str())
    );
    assert_eq!((events[0].actor.as_str(), events[0].request_id.as_deref()), ("admin", Some("req-1")));
}

#[tokio::test]
async fn only_administrators_change_issuers() {
    let t = ServiceBench::new().await;
    let id = build::id(build::ISSUER);
    for who in [operator(), viewer()] {
        let errors = [
            t.issuers().create(&who, None, spec("Lab", json!({}))).await.unwrap_err(),
            t.issuers().change(&who, &id, to(spec("Lab", json!({}))), None).await.unwrap_err(),
            t.issuers().delete(&who, &id).await.unwrap_err(),
            t.issuers().test(&who, &id).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
    }
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn a_configuration_is_refused_with_the_path_of_each_field() {
    let t = ServiceBench::empty().await;
    let try_out = async |config| t.issuers().create(&admin(), None, spec("Lab", config)).await.unwrap_err();
    assert_eq!(refused_fields(try_out(json!({"validity_day": 1})).await), ["config.validity_day"]);
    assert_eq!(refused_fields(try_out(json!({"validity_days": 0})).await), ["config.validity_days"]);
    assert_eq!(
        refused_fields(
            try_out(json!({"ca_cert_path": "/nowhere/ca.pem", "ca_key_path": "/nowhere/ca.key"})).await
        ),
        ["config.ca_cert_path"]
    );
    let unknown = IssuerSpec { kind: "Nonsense".to_owned(), ..spec("Lab", json!({})) };
    assert_eq!(refused_fields(t.issuers().create(&admin(), None, unknown).await.unwrap_err()), ["type"]);
    let nameless = spec("", json!({}));
    assert_eq!(refused_fields(t.issuers().create(&admin(), None, nameless).await.unwrap_err()), ["name"]);
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn a_broken_issuer_can_be_kept_switched_off() {
    let t = ServiceBench::empty().await;
    let config = json!({"ca_cert_path": "/nowhere/ca.pem", "ca_key_path": "/nowhere/ca.key"});
    let off = IssuerSpec { enabled: false, ..spec("Lab", config) };
    let created = t.issuers().create(&admin(), None, off).await.unwrap();
    assert!(!created.enabled);
    let report = t.issuers().test(&admin(), &created.id).await.unwrap();
    assert!(!report.passed && report.message.contains("/nowhere/ca.pem"), "{report:?}");
}

#[tokio::test]
async fn names_and_ids_are_unique() {
    let t = ServiceBench::empty().await;
    let id: IssuerId = build::id("iss-lab");
    t.issuers().create(&admin(), Some(id.clone()), spec("Lab", json!({}))).await.unwrap();
    let same_name = t.issuers().create(&admin(), None, spec("Lab", json!({}))).await.unwrap_err();
    let same_id = t.issuers().create(&admin(), Some(id), spec("Other", json!({}))).await.unwrap_err();
    assert_eq!(
        (conflict(&same_name), conflict(&same_id)),
        (ConflictCode::AlreadyExists, ConflictCode::AlreadyExists)
    );
    assert_eq!(t.audited().await, ["issuer_created"]);
}

#[tokio::test]
async fn secrets_are_sealed_masked_and_kept_on_replacement() {
    let t = ServiceBench::empty().await;
    let (issuers, factory) = secretive(&t);
    let config = json!({"url": "https://ca.example.com", "token": SECRET});
    let created = issuers.create(&admin(), None, spec("Remote", config)).await.unwrap();
    assert_eq!(created.public_config.as_str(), r#"{"token":{"set":true},"url":"https://ca.example.com"}"#);
    assert_eq!(created.sealed_config, None);

    // What was shown can be sent back.
    let shown = json!({"url": "https://ca2.example.com", "token": {"set": true}});
    let replaced = issuers.change(&admin(), &created.id, to(spec("Remote", shown)), None).await.unwrap();
    assert!(replaced.public_config.as_str().contains("ca2.example.com"));
    assert_eq!(*factory.tokens.lock(), [SECRET, SECRET]);

    // The mark means nothing for a new issuer.
    let marked = spec("Third", json!({"url": "https://x.example.com", "token": {"set": true}}));
    assert_eq!(refused_fields(issuers.create(&admin(), None, marked).await.unwrap_err()), ["config.token"]);

    let row = stored(&t, &created.id).await;
    let everything = format!("{row:?} {:?} {:?}", t.audit().await, issuers.get(&admin(), &created.id).await);
    assert!(!everything.contains(SECRET));
    assert!(row.sealed_config.is_some_and(|sealed| !String::from_utf8_lossy(&sealed).contains(SECRET)));
}

#[tokio::test]
async fn a_replacement_is_refused_when_the_row_changed_meanwhile() {
    let t = ServiceBench::new().await;
    let id: IssuerId = build::id(build::ISSUER);
    let revision = t.issuers().get(&admin(), &id).await.unwrap().revision;
    t.issuers().change(&admin(), &id, to(spec("First", json!({}))), Some(revision)).await.unwrap();
    let late =
        t.issuers().change(&admin(), &id, to(spec("Second", json!({}))), Some(revision)).await.unwrap_err();
    assert_eq!(conflict(&late), ConflictCode::Stale);
    assert_eq!(t.issuers().get(&admin(), &id).await.unwrap().name, "First");
    assert_eq!(t.audited().await, ["issuer_updated"]);
}

#[tokio::test]
async fn a_test_makes_the_key_and_its_result_lasts_until_the_configuration_changes() {
    let t = ServiceBench::new().await;
    let id: IssuerId = build::id(build::ISSUER);
    let report = t.issuers().test(&admin(), &id).await.unwrap();
    assert!(report.passed, "{report:?}");
    assert_eq!(stored(&t, &id).await.test_status, TestStatus::Success);
    assert_eq!(t.audited().await, ["ca_key_created", "issuer_tested"]);

    let kept = t.issuers().change(&admin(), &id, to(spec("Renamed", json!({}))), None).await.unwrap();
    assert_eq!((kept.test_status, kept.last_tested_at), (TestStatus::Success, Some(build::at(0))));
    let changed = t
        .issuers()
        .change(&admin(), &id, to(spec("Renamed", json!({"validity": "1h"}))), None)
        .await
        .unwrap();
    assert_eq!((changed.test_status, changed.last_tested_at), (TestStatus::Untested, None));
}

#[tokio::test]
async fn a_failed_test_is_recorded() {
    let t = ServiceBench::empty().await;
    let (issuers, _) = secretive(&t);
    let config = json!({"url": "https://ca.example.com", "token": SECRET});
    let created = issuers.create(&admin(), None, spec("Remote", config)).await.unwrap();
    let report = issuers.test(&admin(), &created.id).await.unwrap();
    assert_eq!((report.passed, report.message.as_str()), (false, "https://ca.example.com cannot be reached"));
    assert_eq!(stored(&t, &created.id).await.test_status, TestStatus::Failed);
    assert_eq!(t.audited().await, ["issuer_created", "issuer_tested"]);
}

#[tokio::test]
async fn an_issuer_in_use_stays_and_tells_by_how_many_and_a_free_one_goes_with_its_key() {
    for t in ServiceBench::both().await {
        let id: IssuerId = build::id(build::ISSUER);
        t.issuers().test(&admin(), &id).await.unwrap();
        t.write(|tx| {
            tx.issuers().insert(&build::issuer("iss-old"))?;
            tx.certificates().insert(&build::certificate("mc-web"))?;
            tx.ledger().record(&Issuance { issuer_id: build::id("iss-old"), ..build::issuance("is-old") })
        })
        .await;
        for (id, counts, advice) in [
            (&id, json!({"certificates": 1, "issuances": 0}), "another issuer"),
            (&build::id("iss-old"), json!({"certificates": 0, "issuances": 1}), "switch it off"),
        ] {
            let refusal = t.issuers().delete(&admin(), id).await.unwrap_err();
            let ServiceError::Conflict { details: Some(details), message, .. } = &refusal else {
                panic!("{refusal:?}")
            };
            assert_eq!((conflict(&refusal), &details["counts"]), (ConflictCode::InUse, &counts));
            assert!(message.contains(advice), "{message}");
        }

        let free: IssuerId = build::id("iss-free");
        t.issuers().create(&admin(), Some(free.clone()), spec("Free", json!({}))).await.unwrap();
        assert!(t.issuers().test(&admin(), &free).await.unwrap().passed);
        t.issuers().delete(&admin(), &free).await.unwrap();
        assert_eq!(t.issuers().get(&admin(), &free).await.unwrap_err().code(), "not_found");
        assert_eq!(t.audited().await.last().map(String::as_str), Some("issuer_deleted"));
    }
}

#[tokio::test]
async fn a_connector_is_rebuilt_when_its_row_changed_on_any_replica() {
    let t = ServiceBench::new().await;
    let id: IssuerId = build::id(build::ISSUER);
    let before = t.live.connector(&stored(&t, &id).await).unwrap();
    let again = t.live.connector(&stored(&t, &id).await).unwrap();
    assert!(Arc::ptr_eq(&before, &again));

    // Another replica has its own connectors and changes the row.
    let elsewhere = Issuers::new(
        t.base.clone(),
        live_issuers(&t.base, &t.secrets, certctl_issuers::registry()),
        t.secrets.clone(),
    );
    elsewhere
        .change(&admin(), &id, to(spec("Changed", json!({"ocsp_urls": ["http://o.example.com"]}))), None)
        .await
        .unwrap();
    let after = t.live.connector(&stored(&t, &id).await).unwrap();
    assert!(!before.capabilities().must_staple && after.capabilities().must_staple);
    // The root is the same one all the while.
    assert_eq!(before.ca_chain().await.unwrap(), after.ca_chain().await.unwrap());
}

#[tokio::test]
async fn an_issuer_made_again_under_an_old_id_has_a_key_of_its_own() {
    let t = ServiceBench::empty().await;
    let id: IssuerId = build::id("iss-lab");
    let mut roots = Vec::new();
    for _ in 0..2 {
        t.issuers().create(&admin(), Some(id.clone()), spec("Lab", json!({}))).await.unwrap();
        roots.push(t.live.connector(&stored(&t, &id).await).unwrap().ca_chain().await.unwrap());
        t.issuers().delete(&admin(), &id).await.unwrap();
        t.clock.advance(std::time::Duration::from_secs(1));
    }
    assert_ne!(roots[0], roots[1]);
}

#[tokio::test]
async fn replicas_that_make_the_root_at_once_agree_on_one() {
    for t in ServiceBench::both().await {
        let row = stored(&t, &build::id(build::ISSUER)).await;
        let replicas: Vec<_> = (0..3)
            .map(|_| live_issuers(&t.base, &t.secrets, certctl_issuers::registry()).connector(&row).unwrap())
            .collect();
        let (a, b, c) = tokio::join!(replicas[0].ca_chain(), replicas[1].ca_chain(), replicas[2].ca_chain());
        let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
        assert!(a == b && b == c);
        assert_eq!(t.audited().await, ["ca_key_created"]);
        let issuer = row.id.clone();
        let keys = t.read(move |tx| tx.ca_keys().list(&issuer)).await;
        assert_eq!(keys.len(), 1);
        assert!(!String::from_utf8_lossy(&keys[0].sealed_key).contains("PRIVATE"));
    }
}

#[tokio::test]
async fn a_lost_master_key_is_named_as_the_cause() {
    let t = ServiceBench::new().await;
    let row = stored(&t, &build::id(build::ISSUER)).await;
    t.live.connector(&row).unwrap().ca_chain().await.unwrap();
    let other = certctl_service::Secrets::new(Arc::new(crate::bench::keyring(
        "another passphrase of 32 bytes or more",
        &[],
    )));
    let elsewhere = live_issuers(&t.base, &other, certctl_issuers::registry()).connector(&row).unwrap();
    let refusal = elsewhere.check(build::at(0)).await.unwrap_err();
    assert!(refusal.message.contains("master key"), "{refusal}");
}
