//! Enrolment and work.

use crate::program::{Host, run, stderr, stdout, terminate};
use certctl_fake_server::Issuance;
use std::process::Stdio;

#[test]
fn an_enrolled_host_needs_no_further_settings_and_keeps_its_credential() {
    let host = Host::new();
    let token = host.directory.path().join("token");
    std::fs::write(&token, format!("{}\n", host.plane.enrolment_token())).unwrap();
    let output = run(&mut host.agent(&["enroll", "--token-file", token.to_str().unwrap()]));
    assert!(stdout(&output).starts_with("enrolled as agent-"), "{output:?}");

    let again = run(&mut host.agent(&["enroll", "--token", "unused"]));
    assert_eq!(again.status.code(), Some(64));
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));

    // The server is the one it enrolled with.
    let output = run(host.agent(&["run", "--once"]).env_remove("CERTCTL_SERVER_URL"));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(host.plane.inspect(|state| state.heartbeats.len()), 1);
}

#[test]
fn once_does_what_is_due_and_reports_a_server_that_is_away() {
    let host = Host::new();
    host.enrol();
    host.plane.queue_issuance(&Issuance { targets: vec![], ..Issuance::default() }).unwrap();
    let output = run(&mut host.agent(&["--once"]));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(host.plane.inspect(|state| state.versions.len()), 1);
    assert!(!stderr(&output).contains("PRIVATE KEY"));
    assert_eq!(stderr(&output).matches("the server can run any command").count(), 1, "{}", stderr(&output));

    host.plane.set_outage(true);
    assert_eq!(run(&mut host.agent(&["--once"])).status.code(), Some(1));
}

#[test]
fn a_second_process_on_the_same_state_is_refused_and_termination_is_clean() {
    let host = Host::new();
    host.enrol();
    let mut first = host.agent(&[]).stderr(Stdio::null()).spawn().unwrap();
    host.plane.wait_for("a claim", |state| state.claims.first().cloned()).unwrap();
    let second = run(&mut host.agent(&["--once"]));
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains("another agent process"), "{}", stderr(&second));
    terminate(&first);
    assert_eq!(first.wait().unwrap().code(), Some(0));
}

#[test]
fn a_retired_agent_exits_with_success_so_that_it_is_not_restarted() {
    let host = Host::new();
    host.enrol();
    let mut agent = host.agent(&[]).stderr(Stdio::null()).spawn().unwrap();
    host.plane.wait_for("a claim", |state| state.claims.first().cloned()).unwrap();
    host.plane.retire();
    assert_eq!(agent.wait().unwrap().code(), Some(0));
    let once = run(&mut host.agent(&["--once"]));
    assert_eq!(once.status.code(), Some(0), "{}", stderr(&once));
    assert!(stderr(&once).contains("has retired agent"), "{}", stderr(&once));
}
