//! Defaults, file, environment.

use crate::support::load;
use certctl_config::section::auth::AuthMode;
use certctl_config::section::log::LogFormat;
use certctl_config::{Engine, MapEnv, ServerConfig};
use std::path::{Path, PathBuf};
use std::time::Duration;

fn file(dir: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("certctl.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_server_needs_no_configuration_at_all() {
    let config = load([]).unwrap();
    assert_eq!(
        (config.http.host.as_str(), config.http.port, config.http.max_body_bytes),
        ("127.0.0.1", 8443, 1_048_576)
    );
    assert_eq!(config.data_dir, Path::new("./certctl-data"));
    assert_eq!(config.database.url.sqlite_path(), Some(Path::new("./certctl-data/certctl.db")));
    assert_eq!((config.database.max_conns, config.database.auto_migrate), (16, true));
    assert_eq!((config.log.level.as_str(), config.log.format), ("info", LogFormat::Json));
    assert_eq!(config.auth.mode, AuthMode::ApiKey);
    assert!(config.auth.named_keys.is_empty() && config.auth.agent_bootstrap_token.is_none());
    assert!(config.encryption.key.is_none() && config.tls.files.is_none() && config.pki.sub_ca.is_none());
    assert_eq!(config.scheduler.renewal_check, Duration::from_mins(1));
    assert_eq!(config.jobs.awaiting_approval_timeout, Duration::from_hours(168));
    assert_eq!(
        (config.jobs.lease, config.jobs.agent_lease),
        (Duration::from_mins(1), Duration::from_mins(2))
    );
    assert_eq!((config.shutdown.grace, config.shutdown.lame_duck), (Duration::from_secs(30), Duration::ZERO));
    assert_eq!(config.warnings(), [] as [&str; 0]);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(
        &dir,
        "[server]\nport = 9000\nhost = \"0.0.0.0\"\n[tls]\nnames = [\"a.example\", \"10.0.0.1\"]\n[jobs]\nlease = \"5s\"\n",
    );
    let config =
        ServerConfig::load(&MapEnv::default().with("CERTCTL_SERVER_PORT", "9001"), Some(&path)).unwrap();
    assert_eq!((config.http.host.as_str(), config.http.port), ("0.0.0.0", 9001));
    assert_eq!(config.tls.extra_names, ["a.example", "10.0.0.1"]);
    assert_eq!(config.jobs.lease, Duration::from_secs(5));
    assert_eq!(config.jobs.agent_lease, Duration::from_mins(2));
}

#[test]
fn the_environment_can_name_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "[server]\nport = 9000\n");
    let config =
        ServerConfig::load(&MapEnv::default().with("CERTCTL_CONFIG_FILE", path.as_os_str()), None).unwrap();
    assert_eq!(config.http.port, 9000);
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let config = load([
        ("CERTCTL_SERVER_PORT", ""),
        ("CERTCTL_AUTH_SECRET", " "),
        ("CERTCTL_SERVER_TLS_CERT_PATH", ""),
    ])
    .unwrap();
    assert_eq!(config.http.port, 8443);
    assert!(config.tls.files.is_none());
}

#[test]
fn the_default_database_follows_the_data_directory_and_migration_the_engine() {
    let moved = load([("CERTCTL_DATA_DIR", "/var/lib/certctl")]).unwrap();
    assert_eq!(moved.database.url.sqlite_path(), Some(Path::new("/var/lib/certctl/certctl.db")));
    let postgres = load([("CERTCTL_DATABASE_URL", "postgres://u:p@h/db")]).unwrap();
    assert_eq!((postgres.database.url.engine(), postgres.database.auto_migrate), (Engine::Postgres, false));
    let asked =
        load([("CERTCTL_DATABASE_URL", "postgresql://h/db"), ("CERTCTL_DATABASE_AUTO_MIGRATE", "yes")])
            .unwrap();
    assert!(asked.database.auto_migrate);
}

#[test]
fn effective_settings_show_every_value_and_its_origin() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "[server]\nhost = \"::1\"\n");
    let config =
        ServerConfig::load(&MapEnv::default().with("CERTCTL_SERVER_PORT", "0"), Some(&path)).unwrap();
    let shown: Vec<String> = config.effective_settings().iter().map(ToString::to_string).collect();
    for line in [
        format!("CERTCTL_SERVER_HOST = ::1  ({})", path.display()),
        "CERTCTL_SERVER_PORT = 0  (environment)".to_owned(),
        "CERTCTL_DATABASE_URL = sqlite:./certctl-data/certctl.db  (default)".to_owned(),
        "CERTCTL_SHUTDOWN_TIMEOUT = 30s  (default)".to_owned(),
        "CERTCTL_API_KEYS_NAMED is not set".to_owned(),
    ] {
        assert!(shown.contains(&line), "{line}\n{shown:#?}");
    }
}

#[test]
fn a_broken_file_is_reported_without_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(&dir, "[auth]\nsecret = hush-hush\n");
    let errors =
        ServerConfig::load(&MapEnv::default().with("CERTCTL_SERVER_PORT", "x"), Some(&path)).unwrap_err();
    let text = errors.to_string();
    assert!(
        text.contains("certctl.toml: line 2 is not TOML") && text.contains("CERTCTL_SERVER_PORT"),
        "{text}"
    );
    assert!(!text.contains("hush"), "{text}");
    let missing = ServerConfig::load(&MapEnv::default(), Some(&dir.path().join("none.toml"))).unwrap_err();
    assert!(missing.to_string().contains("none.toml: the file cannot be read"), "{missing}");
}
