//! Enrolment.

use crate::support::{Host, credential, facts};
use certctl_agent::{AgentError, EnrolmentOrder, StateDir, enrol};
use certctl_client::Client;
use certctl_crypto::SecretString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

fn order(token: &str, force: bool) -> EnrolmentOrder {
    EnrolmentOrder { token: SecretString::new(token), name: "web1".to_owned(), facts: facts(), force }
}

fn client(host: &Host) -> Client {
    Client::builder(host.plane.url()).ca_bundle_pem(host.plane.ca_pem()).build().unwrap()
}

#[tokio::test]
async fn a_token_becomes_a_private_credential_file() {
    let host = Host::new();
    let state = StateDir::open(&host.root(), None).unwrap();
    let token = host.plane.enrolment_token();
    let enrolled = enrol(&state, &client(&host), order(&token, false)).await.unwrap();
    let file = host.root().join("credential.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(state.credential().unwrap(), Some(enrolled.clone()));
    assert!(enrolled.server.starts_with("https://localhost:"));
    assert!(!format!("{enrolled:?}").contains(enrolled.api_key.expose()));
}

#[tokio::test]
async fn an_enrolled_host_keeps_its_credential_unless_forced_and_the_token_stays_good() {
    let host = Host::new();
    let state = StateDir::open(&host.root(), None).unwrap();
    state.store_credential(&credential("agent-old")).unwrap();
    let token = host.plane.enrolment_token();
    let error = enrol(&state, &client(&host), order(&token, false)).await.unwrap_err();
    assert!(matches!(&error, AgentError::AlreadyEnrolled { agent, .. } if agent == "agent-old"), "{error}");
    assert!(error.hint().unwrap().contains("--force"));

    let enrolled = enrol(&state, &client(&host), order(&token, true)).await.unwrap();
    assert_eq!(state.credential().unwrap().unwrap().agent_id, enrolled.agent_id);
}

#[tokio::test]
async fn a_used_token_and_an_untrusted_server_are_explained() {
    let host = Host::new();
    let state = StateDir::open(&host.root(), None).unwrap();
    let token = host.plane.enrolment_token();
    enrol(&state, &client(&host), order(&token, false)).await.unwrap();
    let error = enrol(&state, &client(&host), order(&token, true)).await.unwrap_err();
    assert!(error.hint().unwrap().contains("works once"), "{error}");

    let stranger = Client::builder(host.plane.url()).build().unwrap();
    let error = enrol(&state, &stranger, order("token", true)).await.unwrap_err();
    assert!(error.hint().unwrap().contains("--ca-bundle"), "{error}");
}
