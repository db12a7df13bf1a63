//! API keys and who is behind a bearer token.

use crate::bench::{ServiceBench, admin, operator, viewer};
use certctl_crypto::SecretString;
use certctl_domain::access::Role;
use certctl_service::{ApiKeys, Authentication, KeyUsage, StaticKey};
use certctl_service_api::auth::{ApiKeyService, Authenticator, NewApiKey};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{Actor, ConflictCode, Identity, ServiceError};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

async fn who(t: &ServiceBench, bearer: &str) -> Result<Identity, &'static str> {
    let keys = vec![
        StaticKey::named("ci", &SecretString::new("static-admin-token"), true),
        StaticKey::named("bot", &SecretString::new("static-token"), false),
        StaticKey::legacy(0, &SecretString::new("legacy-token")),
    ];
    let usage = Arc::new(KeyUsage::new(t.base.clone()));
    Authentication::new(t.base.clone(), keys, usage).authenticate(bearer).await.map_err(|error| error.code())
}

fn key(name: &str, role: Role) -> Identity {
    Identity::Key { name: name.to_owned(), role, identity: name.to_owned() }
}

fn new(name: &str, role: Role) -> NewApiKey {
    NewApiKey { name: name.to_owned(), role, identity: None, expires_at: None }
}

#[tokio::test]
async fn a_key_works_until_it_is_revoked() {
    let t = ServiceBench::empty().await;
    let issued = t.api_keys().create(&admin(), new("grafana", Role::Metrics)).await.unwrap();
    assert!(issued.token.starts_with("ck_"));
    assert_eq!(who(&t, &issued.token).await, Ok(key("grafana", Role::Metrics)));
    t.api_keys().revoke(&admin(), &issued.key.id).await.unwrap();
    assert_eq!(who(&t, &issued.token).await, Err("invalid_credential"));
    // Again changes nothing.
    t.api_keys().revoke(&admin(), &issued.key.id).await.unwrap();
    assert_eq!(t.audited().await, ["api_key_created", "api_key_revoked"]);
    let everything = format!(
        "{:?} {issued:?} {:?}",
        t.audit().await,
        t.api_keys().list(&admin(), ListRequest::default()).await
    );
    assert!(!everything.contains(&issued.token));
}

#[tokio::test]
async fn everything_that_is_said_about_a_key_is_kept() {
    for t in ServiceBench::both().await {
        let wanted = NewApiKey {
            name: "laptop".to_owned(),
            role: Role::Approver,
            identity: Some("alice".to_owned()),
            expires_at: Some(build::at(300)),
        };
        let key = t.api_keys().create(&admin(), wanted.clone()).await.unwrap().key;
        let found = t.api_keys().get(&admin(), &key.id).await.unwrap();
        let kept = NewApiKey {
            name: found.name.clone(),
            role: found.role,
            identity: Some(found.identity.clone()),
            expires_at: found.expires_at,
        };
        assert_eq!((kept, &found), (wanted, &key));
        assert_eq!(t.api_keys().list(&admin(), ListRequest::default()).await.unwrap().items, [found]);
        let error = t.api_keys().get(&admin(), &build::id("key-none")).await.unwrap_err();
        assert_eq!(error.code(), "not_found");
    }
}

#[tokio::test]
async fn a_key_ends_with_its_validity() {
    let t = ServiceBench::empty().await;
    let issued = t
        .api_keys()
        .create(&admin(), NewApiKey { expires_at: Some(build::at(300)), ..new("trial", Role::Viewer) })
        .await
        .unwrap();
    assert_eq!(issued.key.expires_at, Some(build::at(300)));
    t.clock.advance(Duration::from_secs(299));
    assert_eq!(who(&t, &issued.token).await, Ok(key("trial", Role::Viewer)));
    t.clock.advance(Duration::from_secs(1));
    assert_eq!(who(&t, &issued.token).await, Err("invalid_credential"));
}

#[tokio::test]
async fn keys_of_the_configuration_are_known_without_the_database() {
    let t = ServiceBench::empty().await;
    assert_eq!(who(&t, "static-admin-token").await, Ok(key("ci", Role::Admin)));
    assert_eq!(who(&t, "static-token").await, Ok(key("bot", Role::Operator)));
    assert_eq!(who(&t, "legacy-token").await, Ok(key("legacy-key-0", Role::Operator)));
    for unknown in ["static-toke", "static-tokens", "", "ck_x", "ca_x"] {
        assert_eq!(who(&t, unknown).await, Err("invalid_credential"), "{unknown:?}");
    }
    assert!(
        !format!("{:?}", StaticKey::named("ci", &SecretString::new("static-admin-token"), true))
            .contains("static")
    );
}

