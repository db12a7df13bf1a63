//! Violations: found, mended, and found again.

use crate::bench::{ServiceBench, admin, operator, to, viewer};
use crate::flow::{Flow, Never, spec};
use crate::policy::{environments, policies};
use certctl_domain::certificate::Certificate;
use certctl_domain::id::PolicyRuleId;
use certctl_domain::policy::{
    CertificateLifetime, PolicyConfig, PolicySeverity, PolicyViolation, RenewalLeadTime,
};
use certctl_repository::{PageRequest, ViolationFilter};
use certctl_service::reconcile::PolicyEvaluation;
use certctl_service_api::certificate::{CertificateService, CertificateSpec};
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::list::ListRequest;
use certctl_service_api::policy::{PolicyService, PolicySpec, ViolationQuery};
use certctl_testkit::build;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

fn evaluation(t: &ServiceBench) -> PolicyEvaluation {
    PolicyEvaluation::new(t.base.clone(), Arc::clone(&t.wakeups))
}

async fn evaluate(t: &ServiceBench) -> Report {
    evaluation(t).activate(&Never).await
}

fn count(report: &Report, name: &str) -> u64 {
    report.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, n)| *n)
}

/// All violations, oldest first.
async fn violations(t: &ServiceBench) -> Vec<PolicyViolation> {
    let page = PageRequest::first(500);
    let mut rows =
        t.read(move |tx| tx.policy_violations().list(&ViolationFilter::default(), &page)).await.items;
    rows.reverse();
    rows
}

async fn detected_and_resolved(t: &ServiceBench) -> (usize, usize) {
    let events = t.audited().await;
    let count = |action: &str| events.iter().filter(|event| *event == action).count();
    (count("policy_violation_detected"), count("policy_violation_resolved"))
}

fn with(config: PolicyConfig) -> PolicySpec {
    PolicySpec { config, ..environments(&[]) }
}

#[tokio::test]
async fn a_change_that_breaks_a_rule_is_found_with_it_and_mended_with_the_next() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        policies(&t.bench)
            .create(&admin(), Some(build::id("pr-env")), environments(&["production"]))
            .await
            .unwrap();
        let staging = CertificateSpec { environment: "staging".to_owned(), ..spec() };
        t.certificates.create(&operator(), Some(build::id("mc-www")), staging.clone()).await.unwrap();
        let [found] = violations(&t.bench).await.try_into().unwrap();
        assert_eq!((found.certificate_id.as_str(), found.rule_id.as_str()), ("mc-www", "pr-env"));
        assert_eq!(found.message, "the environment `staging` is not one of the allowed ones");
        assert_eq!((found.severity, found.resolved_at), (PolicySeverity::Error, None));
        let event =
            t.bench.audit().await.into_iter().find(|event| event.action == "policy_violation_detected");
        let event = event.unwrap();
        assert_eq!((event.actor.as_str(), event.resource_id.as_str()), ("operator", "mc-www"));
        let details: serde_json::Value = serde_json::from_str(event.details.as_str()).unwrap();
        assert_eq!(
            (&details["rule_id"], &details["violation_id"]),
            (&"pr-env".into(), &found.id.as_str().into())
        );

        // Found again, not anew.
        t.bench.clock.advance(DAY);
        let test = CertificateSpec { environment: "test".to_owned(), ..staging };
        t.certificates.change(&operator(), &build::id("mc-www"), to(test), None).await.unwrap();
        let [again] = violations(&t.bench).await.try_into().unwrap();
        assert_eq!((again.id, again.created_at), (found.id, found.created_at));
        assert!(
            again.message.contains("`test`") && again.last_seen_at > again.created_at,
            "{}",
            again.message
        );

        t.certificates.change(&operator(), &build::id("mc-www"), to(spec()), None).await.unwrap();
        let [mended] = violations(&t.bench).await.try_into().unwrap();
        assert_eq!(mended.resolved_at, Some(t.bench.base.clock.now()));
        assert_eq!(detected_and_resolved(&t.bench).await, (1, 1));
    }
}

