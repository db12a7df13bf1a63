//! Reports survive outages and kills.

use crate::support::Host;
use certctl_domain::job::JobStatus;
use certctl_fake_server::{Fault, Issuance};
use std::fs;

fn spooled(host: &Host) -> usize {
    fs::read_dir(host.root().join("spool")).unwrap().count()
}

/// Lets a deployment end while the server is away, and returns once its report was turned away.
fn finish_during_an_outage(host: &Host) {
    host.plane.set_outage(true);
    host.targets.open_gate();
    let report = |path: &String| path.ends_with("/status");
    host.plane
        .wait_for("a report", |state| state.turned_away.iter().find(|path| report(path)).cloned())
        .unwrap();
}

#[test]
fn a_report_that_an_outage_holds_up_is_sent_when_the_server_is_back() {
    let host = Host::new();
    host.targets.close_gate();
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    finish_during_an_outage(&host);
    host.plane.set_outage(false);
    let job = host.plane.inspect(|state| state.deployments()[0].clone());
    let completed =
        |state: &certctl_fake_server::State| (state.status(&job) == Some(JobStatus::Completed)).then_some(());
    host.plane.wait_for("the report", completed).unwrap();
    process.terminate().unwrap();
    assert_eq!(host.targets.plans().len(), 1);
}

#[test]
fn a_report_survives_a_kill_and_saves_the_work_from_being_done_twice() {
    let host = Host::new();
    host.targets.close_gate();
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    finish_during_an_outage(&host);
    process.kill();
    assert_eq!(spooled(&host), 1);

    host.plane.set_outage(false);
    host.once().unwrap();
    let job = host.plane.inspect(|state| state.deployments()[0].clone());
    assert_eq!(host.plane.inspect(|state| state.status(&job)), Some(JobStatus::Completed));
    assert_eq!(host.targets.plans().len(), 1);
    assert_eq!(spooled(&host), 0);
}

#[test]
fn a_report_whose_answer_was_lost_is_sent_again_and_counts_once() {
    let host = Host::new();
    host.plane.fail_next(Fault::LoseReportAnswer);
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    host.once().unwrap();
    assert_eq!(spooled(&host), 1);
    host.once().unwrap();
    assert_eq!(spooled(&host), 0);
    let job = host.plane.inspect(|state| state.deployments()[0].clone());
    assert_eq!(host.plane.inspect(|state| state.outcomes(&job).len()), 1);
}

#[test]
fn a_report_under_a_lost_lease_is_dropped_and_damaged_ones_do_not_stand_in_the_way() {
    let host = Host::new();
    host.targets.close_gate();
    host.plane.queue_issuance(&Issuance::default()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    finish_during_an_outage(&host);
    process.kill();
    let job = host.plane.inspect(|state| state.deployments()[0].clone());
    host.plane.take_lease_away(&job);
    #[expect(clippy::disallowed_methods, reason = "plain writing is how files get damaged")]
    fs::write(host.root().join("spool/job-damaged.json"), "{").unwrap();

    host.plane.set_outage(false);
    host.once().unwrap();
    assert_eq!(spooled(&host), 0);
    assert_eq!(host.plane.inspect(|state| state.stale_reports.len()), 1);
}
