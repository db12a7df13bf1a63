//! Help, settings, exit codes.

use crate::program::{Host, agent, run, stderr, stdout};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

#[test]
fn help_names_every_command_option_and_variable() {
    insta::assert_snapshot!("help", stdout(&run(&mut agent(&["--help"]))));
    insta::assert_snapshot!("help_enroll", stdout(&run(&mut agent(&["enroll", "--help"]))));
}

#[test]
fn version_is_a_command_and_an_option() {
    let version = format!("certctl-agent {}\n", env!("CARGO_PKG_VERSION"));
    for word in ["version", "--version", "-V"] {
        assert_eq!(stdout(&run(&mut agent(&[word]))), version, "{word}");
    }
}

#[test]
fn wrong_command_lines_and_settings_end_with_code_64_and_a_reason() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("agent.toml");
    std::fs::write(&file, "api_key = \"s3cret\"\npoll_weight = 3\n").unwrap();
    let file = file.to_str().unwrap();
    let open = directory.path().join("open.toml");
    std::fs::write(&open, "[commands]\n").unwrap();
    std::fs::set_permissions(&open, Permissions::from_mode(0o664)).unwrap();
    let open = open.to_str().unwrap();
    let cases: [(&[&str], &str); 12] = [
        (&["--no-such-option"], "--no-such-option"),
        (&["check-config", "--poll-wait", "soon"], "90s"),
        (&["check-config", "--poll-wait", "10m"], "poll-wait must be 1 to 60 seconds"),
        (&["check-config", "--job-concurrency", "0"], "job-concurrency must be 1 to 64"),
        (&["check-config", "--server", "http://certctl:8443"], "must begin with https://"),
        (&["check-config", "--ca-bundle", "/no/such/file"], "/no/such/file"),
        (&["check-config", "--agent-id", "agent-1"], "no API key"),
        (&["check-config", "--config", file], "poll_weight"),
        (&["check-config", "--commands-file", "/no/such/list"], "/no/such/list"),
        (&["check-config", "--commands-file", file], "is not a list of allowed commands"),
        (&["run", "--commands-file", open], "has mode 0664"),
        (&["enroll"], "needs a token"),
    ];
    for (words, reason) in cases {
        let output = run(agent(words).env("CERTCTL_STATE_DIR", directory.path().join("state")));
        assert_eq!(output.status.code(), Some(64), "{words:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{words:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains("s3cret"), "{words:?}");
    }
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("agent.toml");
    let text =
        "server = \"https://file:1\"\nname = \"file\"\npoll_wait = \"7s\"\nstate_dir = \"/nowhere/state\"\n";
    std::fs::write(&file, text).unwrap();
    let output = run(agent(&["check-config", "-server", "https://flag:3", "-agent-id=agent-7"])
        .env("CERTCTL_AGENT_CONFIG", &file)
        .env("CERTCTL_SERVER_URL", "https://env:2")
        .env("CERTCTL_AGENT_NAME", "env")
        .env("CERTCTL_API_KEY", "s3cret")
        .env("CERTCTL_LOG_LEVEL", "")
        .env("CERTCTL_DISCOVERY_DIRS", "/etc/ssl"));
    assert!(output.status.success(), "{}", stderr(&output));
    insta::assert_snapshot!("check_config", stdout(&output));
    assert!(stderr(&output).contains("CERTCTL_DISCOVERY_DIRS has no effect"), "{}", stderr(&output));
}

#[test]
fn the_configuration_shows_what_the_server_may_do_here() {
    let directory = TempDir::new().unwrap();
    let list = directory.path().join("commands.toml");
    let rules = "allowed_paths = [\"/srv/tls\", \"/etc/nginx/tls\"]\n[commands]\nreload = [\"nginx\", \"-s\", \"reload\"]\ntest = [\"nginx\", \"-t\"]\n";
    std::fs::write(&list, rules).unwrap();
    std::fs::set_permissions(&list, Permissions::from_mode(0o644)).unwrap();
    let config = directory.path().join("agent.toml");
    std::fs::write(&config, format!("commands_file = {list:?}\n")).unwrap();
    let output = run(agent(&["check-config"]).env("CERTCTL_AGENT_CONFIG", &config));
    let expected = format!("commands           reload, test (from {})\n", list.display());
    assert!(stdout(&output).contains(&expected), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("paths              /srv/tls, /etc/nginx/tls\n"), "{}", stdout(&output));
}

#[test]
fn the_state_directory_follows_the_key_directory() {
    let output = run(&mut agent(&["check-config", "--key-dir", "/srv/pki/keys"]));
    assert!(stdout(&output).contains("state-dir          /srv/pki\n"), "{}", stdout(&output));
}

#[test]
fn a_host_that_is_not_enrolled_is_told_how_to_enrol() {
    let host = Host::new();
    let output = run(&mut host.agent(&["run"]));
    assert_eq!(output.status.code(), Some(64));
    assert!(stderr(&output).contains("certctl-agent enroll"), "{}", stderr(&output));
}

#[test]
fn an_untrusted_server_and_a_wrong_token_come_with_hints() {
    let host = Host::new();
    let stranger = run(host.agent(&["enroll", "--token", "t"]).env_remove("CERTCTL_SERVER_CA_BUNDLE_PATH"));
    assert_eq!(stranger.status.code(), Some(1));
    assert!(
        stderr(&stranger).contains("hint: The server's certificate is not trusted here"),
        "{}",
        stderr(&stranger)
    );
    let wrong = run(&mut host.agent(&["enroll", "--token", "wrong"]));
    assert!(stderr(&wrong).contains("A token works once"), "{}", stderr(&wrong));
}