#[tokio::test]
async fn an_archived_certificate_breaks_no_rule() {
    let t = Flow::new().await;
    policies(&t.bench).create(&admin(), None, environments(&["staging"])).await.unwrap();
    t.create().await;
    t.certificates.archive(&operator(), &build::id("mc-www")).await.unwrap();
    let [resolved] = violations(&t.bench).await.try_into().unwrap();
    assert!(resolved.resolved_at.is_some());
    assert_eq!(detected_and_resolved(&t.bench).await, (1, 1));
    let report = evaluate(&t.bench).await;
    assert_eq!((count(&report, "certificates"), count(&report, "open")), (0, 0));
}

#[tokio::test]
async fn a_leaf_that_lives_too_long_is_found_when_it_is_issued() {
    let t = Flow::new().await;
    let lifetime = |max_days| with(PolicyConfig::CertificateLifetime(CertificateLifetime { max_days }));
    let rule = policies(&t.bench).create(&admin(), None, lifetime(1)).await.unwrap();
    t.issued().await;
    let [found] = violations(&t.bench).await.try_into().unwrap();
    assert!(found.message.contains("longer than 1 days"), "{}", found.message);
    policies(&t.bench).change(&admin(), &rule.id, to(lifetime(36_500)), None).await.unwrap();
    let report = evaluate(&t.bench).await;
    assert_eq!((count(&report, "resolved"), count(&report, "open")), (1, 0));
    assert_eq!(detected_and_resolved(&t.bench).await, (1, 1));
}

#[tokio::test]
async fn a_rule_that_breaks_with_time_is_found_by_the_evaluation_and_each_transition_is_audited_once() {
    for t in ServiceBench::both().await {
        t.write(|tx| {
            let ends = Certificate { expires_at: Some(build::at(90 * 86_400)), ..build::certificate("mc-a") };
            tx.certificates().insert(&ends)
        })
        .await;
        let late = with(PolicyConfig::RenewalLeadTime(RenewalLeadTime { lead_time_days: 30 }));
        policies(&t).create(&admin(), None, late).await.unwrap();
        assert_eq!(count(&evaluate(&t).await, "open"), 0);
        t.clock.advance(DAY * 61);
        assert_eq!(count(&evaluate(&t).await, "detected"), 1);
        t.clock.advance(DAY);
        let again = evaluate(&t).await;
        assert_eq!((count(&again, "detected"), count(&again, "open")), (0, 1));
        let [found] = violations(&t).await.try_into().unwrap();
        assert_eq!(found.last_seen_at, t.base.clock.now());
        t.clock.advance(DAY * 30);
        assert_eq!(count(&evaluate(&t).await, "resolved"), 1);
        assert_eq!(detected_and_resolved(&t).await, (1, 1));
        let events = t.audit().await;
        let facts: Vec<_> = events.iter().map(|event| (&*event.action, &*event.actor)).collect();
        let expected = [
            ("policy_rule_created", "admin"),
            ("policy_violation_detected", "system"),
            ("policy_violation_resolved", "system"),
        ];
        assert_eq!(facts, expected);
    }
}

#[tokio::test]
async fn switching_a_rule_off_resolves_its_violations_and_deleting_it_takes_them_away() {
    for t in ServiceBench::both().await {
        t.write(|tx| tx.certificates().insert(&build::certificate("mc-a"))).await;
        let id: PolicyRuleId = build::id("pr-env");
        policies(&t).create(&admin(), Some(id.clone()), environments(&["nowhere"])).await.unwrap();
        evaluate(&t).await;
        let off = PolicySpec { enabled: false, ..environments(&["nowhere"]) };
        policies(&t).change(&admin(), &id, to(off), None).await.unwrap();
        let [resolved] = violations(&t).await.try_into().unwrap();
        assert!(resolved.resolved_at.is_some());
        let details: serde_json::Value =
            serde_json::from_str(t.audit().await.last().unwrap().details.as_str()).unwrap();
        assert_eq!(details["resolved_violations"], 1);

        policies(&t).change(&admin(), &id, to(environments(&["nowhere"])), None).await.unwrap();
        assert_eq!(count(&evaluate(&t).await, "detected"), 1);
        assert_eq!(violations(&t).await.len(), 2);
        policies(&t).delete(&admin(), &id).await.unwrap();
        assert!(violations(&t).await.is_empty());
    }
}

