//! The life of the process.

use crate::support::Host;
use certctl_agent::AgentError;
use certctl_api_types::work::ReportedStatus;
use certctl_crypto::SecretString;
use certctl_fake_server::{Fault, Issuance};
use std::time::{Duration, Instant};

#[test]
fn heartbeats_tell_about_the_host() {
    let mut host = Host::new();
    host.options.heartbeat_interval = Duration::from_millis(20);
    let process = host.start();
    let beat = host.plane.wait_for("three heartbeats", |state| state.heartbeats.get(2).cloned()).unwrap();
    process.terminate().unwrap();
    assert_eq!((beat.version.as_str(), beat.hostname.as_str()), ("1.2.3", "web1"));
    assert!(["linux", "darwin"].contains(&beat.os.as_str()), "{beat:?}");
    assert!(beat.ip_address.parse::<std::net::IpAddr>().unwrap().is_loopback());
}

#[test]
fn termination_finishes_the_running_deployment_and_its_report() {
    let host = Host::new();
    host.targets.close_gate();
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    process.signal();
    host.targets.open_gate();
    process.wait().unwrap();
    let job = host.plane.inspect(|state| state.deployments()[0].clone());
    assert_eq!(host.plane.inspect(|state| state.outcomes(&job)[0].status), ReportedStatus::Completed);
}

#[test]
fn termination_does_not_wait_for_a_poll_and_gives_up_a_deployment_after_the_grace() {
    let mut host = Host::new();
    host.grace = Duration::from_millis(100);
    host.targets.close_gate();
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    let begun = Instant::now();
    process.terminate().unwrap();
    assert!(begun.elapsed() < host.options.poll_wait, "{:?}", begun.elapsed());
    assert_eq!(host.targets.events().last().unwrap(), "dropped tgt-web");
}

#[test]
fn a_retired_agent_ends_by_itself_without_an_error() {
    let host = Host::new();
    let process = host.start();
    host.plane.wait_for("a claim", |state| state.claims.first().cloned()).unwrap();
    host.plane.retire();
    process.wait().unwrap();
    assert!(matches!(host.once(), Err(AgentError::Retired)));
}

#[test]
fn a_refused_credential_keeps_the_agent_alive_and_patient() {
    let host = Host::new();
    let process = host.start_with(SecretString::new("wrong"));
    host.plane.wait_for("both loops", |state| (state.unauthenticated >= 2).then_some(())).unwrap();
    process.terminate().unwrap();
    assert_eq!(host.plane.inspect(|state| state.unauthenticated), 2, "each loop asked once, then waited");
    assert_eq!(host.plane.inspect(|state| state.claims.len()), 0);
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it_and_then_hands_out_work() {
    let host = Host::new();
    host.plane.fail_next(Fault::Throttle);
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    let begun = Instant::now();
    let process = host.start();
    host.targets.wait_for("end tgt-web", 1);
    process.terminate().unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_server_that_sends_the_agent_away_is_not_asked_again_at_once() {
    let host = Host::new();
    host.plane.fail_next(Fault::SendAway);
    let begun = Instant::now();
    let process = host.start();
    host.plane.wait_for("a second claim", |state| state.claims.get(1).cloned()).unwrap();
    process.terminate().unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900));
}

#[test]
fn every_process_claims_under_an_instance_of_its_own() {
    let host = Host::new();
    host.once().unwrap();
    host.once().unwrap();
    let claims = host.plane.inspect(|state| state.claims.clone());
    assert_eq!(claims.len(), 2);
    assert_ne!(claims[0], claims[1]);
}

#[test]
fn once_reports_a_server_that_cannot_be_reached() {
    let host = Host::new();
    host.plane.set_outage(true);
    assert!(matches!(host.once(), Err(AgentError::Server(_))));
}
