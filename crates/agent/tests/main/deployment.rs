//! Deployments, dry runs, leases.

use crate::support::{Host, Outcome};
use certctl_api_types::work::{JobReport, ReportedStatus};
use certctl_connector_api::target::{Rollback, Stage};
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_domain::deployment::DeployCounter as C;
use certctl_domain::id::{JobId, VersionId};
use certctl_fake_server::{Fault, Issuance};
use serde_json::{Map, json};
use std::time::Duration;

/// A host that has issued one version, which is on no target yet.
fn with_version() -> (Host, VersionId) {
    let host = Host::new();
    host.plane.queue_issuance(&Issuance { targets: vec![], ..Issuance::default() }).unwrap();
    host.once().unwrap();
    let version = host.plane.inspect(|state| state.versions[0].clone());
    (host, version)
}

fn only_report(host: &Host, job: &JobId) -> JobReport {
    let reports = host.plane.inspect(|state| state.outcomes(job));
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.into_iter().next().unwrap()
}

#[test]
fn a_failure_is_reported_with_stage_rollback_counters_and_whether_to_try_again() {
    let (host, version) = with_version();
    let error = ConnectorError::transient(ErrorKind::Timeout, "nginx did not come back");
    host.targets.next_outcome(Outcome::Fails(Stage::Reload, error, Rollback::Restored));
    let job = host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
    host.once().unwrap();
    let report = only_report(&host, &job);
    assert_eq!((report.status, report.retryable), (ReportedStatus::Failed, true));
    assert_eq!(report.error.as_deref(), Some("nginx did not come back"));
    assert_eq!((report.stage.as_deref(), report.rollback_failed), (Some("reload"), false));
    assert_eq!(report.counters, [C::ReloadFailure, C::RollbackRestored, C::AttemptFailure]);

    let error = ConnectorError::permanent(ErrorKind::Other, "the disk is read-only");
    host.targets.next_outcome(Outcome::Fails(
        Stage::Verify,
        error,
        Rollback::AlsoFailed("read-only".to_owned()),
    ));
    let job = host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
    host.once().unwrap();
    let report = only_report(&host, &job);
    assert!(report.rollback_failed && !report.retryable, "{report:?}");
    assert_eq!(report.counters, [C::PostVerifyFailure, C::RollbackAlsoFailed, C::AttemptFailure]);
    assert_eq!(report.details["rollback"], json!({"failed": "read-only"}));
}

#[test]
fn another_certificate_than_the_job_is_about_never_reaches_the_target() {
    let (host, version) = with_version();
    let job = host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
    host.plane.fail_next(Fault::WrongCertificate);
    host.once().unwrap();
    let report = only_report(&host, &job);
    assert!(!report.retryable, "{report:?}");
    assert_eq!((report.stage.as_deref(), &report.counters[..]), (Some("prepare"), &[C::AttemptFailure][..]));
    assert_eq!(host.targets.events(), Vec::<String>::new());
}

#[test]
fn a_configuration_that_breaks_a_rule_is_refused_on_the_agent_too() {
    let (host, version) = with_version();
    for (config, reason) in
        [(json!({"colour": "red"}), "colour"), (json!({"mode": "contradictory"}), "make sense")]
    {
        let config = config.as_object().unwrap().clone();
        let deployment = host.plane.queue_deployment(&version, "tgt-web", config.clone()).unwrap();
        let validation = host.plane.queue_validation("tgt-web", config).unwrap();
        host.once().unwrap();
        for job in [deployment, validation] {
            let report = only_report(&host, &job);
            assert!(!report.retryable && report.error.as_deref().unwrap().contains(reason), "{report:?}");
        }
    }
    assert_eq!(host.targets.events(), Vec::<String>::new());
}

