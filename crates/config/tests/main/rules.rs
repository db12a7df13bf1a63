//! What values are allowed, and how a refusal reads.

use crate::support::{load, only_error};
use certctl_lifecycle::{Exit, Failure, render};
use std::time::Duration;

#[test]
fn all_errors_are_reported_at_once_with_what_is_allowed() {
    let errors = load([
        ("CERTCTL_SERVER_PORT", "70000"),
        ("CERTCTL_SERVER_TLS_CERT_PATH", "/etc/tls.crt"),
        ("CERTCTL_DATABASE_URL", "mysql://root:hush@db/x"),
        ("CERTCTL_LOG_LEVEL", "loud"),
        ("CERTCTL_LOG_FORMAT", "xml"),
        ("CERTCTL_AUTH_TYPE", "jwt"),
        ("CERTCTL_API_KEYS_NAMED", "ops:hush:root"),
        ("CERTCTL_CONFIG_ENCRYPTION_KEY", "hush"),
        ("CERTCTL_KEYGEN_MODE", "server"),
        ("CERTCTL_SCHEDULER_RENEWAL_CHECK_INTERVAL", "5"),
        ("CERTCTL_JOB_LEASE", "1s"),
        ("CERTCTL_DATABASE_AUTO_MIGRATE", "maybe"),
        ("CERTCTL_SERVER_PROT", "1"),
    ])
    .unwrap_err();
    let hints = errors.hints();
    let failure = Failure::configuration(errors).with_hints(hints);
    assert_eq!(failure.exit(), Exit::Configuration);
    let text = render(&failure.into());
    assert!(!text.contains("hush"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn one_error_is_one_sentence() {
    let errors = load([("CERTCTL_RENEWAL_CONCURRENCY", "0")]).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "the configuration is wrong: CERTCTL_RENEWAL_CONCURRENCY: `0` is not allowed; expected an integer from 1 to 1000"
    );
}

#[test]
fn files_that_belong_together_are_set_together() {
    assert_eq!(
        only_error([("CERTCTL_SERVER_TLS_KEY_PATH", "/k")]),
        "CERTCTL_SERVER_TLS_CERT_PATH: it must be set because CERTCTL_SERVER_TLS_KEY_PATH is set"
    );
    assert_eq!(
        only_error([("CERTCTL_CA_CERT_PATH", "/c")]),
        "CERTCTL_CA_KEY_PATH: it must be set because CERTCTL_CA_CERT_PATH is set"
    );
    let config = load([("CERTCTL_CA_CERT_PATH", "/c"), ("CERTCTL_CA_KEY_PATH", "/k")]).unwrap();
    assert!(config.pki.sub_ca.is_some());
}

#[test]
fn minima_are_part_of_the_contract() {
    for (name, too_small, smallest) in [
        ("CERTCTL_SCHEDULER_RENEWAL_CHECK_INTERVAL", "999ms", "1s"),
        ("CERTCTL_SCHEDULER_JOB_PROCESSOR_INTERVAL", "0", "1s"),
        ("CERTCTL_SCHEDULER_AGENT_HEALTH_CHECK_INTERVAL", "0s", "1s"),
        ("CERTCTL_JOB_TIMEOUT_INTERVAL", "1ms", "1s"),
        ("CERTCTL_JOB_LEASE", "1999ms", "2s"),
        ("CERTCTL_AGENT_LEASE", "1s", "2s"),
        ("CERTCTL_DATABASE_MAX_CONNS", "0", "1"),
        ("CERTCTL_RENEWAL_CONCURRENCY", "0", "1"),
        ("CERTCTL_MAX_BODY_SIZE", "0", "1024"),
        ("CERTCTL_SERVER_PORT", "-1", "0"),
    ] {
        assert!(
            only_error([(name, too_small)]).starts_with(&format!("{name}: `{too_small}` is not allowed")),
            "{name}"
        );
        assert!(load([(name, smallest)]).is_ok(), "{name}");
    }
}

#[test]
fn the_older_shutdown_variable_still_works() {
    let older = load([("CERTCTL_AUDIT_FLUSH_TIMEOUT_SECONDS", "7")]).unwrap();
    assert_eq!(older.shutdown.grace, Duration::from_secs(7));
    let both =
        load([("CERTCTL_AUDIT_FLUSH_TIMEOUT_SECONDS", "7"), ("CERTCTL_SHUTDOWN_TIMEOUT", "1m30s")]).unwrap();
    assert_eq!(both.shutdown.grace, Duration::from_secs(90));
    assert_eq!(
        both.warnings(),
        ["CERTCTL_AUDIT_FLUSH_TIMEOUT_SECONDS is ignored because CERTCTL_SHUTDOWN_TIMEOUT is set"]
    );
}

#[test]
fn open_access_is_allowed_with_a_warning() {
    let here = load([("CERTCTL_AUTH_TYPE", "none")]).unwrap();
    assert_eq!(here.warnings(), ["CERTCTL_AUTH_TYPE is none: everyone on this machine can read everything"]);
    let everywhere = load([("CERTCTL_AUTH_TYPE", "none"), ("CERTCTL_SERVER_HOST", "0.0.0.0")]).unwrap();
    assert_eq!(
        everywhere.warnings(),
        ["CERTCTL_AUTH_TYPE is none: everyone on the network can read everything"]
    );
}