#[tokio::test]
async fn names_are_unique_among_valid_keys_and_some_are_reserved() {
    let t = ServiceBench::empty().await;
    let first = t.api_keys().create(&admin(), new("deploy", Role::Operator)).await.unwrap();
    let again = t.api_keys().create(&admin(), new("deploy", Role::Operator)).await.unwrap_err();
    assert!(matches!(again, ServiceError::Conflict { code: ConflictCode::AlreadyExists, .. }), "{again:?}");
    t.api_keys().revoke(&admin(), &first.key.id).await.unwrap();
    t.api_keys().create(&admin(), new("deploy", Role::Operator)).await.unwrap();
    for name in ["", "system", "a\nb"] {
        let error = t.api_keys().create(&admin(), new(name, Role::Viewer)).await.unwrap_err();
        assert_eq!(error.code(), "invalid_request", "{name:?}");
    }
}

#[tokio::test]
async fn the_last_use_of_a_key_is_recorded_to_the_minute() {
    let t = ServiceBench::empty().await;
    let issued = t.api_keys().create(&admin(), new("ci", Role::Viewer)).await.unwrap();
    let usage = Arc::new(KeyUsage::new(t.base.clone()));
    let authentication = Authentication::new(t.base.clone(), Vec::new(), Arc::clone(&usage));
    let last_use = async || {
        authentication.authenticate(&issued.token).await.unwrap();
        usage.flush().await.unwrap();
        t.api_keys().get(&admin(), &issued.key.id).await.unwrap().last_used_at
    };
    assert_eq!(last_use().await, Some(build::at(0)));
    t.clock.advance(Duration::from_secs(59));
    assert_eq!(last_use().await, Some(build::at(0)));
    t.clock.advance(Duration::from_secs(1));
    assert_eq!(last_use().await, Some(build::at(60)));
}

#[tokio::test]
async fn the_last_admin_key_stays() {
    for t in ServiceBench::both().await {
        let keys = t.api_keys();
        let one = keys.create(&admin(), new("one", Role::Admin)).await.unwrap().key;
        let error = keys.revoke(&admin(), &one.id).await.unwrap_err();
        assert!(error.to_string().contains("last admin key"), "{error}");
        assert_eq!(error.code(), "in_use");
        let two = keys.create(&admin(), new("two", Role::Admin)).await.unwrap().key;
        // Two administrators who revoke each other's key at the same time: one of them wins.
        let who = admin();
        let (first, second) = tokio::join!(keys.revoke(&who, &one.id), keys.revoke(&who, &two.id));
        assert_eq!([&first, &second].iter().filter(|done| done.is_ok()).count(), 1, "{first:?} {second:?}");
        // An admin key in the configuration is always there.
        let left = if first.is_ok() { two } else { one };
        ApiKeys::new(t.base.clone(), true).revoke(&admin(), &left.id).await.unwrap();
    }
}

#[tokio::test]
async fn two_keys_of_one_person_have_one_principal() {
    let t = ServiceBench::empty().await;
    let mut principals = Vec::new();
    for (name, identity) in [("laptop", Some("alice")), ("phone", Some("alice")), ("bob", None)] {
        let new = NewApiKey { identity: identity.map(str::to_owned), ..new(name, Role::Approver) };
        let issued = t.api_keys().create(&admin(), new).await.unwrap();
        assert_eq!(issued.key.created_by, "admin");
        let identity = who(&t, &issued.token).await.unwrap();
        let actor = Actor { identity, request_id: None, client_address: None };
        assert_eq!(actor.name(), name);
        principals.push(actor.principal().to_owned());
    }
    assert_eq!(principals, ["alice", "alice", "bob"]);
    for identity in ["", "system", "a\u{202e}b"] {
        let new = NewApiKey { identity: Some(identity.to_owned()), ..new("x", Role::Viewer) };
        assert_eq!(t.api_keys().create(&admin(), new).await.unwrap_err().code(), "invalid_request");
    }
}

#[tokio::test]
async fn only_administrators_handle_keys() {
    let t = ServiceBench::empty().await;
    let issued = t.api_keys().create(&admin(), new("x", Role::Viewer)).await.unwrap();
    for who in [operator(), viewer()] {
        let errors = [
            t.api_keys().create(&who, new("mine", Role::Admin)).await.map(drop).unwrap_err(),
            t.api_keys().list(&who, ListRequest::default()).await.map(drop).unwrap_err(),
            t.api_keys().revoke(&who, &issued.key.id).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
    }
    assert_eq!(t.api_keys().revoke(&admin(), &build::id("key-none")).await.unwrap_err().code(), "not_found");
}