#[tokio::test]
async fn a_changed_severity_reaches_the_open_violations() {
    let t = ServiceBench::new().await;
    t.write(|tx| tx.certificates().insert(&build::certificate("mc-a"))).await;
    let rule = policies(&t).create(&admin(), None, environments(&["nowhere"])).await.unwrap();
    evaluate(&t).await;
    let critical = PolicySpec { severity: PolicySeverity::Critical, ..environments(&["nowhere"]) };
    policies(&t).change(&admin(), &rule.id, to(critical), None).await.unwrap();
    evaluate(&t).await;
    let [found] = violations(&t).await.try_into().unwrap();
    assert_eq!(found.severity, PolicySeverity::Critical);
    assert_eq!(detected_and_resolved(&t).await, (1, 0));
}

/// Says stop from the second question on.
#[derive(Default)]
struct AfterOneBatch(AtomicU32);

impl StopSignal for AfterOneBatch {
    fn stopping(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 0
    }
}

#[tokio::test]
async fn an_interrupted_evaluation_goes_on_where_it_stopped_and_then_starts_over() {
    let t = ServiceBench::new().await;
    t.write(|tx| {
        (0..1_200).try_for_each(|n| tx.certificates().insert(&build::certificate(&format!("mc-{n:04}"))))
    })
    .await;
    policies(&t).create(&admin(), None, environments(&["nowhere"])).await.unwrap();
    let evaluation = evaluation(&t);
    let first = evaluation.activate(&AfterOneBatch::default()).await;
    assert_eq!((count(&first, "certificates"), count(&first, "detected")), (500, 500));
    let second = evaluation.activate(&Never).await;
    assert_eq!((count(&second, "certificates"), count(&second, "detected")), (700 + 1_200, 700));
    let third = evaluation.activate(&Never).await;
    assert_eq!((count(&third, "certificates"), count(&third, "detected")), (1_200, 0));
    let open = ViolationFilter { open: Some(true), ..ViolationFilter::default() };
    let found = t.read(move |tx| tx.policy_violations().list(&open, &PageRequest::first(1))).await;
    assert_eq!(found.total, 1_200);
}

#[tokio::test]
async fn a_changed_rule_pokes_the_evaluation() {
    let t = ServiceBench::new().await;
    policies(&t).create(&admin(), None, environments(&["nowhere"])).await.unwrap();
    evaluation(&t).poked().await;
}

#[tokio::test]
async fn violations_are_listed_by_certificate_rule_severity_and_state() {
    let t = Flow::new().await;
    let rule = policies(&t.bench).create(&admin(), None, environments(&["staging"])).await.unwrap();
    t.create().await;
    let list = async |query: ViolationQuery| {
        policies(&t.bench).violations(&viewer(), query, ListRequest::default()).await.unwrap().total
    };
    let all = ViolationQuery::default;
    assert_eq!(list(all()).await, 1);
    assert_eq!(list(ViolationQuery { certificate_id: Some(build::id("mc-www")), ..all() }).await, 1);
    assert_eq!(list(ViolationQuery { certificate_id: Some(build::id("mc-none")), ..all() }).await, 0);
    assert_eq!(list(ViolationQuery { severity: Some(PolicySeverity::Warning), ..all() }).await, 0);
    assert_eq!(list(ViolationQuery { open: Some(false), ..all() }).await, 0);
    let of_rule =
        policies(&t.bench).violations_of(&viewer(), &rule.id, ListRequest::default()).await.unwrap();
    let found = policies(&t.bench).violation(&viewer(), &of_rule.items[0].id).await.unwrap();
    assert_eq!((&found, of_rule.total), (&of_rule.items[0], 1));
    let none = build::id("pr-none");
    let unknown = policies(&t.bench).violations_of(&viewer(), &none, ListRequest::default()).await;
    assert_eq!(unknown.unwrap_err().code(), "not_found");
    let unknown = policies(&t.bench).violation(&viewer(), &build::id("violation-none")).await;
    assert_eq!(unknown.unwrap_err().code(), "not_found");
}
