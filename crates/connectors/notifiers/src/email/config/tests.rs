use super::*;
use serde_json::{Value, json};

fn read(more: &Value) -> Result<EmailConfig, Vec<String>> {
    let mut document = json!({"host": "mail.example.com", "from_address": "certctl@example.com"});
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    let raw = RawConfig::from_json(&document.to_string()).unwrap();
    EmailConfig::read(&raw).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn port_and_security_follow_each_other() {
    for (config, expected) in [
        (json!({}), (587, Security::StartTls)),
        (json!({"use_tls": true}), (587, Security::StartTls)),
        (json!({"port": 25}), (25, Security::StartTls)),
        (json!({"port": 465}), (465, Security::Tls)),
        (json!({"port": 465, "use_tls": true}), (465, Security::Tls)),
        (json!({"security": "tls"}), (465, Security::Tls)),
        (json!({"security": "tls", "port": 4650}), (4650, Security::Tls)),
        (json!({"use_tls": false, "port": 25}), (25, Security::None)),
        (json!({"security": "none"}), (587, Security::None)),
        (json!({"security": "starttls", "port": 465}), (465, Security::StartTls)),
    ] {
        let read = read(&config).unwrap();
        assert_eq!((read.port, read.security), expected, "{config}");
    }
}

#[test]
fn every_problem_is_told_at_once_and_none_shows_the_password() {
    let problems = read(&json!({
        "host": "smtp://mail.example.com", "port": 70000, "from_address": "a@example.com\r\nBcc: b@example.com",
        "security": "none", "username": "certctl", "password": "pass-word",
    }))
    .unwrap_err()
    .join("\n");
    for field in ["host:", "port:", "from_address:", "security:"] {
        assert!(problems.contains(field), "{field} in {problems}");
    }
    assert!(!problems.contains("pass-word"), "{problems}");
}

#[test]
fn half_a_login_and_contradictions_are_refused() {
    for (config, field) in [
        (json!({"username": "certctl"}), "password:"),
        (json!({"password": "pass-word"}), "username:"),
        (json!({"username": "certctl", "password": "a\r\nb"}), "username:"),
        (json!({"security": "none", "use_tls": true}), "use_tls:"),
        (json!({"security": "tls", "use_tls": false}), "use_tls:"),
        (json!({"from_address": "a@example.com, b@example.com"}), "from_address:"),
        (json!({"from_address": "nobody"}), "from_address:"),
        (json!({"host": ""}), "host:"),
        (json!({"port": 0}), "port:"),
        (json!({"tls": true}), "tls:"),
    ] {
        let problems = read(&config).unwrap_err();
        assert!(problems.iter().any(|text| text.starts_with(field)), "{config}: {problems:?}");
    }
}

#[test]
fn a_sender_may_have_a_name() {
    let read = read(&json!({"from_address": "certctl <certctl@example.com>"})).unwrap();
    assert_eq!(read.from.name.as_deref(), Some("certctl"));
    assert_eq!(read.from.email.to_string(), "certctl@example.com");
}
