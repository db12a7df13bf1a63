//! API keys and who is behind a bearer token.

use crate::bench::{ServiceBench, admin, operator, viewer};
use certctl_crypto::SecretString;
use certctl_domain::access::Role;
use certctl_service::{Authentication, StaticKey};
use certctl_service_api::auth::{ApiKeyService, Authenticator, NewApiKey};
use certctl_service_api::{Actor, ConflictCode, Identity, ServiceError};
use certctl_testkit::build;
use std::time::Duration;

async fn who(t: &ServiceBench, bearer: &str) -> Result<Identity, &'static str> {
    let keys = vec![
        StaticKey::named("ci", &SecretString::new("static-admin-token"), true),
        StaticKey::named("bot", &SecretString::new("static-token"), false),
        StaticKey::legacy(0, &SecretString::new("legacy-token")),
    ];
    Authentication::new(t.base.clone(), keys).authenticate(bearer).await.map_err(|error| error.code())
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
    let everything = format!("{:?} {issued:?} {:?}", t.audit().await, t.api_keys().list(&admin()).await);
    assert!(!everything.contains(&issued.token));
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
            t.api_keys().list(&who).await.map(drop).unwrap_err(),
            t.api_keys().revoke(&who, &issued.key.id).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
    }
    assert_eq!(t.api_keys().revoke(&admin(), &build::id("key-none")).await.unwrap_err().code(), "not_found");
}