#[test]
fn a_dry_run_reports_what_it_found_and_changes_nothing() {
    let host = Host::new();
    let fine = host.plane.queue_validation("tgt-web", Map::new()).unwrap();
    host.once().unwrap();
    let report = only_report(&host, &fine);
    assert_eq!(report.status, ReportedStatus::Completed);
    assert_eq!(report.details["message"], "paths and commands are fine");

    let config = json!({"mode": "unreachable"}).as_object().unwrap().clone();
    let bad = host.plane.queue_validation("tgt-web", config).unwrap();
    host.once().unwrap();
    let report = only_report(&host, &bad);
    assert_eq!((report.status, report.retryable), (ReportedStatus::Failed, true));
    assert_eq!(host.targets.events(), ["dry-run tgt-web", "dry-run tgt-web"]);
}

#[test]
fn a_deployment_that_a_kill_interrupts_is_taken_over_at_once_and_recovered_first() {
    let (host, version) = with_version();
    host.targets.close_gate();
    let job = host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    process.kill();

    host.targets.open_gate();
    host.once().unwrap();
    assert_eq!(only_report(&host, &job).status, ReportedStatus::Completed);
    let events = [
        "recover tgt-web",
        "begin tgt-web",
        "dropped tgt-web",
        "recover tgt-web",
        "begin tgt-web",
        "end tgt-web",
    ];
    assert_eq!(host.targets.events(), events);
}

#[test]
fn recovery_runs_once_per_process_while_nothing_goes_wrong() {
    let (host, version) = with_version();
    let process = host.start();
    for number in 1..=3 {
        host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
        host.targets.wait_for("end tgt-web", number);
    }
    process.terminate().unwrap();
    assert_eq!(host.targets.events().iter().filter(|event| *event == "recover tgt-web").count(), 1);
}

#[test]
fn one_target_serves_one_job_at_a_time_and_targets_do_not_wait_for_each_other() {
    let (host, version) = with_version();
    host.targets.close_gate();
    for target in ["tgt-web", "tgt-web", "tgt-mail"] {
        host.plane.queue_deployment(&version, target, Map::new()).unwrap();
    }
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    host.targets.wait_for("begin tgt-mail", 1);
    host.targets.open_gate();
    host.targets.wait_for("end tgt-web", 2);
    process.terminate().unwrap();
    let web: Vec<String> = host.targets.events().into_iter().filter(|event| event.ends_with("web")).collect();
    assert_eq!(web, ["recover tgt-web", "begin tgt-web", "end tgt-web", "begin tgt-web", "end tgt-web"]);
}

#[test]
fn a_lease_is_prolonged_while_its_job_runs() {
    let (host, version) = with_version();
    host.plane.set_lease(Duration::from_secs(6));
    host.targets.close_gate();
    let job = host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
    let process = host.start();
    let running = |state: &certctl_fake_server::State| {
        let prolonged =
            |(id, report): &&(JobId, JobReport)| *id == job && report.status == ReportedStatus::Running;
        (state.reports.iter().filter(prolonged).count() >= 4).then_some(())
    };
    host.plane.wait_for("four extensions of a six-second lease", running).unwrap();
    host.targets.open_gate();
    host.plane.wait_for("the report", |state| state.outcomes(&job).first().cloned()).unwrap();
    process.terminate().unwrap();
    assert_eq!(host.targets.plans().len(), 1, "the job was never handed out twice");
}

#[test]
fn work_stops_without_a_report_when_the_lease_is_lost_and_the_target_is_recovered_at_once() {
    let (host, version) = with_version();
    host.plane.set_lease(Duration::from_secs(2));
    host.targets.close_gate();
    let job = host.plane.queue_deployment(&version, "tgt-web", Map::new()).unwrap();
    let process = host.start();
    host.targets.wait_for("begin tgt-web", 1);
    host.plane.take_lease_away(&job);
    host.targets.wait_for("dropped tgt-web", 1);
    host.targets.wait_for("recover tgt-web", 2);
    assert_eq!(host.plane.inspect(|state| state.outcomes(&job)), Vec::new());

    host.targets.open_gate();
    host.plane.offer_again(&job);
    host.targets.wait_for("end tgt-web", 1);
    host.plane.wait_for("the report", |state| state.outcomes(&job).first().cloned()).unwrap();
    process.terminate().unwrap();
    assert_eq!(host.targets.events()[3..], ["recover tgt-web", "begin tgt-web", "end tgt-web"]);
}
