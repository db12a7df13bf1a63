use super::*;

/// A repository with one connector of each family and one migration, and nothing to mend.
fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let files = [
        (
            "crates/domain/src/issuer.rs",
            "//! I.\npub enum IssuerKind (\"issuer\") {\n    GenericCa = \"x\",\n}\n",
        ),
        ("crates/domain/src/target.rs", "//! T.\nenum TargetKind {\n    /// A.\n    AwsAcm,\n}\n"),
        ("crates/domain/src/notification.rs", "//! N.\nenum NotificationChannel {\n    PagerDuty,\n}\n"),
        (
            "crates/connectors/notifiers/src/pagerduty.rs",
            "//! P.\nconst K: NotificationChannel = NotificationChannel::PagerDuty;\n",
        ),
        ("docs/reference/connectors/pagerduty.md", "# PagerDuty\n"),
        (
            "crates/connectors/issuers/src/local/mod.rs",
            "//! L.\nconst K: IssuerKind = IssuerKind::GenericCa;\n",
        ),
        ("crates/connectors/targets/src/aws_acm.rs", "//! A.\n"),
        ("crates/connectors/targets/src/lib.rs", "//! R.\nconst K: TargetKind = TargetKind::AwsAcm;\n"),
        ("docs/reference/connectors/local.md", "# Local CA\n"),
        ("docs/reference/connectors/aws_acm.md", "# ACM\n"),
        ("migrations/postgres/20260101000000_start/up.sql", "CREATE"),
        ("migrations/postgres/20260101000000_start/down.sql", "DROP"),
        ("migrations/sqlite/20260101000000_start/up.sql", "CREATE"),
        ("migrations/sqlite/20260101000000_start/down.sql", "DROP"),
        ("target/debug/build/generated.rs", "no module doc here"),
    ];
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// What is found after `path` holds `text`.
fn failures_with(path: &str, text: &str) -> Vec<String> {
    let root = repository();
    write(root.path(), path, text);
    check(root.path()).unwrap().failures
}

#[test]
fn a_tidy_repository_has_no_findings() {
    let findings = check(repository().path()).unwrap();
    assert_eq!(findings.failures, [""; 0]);
    assert_eq!(findings.notes, [""; 0]);
}

#[test]
fn a_source_file_needs_a_module_doc_and_a_test_module_does_not() {
    assert_eq!(
        failures_with("crates/pki/src/csr.rs", "use x;\n"),
        ["crates/pki/src/csr.rs: does not start with `//!`; say what the module is for"]
    );
    assert_eq!(failures_with("crates/pki/src/csr/tests.rs", "use super::*;\n"), [""; 0]);
    assert_eq!(failures_with("crates/pki/tests/main/csr.rs", "use pki;\n"), [""; 0]);
}

#[test]
fn a_long_file_is_noted_and_a_too_long_one_fails() {
    let long = |lines: usize| format!("//! Long.\n{}", "//\n".repeat(lines - 1));
    let root = repository();
    write(root.path(), "crates/pki/src/a.rs", &long(351));
    write(root.path(), "crates/pki/src/b.rs", &long(501));
    write(root.path(), "crates/repository-diesel/src/schema.rs", &long(900));
    let findings = check(root.path()).unwrap();
    assert_eq!(findings.notes, ["crates/pki/src/a.rs: 351 lines; files are meant to stay below 350"]);
    assert_eq!(findings.failures, ["crates/pki/src/b.rs: 501 lines, at most 500; split it by operation"]);
}

#[test]
fn unfinished_work_hidden_tests_and_silenced_lints_are_found() {
    for line in [
        concat!("// TO", "DO: later"),
        concat!("// FIX", "ME"),
        concat!("#[", "ignore]"),
        concat!("#[", "ignore = \"slow\"]"),
        concat!("#[", "allow(dead_code)]"),
        concat!("#![", "allow(dead_code)]"),
    ] {
        let failures = failures_with("crates/pki/tests/main.rs", &format!("//! T.\n{line}\n"));
        assert_eq!(failures.len(), 1, "{line}: {failures:?}");
        assert!(failures[0].starts_with("crates/pki/tests/main.rs:2: "), "{failures:?}");
    }
    assert_eq!(failures_with("crates/pki/src/a.rs", "//! mktemp XXXXXX and TODOS are words.\n"), [""; 0]);
}

#[test]
fn paths_of_one_machine_are_found_and_routes_are_not() {
    let path = concat!("/ro", "ot/.cargo");
    assert_eq!(failures_with("docs/install.md", &format!("run\n`{path}/bin/x`\n")).len(), 1);
    let routes = concat!("GET /agents/{id}/wo", "rk/ and /pki/ro", "ot/\n");
    assert_eq!(failures_with("docs/api.md", routes), [""; 0]);
}

#[test]
fn only_a_few_files_may_tell_the_databases_apart() {
    let text = concat!("//! M.\nmatch conn { AnyConn", "::Sqlite(c) => c }\n");
    assert_eq!(failures_with("crates/repository-diesel/src/repos/job.rs", text).len(), 1);
    assert_eq!(failures_with("crates/repository-diesel/src/dialect.rs", text), [""; 0]);
    assert_eq!(failures_with("crates/repository-diesel/src/pool/sqlite.rs", text), [""; 0]);
}

#[test]
fn a_connector_kind_needs_module_registration_and_page() {
    let declaration = "//! T.\nenum TargetKind {\n    AwsAcm,\n    Nginx,\n}\n";
    assert_eq!(
        failures_with("crates/domain/src/target.rs", declaration),
        [
            "TargetKind::Nginx has no module crates/connectors/targets/src/nginx.rs",
            "TargetKind::Nginx is not registered in crates/connectors/targets/src/",
            "TargetKind::Nginx has no page docs/reference/connectors/nginx.md",
        ]
    );
    assert_eq!(
        failures_with("docs/reference/connectors/gone.md", "# Gone\n"),
        ["docs/reference/connectors/gone.md: there is no connector of this name"]
    );
}

#[test]
fn both_databases_need_the_same_migrations_with_both_directions() {
    assert_eq!(
        failures_with("migrations/sqlite/20260202000000_more/up.sql", "CREATE"),
        [
            "migrations/sqlite/20260202000000_more has no counterpart migrations/postgres/20260202000000_more",
            "migrations/sqlite/20260202000000_more/down.sql is missing or empty",
        ]
    );
    assert_eq!(
        failures_with("migrations/postgres/20260101000000_start/down.sql", "\n"),
        ["migrations/postgres/20260101000000_start/down.sql is missing or empty"]
    );
}
