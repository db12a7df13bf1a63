//! Mail, over a real SMTP server.

use crate::support::{build, env, message};
use certctl_connector_api::ErrorKind;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_domain::retry::FailureClass;
use certctl_notifiers::EmailFactory;
use certctl_outbound::EgressPolicy;
use certctl_test_support::TestSmtp;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::Duration;

/// A server for `localhost` and what trusts it.
fn encrypted() -> (TestSmtp, NotifierEnv) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let root = params.self_signed(&ca_key).unwrap().pem();
    let ca = Issuer::new(params, ca_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (certificate, private) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    std::fs::write(&certificate, leaf.pem()).unwrap();
    std::fs::write(&private, key.serialize_pem()).unwrap();
    let server = TestSmtp::with_tls(&certificate, &private).unwrap();
    (server, NotifierEnv { extra_roots_pem: Some(root.into_bytes()), ..env() })
}

fn config(port: u16, more: &Value) -> Value {
    let mut config =
        json!({"host": "localhost", "port": port, "from_address": "certctl <certctl@example.com>"});
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

fn mails(server: &TestSmtp) -> Vec<Value> {
    server.mails().unwrap().iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn a_mail_arrives_as_text_and_html_with_its_headers() {
    let server = TestSmtp::plain().unwrap();
    let channel = build(&EmailFactory, &config(server.port, &json!({"security": "none"})), &env()).unwrap();
    let receipt = channel.deliver(&message("alice@example.com")).await.unwrap();
    assert_eq!(receipt.detail, "250 2.0.0 Ok: queued as 1");
    let mails = mails(&server);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["from"], "certctl@example.com");
    assert_eq!(mails[0]["to"], json!(["alice@example.com"]));
    let data = mails[0]["data"].as_str().unwrap();
    for part in [
        "Message-ID: <ntf-7@example.com>",
        "X-Certctl-Dedup-Key: alert/al-7/nc-test",
        "Auto-Submitted: auto-generated",
        "Subject: Renewal of =?utf-8?b?",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "The CA answered <no>.",
        "The CA answered &lt;no&gt;.",
    ] {
        assert!(data.contains(part), "{part} in\n{data}");
    }
}

#[tokio::test]
async fn starttls_and_implicit_tls_carry_a_login() {
    let (server, env) = encrypted();
    let login = json!({"username": "certctl", "password": "pass-word"});
    for (port, security) in [(server.port, "starttls"), (server.tls_port.unwrap(), "tls")] {
        let mut more = login.clone();
        more["security"] = security.into();
        let channel = build(&EmailFactory, &config(port, &more), &env).unwrap();
        channel.deliver(&message("members@example.com")).await.unwrap();
        // The second one goes over the same connection.
        channel.deliver(&message("members@example.com")).await.unwrap();
    }
    let mails = mails(&server);
    assert_eq!(mails.len(), 4);
    for mail in mails {
        assert_eq!((&mail["tls"], &mail["authenticated"]), (&json!(true), &json!(true)), "{mail}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_for_good_and_never_told() {
    let (server, env) = encrypted();
    let more = json!({"username": "certctl", "password": "not-the-word"});
    let channel = build(&EmailFactory, &config(server.port, &more), &env).unwrap();
    let error = channel.deliver(&message("alice@example.com")).await.unwrap_err();
    assert_eq!((error.kind, error.class), (ErrorKind::Auth, FailureClass::Permanent));
    let told = format!("{} {error:?}", error.chain());
    assert!(told.contains("535") && told.contains("username and password"), "{told}");
    assert!(!told.contains("not-the-word") && !told.contains("bm90LXRoZS13b3Jk"), "{told}");
    let shown = format!("{channel:?}");
    assert!(!shown.contains("not-the-word"), "{shown}");
}

#[tokio::test]
async fn replies_decide_whether_it_is_tried_again() {
    let server = TestSmtp::plain().unwrap();
    let channel = build(&EmailFactory, &config(server.port, &json!({"security": "none"})), &env()).unwrap();
    let error = channel.deliver(&message("refused@example.com")).await.unwrap_err();
    assert_eq!((error.kind, error.class), (ErrorKind::Upstream5xx, FailureClass::Permanent));
    assert!(error.message.contains("550 5.1.1 <[redacted]>: Recipient address rejected"), "{error}");
    let error = channel.deliver(&message("greylisted@example.com")).await.unwrap_err();
    assert_eq!((error.kind, error.class), (ErrorKind::Upstream4xx, FailureClass::Transient));
    assert!(error.message.contains("451 4.7.1 Greylisting"), "{error}");
    channel.deliver(&message("greylisted@example.com")).await.unwrap();
    let error = channel.deliver(&message("members@example.com")).await.unwrap_err();
    assert_eq!((error.kind, error.class), (ErrorKind::Auth, FailureClass::Permanent));
    assert_eq!(mails(&server).len(), 1);
}

#[tokio::test]
async fn a_mail_never_goes_without_the_wanted_encryption() {
    let plain = TestSmtp::plain().unwrap();
    let channel = build(&EmailFactory, &config(plain.port, &json!({})), &env()).unwrap();
    let error = channel.deliver(&message("alice@example.com")).await.unwrap_err();
    assert_eq!(error.class, FailureClass::Permanent);
    assert!(error.message.contains("STARTTLS"), "{error}");
    assert!(mails(&plain).is_empty());

    let (server, trusting) = encrypted();
    for (env, host) in [(env(), "localhost"), (trusting, "127.0.0.1")] {
        for (port, security) in [(server.port, "starttls"), (server.tls_port.unwrap(), "tls")] {
            let more = json!({"host": host, "security": security});
            let channel = build(&EmailFactory, &config(port, &more), &env).unwrap();
            let error = channel.deliver(&message("alice@example.com")).await.unwrap_err();
            assert_eq!((error.kind, error.class), (ErrorKind::Network, FailureClass::Transient), "{error}");
            assert!(error.message.contains("certificate"), "{error}");
        }
    }
    assert!(mails(&server).is_empty());
}

#[tokio::test]
async fn a_silent_server_costs_the_time_limit_and_no_more() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let env = NotifierEnv { time_limit: Duration::from_millis(200), ..env() };
    let more = json!({"host": "127.0.0.1", "security": "none"});
    let channel = build(&EmailFactory, &config(port, &more), &env).unwrap();
    let error = channel.deliver(&message("alice@example.com")).await.unwrap_err();
    assert_eq!(error.class, FailureClass::Transient);
    drop(silent);
    let error = channel.deliver(&message("alice@example.com")).await.unwrap_err();
    assert_eq!((error.kind, error.class), (ErrorKind::Network, FailureClass::Transient), "{error}");
}

#[tokio::test]
async fn addresses_that_the_policy_refuses_are_not_connected_to() {
    let server = TestSmtp::plain().unwrap();
    let env = NotifierEnv { egress: EgressPolicy::default(), ..env() };
    let channel = build(&EmailFactory, &config(server.port, &json!({"security": "none"})), &env).unwrap();
    let error = channel.deliver(&message("alice@example.com")).await.unwrap_err();
    assert_eq!(error.class, FailureClass::Permanent);
    assert!(error.chain().contains("CERTCTL_EGRESS_ALLOW"), "{}", error.chain());
    assert!(mails(&server).is_empty());
}
