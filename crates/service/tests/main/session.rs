//! Sessions of people in the console, and the kinds of connectors that its forms are drawn from.

use crate::bench::{ServiceBench, admin, viewer};
use certctl_connector_api::{IssuerRegistry, NotifierRegistry, TargetRegistry};
use certctl_crypto::SecretString;
use certctl_domain::access::Role;
use certctl_service::{Authentication, Connectors, KeyUsage, SessionOptions, Sessions, StaticKey};
use certctl_service_api::auth::{ApiKeyService, Authenticator, NewApiKey};
use certctl_service_api::connector::ConnectorService;
use certctl_service_api::session::{Doorstep, OpenedSession, SessionService};
use certctl_service_api::{Actor, Identity};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

fn keys(token: &str) -> Vec<StaticKey> {
    vec![StaticKey::named("ops", &SecretString::new(token), true)]
}

fn authentication(t: &ServiceBench, keys: Vec<StaticKey>) -> Arc<Authentication> {
    let usage = Arc::new(KeyUsage::new(t.base.clone()));
    let options = SessionOptions { idle: 10 * MINUTE, lifetime: 60 * MINUTE };
    Arc::new(Authentication::new(t.base.clone(), keys, usage).with_sessions(options))
}

async fn open(
    t: &ServiceBench,
    auth: &Arc<Authentication>,
    key: &str,
) -> Result<OpenedSession, &'static str> {
    let sessions = Sessions::new(t.base.clone(), Arc::clone(auth));
    sessions.open(Doorstep::default(), key).await.map_err(|error| error.code())
}

async fn resume(auth: &Authentication, token: &str) -> Result<Identity, &'static str> {
    auth.resume(token).await.map(|stay| stay.identity).map_err(|error| error.code())
}

#[tokio::test]
async fn a_session_does_what_its_key_can_until_the_key_is_revoked() {
    for t in ServiceBench::both().await {
        let auth = authentication(&t, Vec::new());
        let wanted = NewApiKey {
            name: "laptop".to_owned(),
            role: Role::Operator,
            identity: Some("alice".to_owned()),
            expires_at: None,
        };
        let issued = t.api_keys().create(&admin(), wanted).await.unwrap();
        let opened = open(&t, &auth, &issued.token).await.unwrap();
        let alice =
            Identity::Key { name: "laptop".to_owned(), role: Role::Operator, identity: "alice".to_owned() };
        assert_eq!(opened.stay.identity, alice);
        assert_eq!(resume(&auth, &opened.token).await, Ok(alice));
        assert_eq!(auth.resume(&opened.token).await.unwrap().csrf_token, opened.stay.csrf_token);
        // The second token opens nothing, and neither token is a key.
        assert_eq!(resume(&auth, &opened.stay.csrf_token).await, Err("session_ended"));
        assert!(auth.authenticate(&opened.token).await.is_err());
        t.api_keys().revoke(&admin(), &issued.key.id).await.unwrap();
        assert_eq!(resume(&auth, &opened.token).await, Err("session_ended"));
        assert_eq!(open(&t, &auth, &issued.token).await.unwrap_err(), "invalid_credential");
        assert_eq!(t.audited().await, ["api_key_created", "session_opened", "api_key_revoked"]);
        let told = format!("{:?} {opened:?}", t.audit().await);
        assert!(!told.contains(&opened.token) && !told.contains(&opened.stay.csrf_token));
    }
}

#[tokio::test]
async fn a_session_of_a_configured_key_ends_when_the_key_is_exchanged() {
    let t = ServiceBench::empty().await;
    let before = authentication(&t, keys("the-first-token"));
    let opened = open(&t, &before, "the-first-token").await.unwrap();
    assert!(resume(&before, &opened.token).await.is_ok());
    let after = authentication(&t, keys("the-second-token"));
    assert_eq!(resume(&after, &opened.token).await, Err("session_ended"));
    assert_eq!(open(&t, &after, "the-first-token").await.unwrap_err(), "invalid_credential");
}

#[tokio::test]
async fn a_session_ends_without_a_use_and_after_its_lifetime() {
    let t = ServiceBench::empty().await;
    let auth = authentication(&t, keys("token-of-ops"));
    let opened = open(&t, &auth, "token-of-ops").await.unwrap();
    for _ in 0..6 {
        t.clock.advance(9 * MINUTE);
        let stay = auth.resume(&opened.token).await.unwrap();
        assert_eq!(stay.expires_at, opened.stay.expires_at);
        assert!(stay.idle_end > opened.stay.idle_end.min(stay.expires_at.minus(MINUTE)));
    }
    // Used every nine minutes, but an hour is over.
    t.clock.advance(6 * MINUTE);
    assert_eq!(resume(&auth, &opened.token).await, Err("session_ended"));
    let idle = open(&t, &auth, "token-of-ops").await.unwrap();
    t.clock.advance(10 * MINUTE);
    assert_eq!(resume(&auth, &idle.token).await, Err("session_ended"));
}

#[tokio::test]
async fn signing_out_ends_a_session_once() {
    let t = ServiceBench::empty().await;
    let auth = authentication(&t, keys("token-of-ops"));
    let (one, other) =
        (open(&t, &auth, "token-of-ops").await.unwrap(), open(&t, &auth, "token-of-ops").await.unwrap());
    let sessions = Sessions::new(t.base.clone(), Arc::clone(&auth));
    for _ in 0..2 {
        sessions.close(Doorstep::default(), &one.token).await.unwrap();
    }
    sessions.close(Doorstep::default(), "cs_unknown").await.unwrap();
    assert_eq!(resume(&auth, &one.token).await, Err("session_ended"));
    assert!(resume(&auth, &other.token).await.is_ok());
    assert_eq!(t.audited().await, ["session_opened", "session_opened", "session_closed"]);
}

#[tokio::test]
async fn forms_know_every_kind_of_the_build() {
    let none =
        Connectors::new(&IssuerRegistry::default(), &TargetRegistry::default(), &NotifierRegistry::default());
    assert_eq!(none.list(&viewer()).await.unwrap(), []);
    assert_eq!(none.list(&Actor { identity: metrics(), ..viewer() }).await.unwrap_err().code(), "forbidden");
}

fn metrics() -> Identity {
    Identity::Key { name: "grafana".to_owned(), role: Role::Metrics, identity: "grafana".to_owned() }
}
