//! Which variables and keys exist.

use crate::support::{load, only_error};
use certctl_config::{MapEnv, ServerConfig};

#[test]
fn a_mistyped_variable_is_an_error_that_names_the_right_one() {
    assert_eq!(
        only_error([("CERTCTL_SERVER_PROT", "8443")]),
        "CERTCTL_SERVER_PROT: there is no such variable; similar: CERTCTL_SERVER_PORT"
    );
    assert_eq!(only_error([("CERTCTL_BANANAS", "1")]), "CERTCTL_BANANAS: there is no such variable");
    assert_eq!(
        only_error([("CERTCTL_AGENT_BOOTSTRAP_TOKN", "t")]),
        "CERTCTL_AGENT_BOOTSTRAP_TOKN: there is no such variable; similar: CERTCTL_AGENT_BOOTSTRAP_TOKEN"
    );
}

#[test]
fn a_mistyped_key_in_the_file_is_an_error_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.toml");
    std::fs::write(&path, "[server]\nprt = 1\n[jobs.lease]\nmax = \"1m\"\n").unwrap();
    let errors = ServerConfig::load(&MapEnv::default(), Some(&path)).unwrap_err();
    let text: Vec<String> = errors.errors().iter().map(ToString::to_string).collect();
    let place = path.display();
    assert_eq!(
        text,
        [
            format!("{place}: jobs.lease.max: there is no such key"),
            format!("{place}: server.prt: there is no such key; similar: server.port"),
        ]
    );
}

#[test]
fn variables_of_agents_command_line_and_tests_are_left_alone() {
    let config = load([
        ("CERTCTL_SERVER_URL", "https://localhost:8443"),
        ("CERTCTL_API_KEY", "k"),
        ("CERTCTL_API_KEY_FILE", "/run/key"),
        ("CERTCTL_KEY_DIR", "/k"),
        ("CERTCTL_DEPLOY_BACKUP_RETENTION", "3"),
        ("CERTCTL_VERIFY_DELAY", "2s"),
        ("CERTCTL_TEST_ANYTHING", "1"),
        ("CERTCTL_BENCH_ROWS", "1"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert!(config.warnings().is_empty(), "{:?}", config.warnings());
}

#[test]
fn variables_of_features_to_come_are_accepted_with_a_warning() {
    let config =
        load([("CERTCTL_NETWORK_SCAN_ENABLED", "true"), ("CERTCTL_EST_PROFILE_IOT_ISSUER_ID", "iss")])
            .unwrap();
    assert_eq!(
        config.warnings(),
        [
            "CERTCTL_EST_PROFILE_IOT_ISSUER_ID has no effect yet: this version does not have EST",
            "CERTCTL_NETWORK_SCAN_ENABLED has no effect yet: this version does not have network scans",
        ]
    );
}

#[test]
fn only_secrets_are_read_from_files() {
    assert_eq!(
        only_error([("CERTCTL_SERVER_HOST_FILE", "/run/host")]),
        "CERTCTL_SERVER_HOST_FILE: there is no such variable; similar: CERTCTL_SERVER_HOST"
    );
}
