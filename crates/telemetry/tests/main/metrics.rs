//! The exposition text and the counters behind it.

use certctl_telemetry::names::{self, Family};
use certctl_telemetry::{
    ApprovalCounters, ApprovalOutcome, CONTENT_TYPE, CacheResult, CallLogMetrics, CounterSnapshot,
    CrlMetrics, DeliveryMetrics, DeployCounter, DeployCounters, ErrorClass, ExpiryAlertMetrics,
    ExpiryAlertResult, HttpMetrics, InstallationMetrics, IssuanceMetrics, JobMetrics, JobOutcome, Level,
    MetricsError, OcspCounters, OcspEvent, OcspMetrics, PoolLevel, PoolMetrics, ProcessMetrics, Registry,
    RollupMetrics, RunResult, SchedulerMetrics, TxMetrics, TxOutcome,
};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A registry with every area, each ticked at least once.
fn everything() -> Registry {
    let registry = Registry::new();
    let approvals = ApprovalCounters::register(&registry).unwrap();
    approvals.decided(ApprovalOutcome::Approved, "prof-server", Duration::from_secs(90));
    approvals.decided(ApprovalOutcome::Bypassed, "prof-server", Duration::ZERO);
    ProcessMetrics::register(&registry, "1.2.3", "0123abc", || Duration::from_secs(90)).unwrap();
    DeployCounters::register(&registry).unwrap().add("NGINX", DeployCounter::AttemptSuccess, 1);
    ExpiryAlertMetrics::register(&registry).unwrap().told("Email", 7, ExpiryAlertResult::Success);
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
    CallLogMetrics::register(&registry).unwrap().dropped(3);
    let scheduler = SchedulerMetrics::register(&registry).unwrap();
    scheduler.record("renewal", RunResult::Success, Duration::from_secs(1_700_000_000));
    scheduler.record("renewal", RunResult::Failure, Duration::from_secs(1_700_000_060));
    let delivery = DeliveryMetrics::register(&registry).unwrap();
    delivery.took("Slack", Duration::from_millis(120));
    delivery.attempted("Slack", "delivered");
    delivery.attempted("Email", "no_notifier");
    delivery.had_no_notifier("Email");
    installation(&registry);
    registry
}

fn installation(registry: &Registry) {
    let shown = InstallationMetrics::register(registry).unwrap();
    shown.replace(vec![
        Level::count(&names::CERTIFICATE_TOTAL, &[], 7),
        Level::count(&names::CERTIFICATE_ACTIVE, &[], 2),
        Level::count(&names::CERTIFICATE_EXPIRING_SOON, &[], 2),
        Level::count(&names::CERTIFICATE_EXPIRED, &[], 2),
        Level::count(&names::CERTIFICATE_REVOKED, &[], 1),
        Level::count(&names::CERTIFICATES, &["Revoked"], 1),
        Level::count(&names::CERTIFICATES, &["Active"], 2),
        Level::count(&names::AGENT_TOTAL, &[], 3),
        Level::count(&names::AGENT_ONLINE, &[], 2),
        Level::count(&names::AGENTS, &["Offline"], 1),
        Level::new(&names::RECONCILER_LAST_SUCCESS_TIMESTAMP_SECONDS, &["renewal-sweep"], 1_700_000_000.0),
        Level::new(&names::RECONCILER_OLDEST_WORK_AGE_SECONDS, &["renewal-sweep"], 0.0),
        Level::count(&names::JOB_PENDING, &[], 4),
        Level::count(&names::JOB_COMPLETED_TOTAL, &[], 5),
        Level::count(&names::JOB_FAILED_TOTAL, &[], 6),
        Level::count(&names::JOBS, &["Renewal", "Running"], 4),
        Level::count(&names::JOB_QUEUE_DEPTH, &["Renewal"], 4),
        Level::new(&names::JOB_QUEUE_OLDEST_AGE_SECONDS, &["Renewal"], 12.5),
        Level::count(&names::NOTIFICATION_DEAD_TOTAL, &[], 0),
        Level::count(&names::NOTIFICATION_NO_NOTIFIER, &[], 1),
        Level::new(&names::NOTIFICATION_OLDEST_PENDING_AGE_SECONDS, &[], 1.5),
        Level::count(&names::NOTIFICATION_QUEUE_DEPTH, &["pending"], 2),
    ]);
    let pools = PoolMetrics::register(registry).unwrap();
    pools.replace(&[PoolLevel { pool: "reader", size: 4, idle: 1, in_use: 2, waiting: 0 }]);
    RollupMetrics::register(registry).unwrap().corrected("certificate.team", 2);
    let crls = CrlMetrics::register(registry).unwrap();
    crls.generated("iss-local", true, Duration::from_millis(3));
    crls.published("iss-local", 7, 2, 1_800_000_000);
    let answers = OcspMetrics::register(registry).unwrap();
    answers.cache(CacheResult::Hit);
    answers.answered(Duration::from_micros(40));
    answers.said("iss-local", "good");
    let ocsp = Arc::new(OcspCounters::default());
    registry.expose(&names::OCSP_COUNTER_TOTAL, ocsp.clone()).unwrap();
    ocsp.count(OcspEvent::NonceMalformed);
}

#[test]
fn a_family_without_a_value_is_left_out() {
    let registry = Registry::new();
    let shown = InstallationMetrics::register(&registry).unwrap();
    assert_eq!(registry.render().unwrap(), "");
    shown.replace(vec![Level::count(&names::JOB_PENDING, &[], 4)]);
    let text = registry.render().unwrap();
    assert_eq!(text.matches("# TYPE ").count(), 1, "{text}");
    shown.replace(Vec::new());
    assert_eq!(registry.render().unwrap(), "");
}

#[test]
fn every_ocsp_event_is_shown_from_the_start() {
    let registry = Registry::new();
    registry.expose(&names::OCSP_COUNTER_TOTAL, Arc::new(OcspCounters::default())).unwrap();
    let text = registry.render().unwrap();
    for event in OcspEvent::ALL {
        let line = format!("certctl_ocsp_counter_total{{label=\"{}\"}} 0\n", event.as_str());
        assert!(text.contains(&line), "{line} is missing:\n{text}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "promtool is what this test is about")]
fn the_linter_of_prometheus_complains_of_the_agreed_name_only() {
    let mut promtool = std::process::Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is missing: run `cargo xtask setup`");
    promtool.stdin.take().unwrap().write_all(everything().render().unwrap().as_bytes()).unwrap();
    let done = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    // Users were promised `certctl_<area>_counter_total`; no type makes the linter like that name.
    assert_eq!(said.trim(), "certctl_ocsp_counter_total metric name should not include type 'counter'");
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

#[test]
#[expect(clippy::disallowed_methods, reason = "the page is written when the environment asks for it")]
fn the_reference_page_is_current() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/metrics.md");
    let current = certctl_telemetry::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, &current).unwrap();
    }
    assert!(
        std::fs::read_to_string(&page).unwrap_or_default() == current,
        "docs/reference/metrics.md is out of date; run `UPDATE_DOCS=1 cargo test -p certctl-telemetry`"
    );
}
