//! Secrets: where they come from, and that they stay there.

use crate::support::{load, only_error};
use certctl_config::{MapEnv, ServerConfig};

const KEY: &str = "hush-hush-hush-hush-hush-hush-32";
const PREVIOUS: &str = "hush-hush-hush-hush-hush-hush-00";

#[test]
fn secrets_are_read_from_files() {
    let dir = tempfile::tempdir().unwrap();
    let (key, url) = (dir.path().join("key"), dir.path().join("url"));
    std::fs::write(&key, format!("{KEY}\r\n")).unwrap();
    std::fs::write(&url, "postgres://u:hush@h/db\n").unwrap();
    let toml = dir.path().join("c.toml");
    std::fs::write(&toml, format!("[encryption]\nkey_file = {:?}\n", key.display().to_string())).unwrap();
    let env = MapEnv::default().with("CERTCTL_DATABASE_URL_FILE", url.as_os_str());
    let config = ServerConfig::load(&env, Some(&toml)).unwrap();
    assert_eq!(config.encryption.key.unwrap().expose(), KEY);
    assert_eq!(config.database.url.expose(), "postgres://u:hush@h/db");
}

#[test]
fn a_secret_file_must_exist_hold_something_and_be_the_only_source() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    let path = empty.to_str().unwrap();
    let name = "CERTCTL_CONFIG_ENCRYPTION_KEY_FILE";
    assert_eq!(only_error([(name, path)]), format!("{name}: the file {path} is empty"));
    assert!(
        only_error([(name, "/nowhere/key")])
            .starts_with(&format!("{name}: the file /nowhere/key cannot be read"))
    );
    assert_eq!(
        only_error([(name, path), ("CERTCTL_CONFIG_ENCRYPTION_KEY", KEY)]),
        "CERTCTL_CONFIG_ENCRYPTION_KEY: it is set together with CERTCTL_CONFIG_ENCRYPTION_KEY_FILE"
    );
}

#[test]
fn nothing_that_prints_shows_a_secret() {
    let config = load([
        ("CERTCTL_DATABASE_URL", "postgres://u:hush@h/db?sslpassword=hush"),
        ("CERTCTL_API_KEYS_NAMED", "ops:hush-1:admin,ops:hush-2:admin,ci:hush-3"),
        ("CERTCTL_AUTH_SECRET", "hush-4,hush-5"),
        ("CERTCTL_AGENT_BOOTSTRAP_TOKEN", "hush-6"),
        ("CERTCTL_CONFIG_ENCRYPTION_KEY", KEY),
        ("CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS", PREVIOUS),
        ("CERTCTL_SMTP_PASSWORD", "hush-7"),
        ("CERTCTL_HEARTBEAT_URL", "https://watch.example.com/hush-8"),
    ])
    .unwrap();
    let settings: Vec<String> = config.effective_settings().iter().map(ToString::to_string).collect();
    let shown = format!("{config:?} {settings:?} {:?}", config.warnings());
    assert!(!shown.contains("hush"), "{shown}");
    assert!(
        settings.contains(&"CERTCTL_API_KEYS_NAMED = [redacted]  (environment)".to_owned()),
        "{settings:#?}"
    );
    assert!(settings.iter().any(|line| line.contains("postgres://u:[redacted]@h/db?sslpassword=[redacted]")));
}

#[test]
fn named_keys_replace_keys_without_names() {
    let old = load([("CERTCTL_AUTH_SECRET", "k-1, k-2")]).unwrap();
    assert_eq!(old.auth.legacy_keys.len(), 2);
    assert_eq!(
        old.warnings(),
        ["CERTCTL_AUTH_SECRET is deprecated: name its keys in CERTCTL_API_KEYS_NAMED"]
    );
    let both = load([("CERTCTL_AUTH_SECRET", "k-1"), ("CERTCTL_API_KEYS_NAMED", "ops:k-2:admin")]).unwrap();
    assert!(both.auth.legacy_keys.is_empty());
    assert_eq!((both.auth.named_keys[0].name.as_str(), both.auth.named_keys[0].admin), ("ops", true));
    assert_eq!(
        both.warnings(),
        ["CERTCTL_AUTH_SECRET is deprecated: it is ignored beside CERTCTL_API_KEYS_NAMED"]
    );
}

#[test]
fn encryption_keys_are_long_and_rotate() {
    let name = "CERTCTL_CONFIG_ENCRYPTION_KEY";
    assert_eq!(
        only_error([(name, "short")]),
        format!("{name}: the value is not allowed: it has 5 bytes; expected a secret of at least 32 bytes")
    );
    let previous = "CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS";
    assert_eq!(only_error([(previous, PREVIOUS)]), format!("{previous}: it is set without {name}"));
    assert_eq!(only_error([(name, KEY), (previous, KEY)]), format!("{previous}: it is the same as {name}"));
    let rotated = load([(name, KEY), (previous, PREVIOUS)]).unwrap();
    assert_eq!(rotated.encryption.previous.unwrap().expose(), PREVIOUS);
}
