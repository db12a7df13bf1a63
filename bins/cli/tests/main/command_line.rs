//! Help, usage errors and exit codes.

use crate::program::{certctl, run, stderr, stdout};
use tempfile::TempDir;

#[test]
fn wrong_command_lines_end_with_code_2_and_a_reason() {
    let home = TempDir::new().unwrap();
    let cases: [(&[&str], &str); 9] = [
        (&[], "Usage"),
        (&["certz", "list"], "certz"),
        (&["certs", "list", "--no-such-flag"], "--no-such-flag"),
        (&["certs", "get"], "ID"),
        (&["certs", "renew", "mc-1", "--wait=soon"], "90s"),
        (&["--server", "http://certctl:8443", "certs", "list"], "must begin with https://"),
        (&["--context", "prod", "certs", "list"], "there is no context prod"),
        (&["teams", "create", "--set", "name"], "FIELD=VALUE"),
        (&["certs", "bulk-renew", "--team-id", "t-1"], "--yes"),
    ];
    for (words, reason) in cases {
        let output = run(&mut certctl(home.path(), words));
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{words:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{words:?}");
    }
}

#[test]
fn global_flags_are_understood_before_and_after_the_command() {
    let home = TempDir::new().unwrap();
    let words: [&[&str]; 2] = [
        &["--server", "https://127.0.0.1:9", "-o", "json", "certs", "list"],
        &["certs", "list", "--format", "json", "--server", "https://127.0.0.1:9"],
    ];
    for words in words {
        let output = run(&mut certctl(home.path(), words));
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("no answer from the server"), "{}", stderr(&output));
        assert!(stderr(&output).contains("hint: `certctl doctor`"), "{}", stderr(&output));
    }
}

#[test]
fn a_key_on_the_command_line_is_warned_about_and_never_shown() {
    let home = TempDir::new().unwrap();
    let words = ["--server", "https://127.0.0.1:9", "--api-key", "ck_s3cret", "certs", "list"];
    let output = run(&mut certctl(home.path(), &words));
    assert!(stderr(&output).contains("warning"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("s3cret"), "{}", stderr(&output));
    let output = run(certctl(home.path(), &words[..2]).args(&words[4..]).env("CERTCTL_API_KEY", "ck_s3cret"));
    assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
}

#[test]
fn completion_scripts_know_the_commands() {
    let home = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&mut certctl(home.path(), &["completion", shell]));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        for word in ["certs", "bulk-renew", "renewal-policies"] {
            assert!(stdout(&output).contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn version_works_without_a_server() {
    let home = TempDir::new().unwrap();
    let output = run(&mut certctl(home.path(), &["version", "--server", "https://127.0.0.1:9"]));
    let expected = format!("certctl {}\nserver  not reachable\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), expected));
}

#[test]
fn doctor_says_what_is_wrong_and_what_to_do() {
    let home = TempDir::new().unwrap();
    let output = run(&mut certctl(home.path(), &["doctor", "--server", "https://127.0.0.1:9"]));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let told = stdout(&output);
    assert!(told.contains("ok       settings"), "{told}");
    assert!(told.contains("failed   connection"), "{told}");
    assert!(told.contains("hint: check host, port and firewall"), "{told}");
}
