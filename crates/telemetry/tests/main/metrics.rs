//! The exposition text and the counters behind it.

use certctl_telemetry::names::{self, Family};
use certctl_telemetry::{
    ApprovalCounters, ApprovalOutcome, CONTENT_TYPE, CounterSnapshot, DeployCounter, DeployCounters,
    ErrorClass, HttpMetrics, IssuanceMetrics, JobMetrics, JobOutcome, MetricsError, ProcessMetrics, Registry,
    RunResult, SchedulerMetrics, TxMetrics, TxOutcome,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A registry with every area, each ticked at least once.
fn everything() -> Registry {
    let registry = Registry::new();
    ProcessMetrics::register(&registry, "1.2.3", || Duration::from_secs(90)).unwrap();
    let approvals = ApprovalCounters::register(&registry).unwrap();
    approvals.decided(ApprovalOutcome::Approved, "prof-server", Duration::from_secs(90));
    approvals.decided(ApprovalOutcome::Bypassed, "prof-server", Duration::ZERO);
    DeployCounters::register(&registry).unwrap().add("NGINX", DeployCounter::AttemptSuccess, 1);
    let issuance = IssuanceMetrics::register(&registry).unwrap();
    issuance.record("GenericCA", Ok(()), Duration::from_millis(70));
    issuance.record("GenericCA", Err(ErrorClass::Timeout), Duration::from_secs(200));
    JobMetrics::register(&registry).unwrap().finished("Renewal", JobOutcome::Completed);
    TxMetrics::register(&registry).unwrap().record(
        "certificate.renew",
        TxOutcome::Committed,
        2,
        Duration::from_millis(2),
        Duration::from_millis(20),
    );
    let http = HttpMetrics::register(&registry).unwrap();
    http.record("GET", Some("/api/v1/jobs/{id}"), 200, Duration::from_millis(3));
    http.record("BREW", None, 404, Duration::from_millis(1));
    let scheduler = SchedulerMetrics::register(&registry).unwrap();
    scheduler.record("renewal", RunResult::Success, Duration::from_secs(1_700_000_000));
    scheduler.record("renewal", RunResult::Failure, Duration::from_secs(1_700_000_060));
    registry
}

#[test]
fn the_exposition_is_pinned() {
    insta::assert_snapshot!(everything().render().unwrap());
    assert_eq!(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
}

#[test]
fn every_declared_family_is_exposed_with_help_and_type() {
    let text = everything().render().unwrap();
    for Family { name, help, .. } in names::ALL {
        assert!(text.contains(&format!("# HELP {name} {help}\n# TYPE {name} ")), "{name} is missing");
    }
    assert_eq!(text.matches("# TYPE ").count(), names::ALL.len());
}

#[test]
fn deployments_are_sorted_by_target_type_and_start_at_zero() {
    let registry = Registry::new();
    let counters = DeployCounters::register(&registry).unwrap();
    assert_eq!(registry.render().unwrap(), "");
    counters.add("NGINX", DeployCounter::RollbackRestored, 2);
    counters.add("Apache", DeployCounter::AttemptFailure, 1);
    let text = registry.render().unwrap();
    let attempts: Vec<&str> =
        text.lines().filter(|line| line.starts_with("certctl_deploy_attempts_total")).collect();
    assert_eq!(
        attempts,
        [
            r#"certctl_deploy_attempts_total{target_type="Apache",result="failure"} 1"#,
            r#"certctl_deploy_attempts_total{target_type="Apache",result="success"} 0"#,
            r#"certctl_deploy_attempts_total{target_type="NGINX",result="failure"} 0"#,
            r#"certctl_deploy_attempts_total{target_type="NGINX",result="success"} 0"#,
        ]
    );
    assert!(
        text.contains(r#"certctl_deploy_rollback_total{target_type="NGINX",outcome="restored"} 2"#),
        "{text}"
    );
}

#[test]
fn a_snapshot_is_a_copy() {
    let registry = Registry::new();
    let counters = DeployCounters::register(&registry).unwrap();
    counters.add("NGINX", DeployCounter::ReloadFailure, 3);
    let mut snapshot = counters.snapshot();
    assert_eq!(snapshot.len(), DeployCounter::ALL.len());
    assert_eq!(snapshot.get("NGINX.reload_failure"), Some(&3));
    snapshot.insert("NGINX.reload_failure".to_owned(), 99);
    assert_eq!(counters.by_target_type()["NGINX"][&DeployCounter::ReloadFailure], 3);
}

#[test]
fn no_tick_is_lost_when_threads_race_for_the_first_one() {
    let registry = Registry::new();
    let counters = DeployCounters::register(&registry).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    counters.add("NGINX", DeployCounter::IdempotentSkip, 1);
                }
            });
        }
    });
    assert_eq!(counters.by_target_type()["NGINX"][&DeployCounter::IdempotentSkip], 8000);
}

#[test]
fn any_counting_object_can_be_exposed() {
    #[derive(Default)]
    struct Responder {
        rate_limited: AtomicU64,
    }
    impl CounterSnapshot for Responder {
        fn snapshot(&self) -> BTreeMap<String, u64> {
            BTreeMap::from([
                ("signing_failed".to_owned(), 0),
                ("rate_limited".to_owned(), self.rate_limited.load(Ordering::Relaxed)),
            ])
        }
    }
    let family = Family { name: "certctl_sample_counter_total", help: "Sample events.", labels: &["label"] };
    let registry = Registry::new();
    let responder = Arc::new(Responder::default());
    registry.expose(&family, Arc::clone(&responder) as Arc<dyn CounterSnapshot>).unwrap();
    responder.rate_limited.fetch_add(4, Ordering::Relaxed);
    assert_eq!(
        registry.render().unwrap(),
        "# HELP certctl_sample_counter_total Sample events.\n# TYPE certctl_sample_counter_total counter\n\
         certctl_sample_counter_total{label=\"rate_limited\"} 4\n\
         certctl_sample_counter_total{label=\"signing_failed\"} 0\n"
    );
    let again = registry.expose(&family, responder);
    assert!(matches!(again, Err(MetricsError::Registration { name: "certctl_sample_counter_total", .. })));
}

#[test]
fn http_status_codes_map_to_error_classes() {
    let classes = [401, 403, 404, 408, 429, 500, 503, 504, 302]
        .map(|status| ErrorClass::from_http_status(status).as_str());
    assert_eq!(
        classes,
        [
            "auth",
            "auth",
            "upstream_4xx",
            "timeout",
            "rate_limited",
            "upstream_5xx",
            "upstream_5xx",
            "timeout",
            "other"
        ]
    );
}

#[test]
fn registries_do_not_share_counts() {
    let (one, other) = (Registry::new(), Registry::new());
    JobMetrics::register(&one).unwrap().finished("Renewal", JobOutcome::Failed);
    JobMetrics::register(&other).unwrap();
    assert_eq!(other.render().unwrap(), "");
}
