//! Real child processes.

use certctl_connector_api::command::{Argv, CommandError, CommandRunner};
use certctl_deploy::ProcessRunner;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(30);

fn shell(script: &str) -> Argv {
    Argv::new(vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()]).unwrap()
}

#[tokio::test]
async fn a_command_sees_a_clean_environment_and_no_input() {
    let output = ProcessRunner.run(&Argv::parse("env").unwrap(), LONG).await.unwrap();
    let mut names: Vec<_> = output.output.lines().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["LANG", "LC_ALL", "PATH"]);
    let output = ProcessRunner.run(&Argv::parse("cat").unwrap(), LONG).await.unwrap();
    assert_eq!((output.status, output.output.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn status_and_both_streams_are_reported_in_order() {
    let output = ProcessRunner.run(&shell("echo one; echo two >&2; echo three; exit 7"), LONG).await.unwrap();
    assert_eq!((output.status, output.output.as_str()), (Some(7), "one\ntwo\nthree"));
    let killed = ProcessRunner.run(&shell("kill -9 $$"), LONG).await.unwrap();
    assert_eq!(killed.status, None);
}

#[tokio::test]
async fn arguments_are_not_interpreted() {
    let argv = Argv::new(vec!["echo".to_owned(), "$HOME; *".to_owned()]).unwrap();
    assert_eq!(ProcessRunner.run(&argv, LONG).await.unwrap().output, "$HOME; *");
}

#[tokio::test]
async fn the_end_of_a_long_output_is_kept_without_control_characters() {
    let script =
        "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; printf 'a\\033[31m\\rb\\377'";
    let output = ProcessRunner.run(&shell(script), LONG).await.unwrap().output;
    assert!(output.len() <= 8 * 1024 && output.contains("line 2999"), "{}", output.len());
    assert!(output.ends_with("a[31mb\u{fffd}"), "{output}");
}

#[tokio::test]
async fn everything_a_late_command_started_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let pid_file = directory.path().join("pid");
    let script = format!("sleep 600 & echo $! > {}; wait", pid_file.display());
    let started = Instant::now();
    let error = ProcessRunner.run(&shell(&script), Duration::from_secs(2)).await.unwrap_err();
    assert!(matches!(error, CommandError::TimedOut { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(20));
    let pid: u32 = std::fs::read_to_string(pid_file).unwrap().trim().parse().unwrap();
    let alive = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.contains("(sleep)") && !stat.contains(") Z ")
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    while alive() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!alive(), "the grandchild {pid} still runs");
}

#[tokio::test]
async fn a_daemon_left_behind_does_not_hold_the_command_up() {
    let started = Instant::now();
    let output = ProcessRunner.run(&shell("sleep 20 & echo started $!"), LONG).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(15));
    let pid = output.output.strip_prefix("started ").unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_named() {
    let error = ProcessRunner.run(&Argv::parse("certctl-no-such-program").unwrap(), LONG).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot start `certctl-no-such-program`");
}
