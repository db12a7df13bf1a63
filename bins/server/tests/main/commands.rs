//! Keys, tokens, settings, migrations, backup.

use crate::program::{Program, mode};

#[test]
fn the_help_is_pinned() {
    let program = Program::new();
    insta::assert_snapshot!("help", program.ok(&["--help"]));
    let wrong = program.run(&["frobnicate"]);
    assert_eq!(wrong.code, Some(64));
    assert!(wrong.err.contains("frobnicate"), "{}", wrong.err);
}

#[test]
fn the_first_start_prints_an_admin_key_once_and_leaves_private_files() {
    let program = Program::new();
    let (running, first) = program.start();
    assert!(first[0].starts_with("Admin API key (shown only once): ck_"), "{first:?}");
    assert!(first[1].starts_with("certctl is ready at https://127.0.0.1:"), "{first:?}");
    drop(running);
    let (_running, second) = program.start();
    assert_eq!(second.len(), 1, "{second:?}");
    for (name, wanted) in
        [("", 0o700), ("master.key", 0o600), ("certctl.db", 0o600), ("tls", 0o700), ("tls/server.key", 0o600)]
    {
        assert_eq!(mode(&program.data().join(name)), wanted, "{name}");
    }
}

#[test]
fn keys_are_made_listed_and_revoked_beside_a_running_server() {
    let program = Program::new();
    let (_running, _) = program.start();
    let token = program.ok(&[
        "key",
        "create",
        "--name",
        "ci",
        "--identity",
        "build farm",
        "--role",
        "viewer",
        "--expires",
        "30d",
    ]);
    assert!(token.starts_with("ck_") && !token.contains(char::is_whitespace), "{token}");
    let again = program.run(&["key", "create", "--name", "ci"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("exists already"), "{}", again.err);

    let listed = program.ok(&["key", "list"]);
    let line = listed.lines().find(|line| line.contains(" ci ")).unwrap();
    assert!(
        line.contains("viewer") && line.contains("build farm") && line.contains("valid until"),
        "{listed}"
    );
    assert!(!listed.contains(&token));
    let id = line.split_whitespace().next().unwrap();
    program.ok(&["key", "revoke", id]);
    assert!(
        program.ok(&["key", "list"]).lines().any(|line| line.contains(" ci ") && line.contains("revoked"))
    );
    assert_eq!(program.run(&["key", "revoke", "Not An Id"]).code, Some(64));
    assert!(program.ok(&["enroll-token", "--validity", "10m"]).starts_with("ce_"));
}

#[test]
fn check_config_shows_settings_but_no_secret_and_all_errors_at_once() {
    let secret = "a-passphrase-of-at-least-32-bytes!!";
    let program = Program::new().with("CERTCTL_CONFIG_ENCRYPTION_KEY", secret);
    let shown = program.ok(&["check-config"]);
    assert!(shown.contains("CERTCTL_CONFIG_ENCRYPTION_KEY = [redacted]"), "{shown}");
    assert!(!shown.contains(secret));
    assert!(!program.data().exists(), "a check makes no files");

    let wrong = Program::new()
        .with("CERTCTL_SERVER_PORTS", "8443")
        .with("CERTCTL_JOB_LEASE", "soon")
        .with("CERTCTL_DATABASE_URL", "mysql://db");
    let ended = wrong.run(&["check-config"]);
    assert_eq!(ended.code, Some(64));
    for part in
        ["CERTCTL_SERVER_PORTS", "CERTCTL_SERVER_PORT", "CERTCTL_JOB_LEASE", "CERTCTL_DATABASE_URL", "hint:"]
    {
        assert!(ended.err.contains(part), "{part} is missing in {}", ended.err);
    }
}

#[test]
fn migrate_says_what_is_pending_and_then_that_all_is_well() {
    let program = Program::new();
    let pending = program.run(&["migrate", "--check"]);
    assert_eq!(pending.code, Some(1), "{pending:?}");
    assert!(pending.out.contains("pending"), "{pending:?}");
    assert!(program.ok(&["migrate"]).ends_with("the schema is up to date"));
    program.ok(&["migrate", "--check"]);
}

#[test]
fn a_backup_of_a_running_server_opens_with_the_same_master_key() {
    let program = Program::new();
    let (running, _) = program.start();
    let token = program.ok(&["key", "create", "--name", "kept"]);
    let copy = program.path("copy.db");
    program.ok(&["backup", "--to", copy.to_str().unwrap()]);
    assert_eq!(mode(&copy), 0o600);
    assert_ne!(
        program.run(&["backup", "--to", copy.to_str().unwrap()]).code,
        Some(0),
        "a backup replaces no file"
    );
    drop(running);

    let url = format!("sqlite:{}", copy.display());
    let restored = program.with("CERTCTL_DATABASE_URL", &url);
    assert!(restored.ok(&["key", "list"]).contains(" kept "));
    let (_running, printed) = restored.start();
    assert_eq!(printed.len(), 1, "the keys are there, so none is made: {printed:?}");
    assert!(!token.is_empty());
}
