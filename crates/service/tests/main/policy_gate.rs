//! Compliance rules that stop what would break them.

use crate::bench::{ServiceBench, admin, operator, to};
use crate::flow::{Flow, spec};
use crate::policy::{environments, policies};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::JobStatus;
use certctl_domain::policy::{CertificateLifetime, PolicyConfig, PolicySeverity, RenewalLeadTime};
use certctl_repository::PageRequest;
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::engine::AttemptOutcome;
use certctl_service_api::policy::{PolicyService, PolicySpec};
use certctl_service_api::{BrokenRule, ServiceError};
use certctl_testkit::build;
use std::time::Duration;

const STOPPING: &[PolicySeverity] = &[PolicySeverity::Error, PolicySeverity::Critical];

async fn guarded() -> Flow {
    Flow::stopping(ServiceBench::new().await, STOPPING)
}

fn broken(error: ServiceError) -> Vec<BrokenRule> {
    match error {
        ServiceError::PolicyViolation(rules) => rules,
        other => panic!("not stopped by a rule: {other:?}"),
    }
}

fn lifetime(max_days: u32) -> PolicySpec {
    let config = PolicyConfig::CertificateLifetime(CertificateLifetime { max_days });
    PolicySpec { config, ..environments(&[]) }
}

async fn ledger(t: &Flow) -> usize {
    t.bench.read(|tx| tx.ledger().list(&PageRequest::first(9))).await.items.len()
}

#[tokio::test]
async fn what_would_break_a_stopping_rule_is_neither_created_nor_changed() {
    for bench in ServiceBench::both().await {
        let t = Flow::stopping(bench, STOPPING);
        policies(&t.bench)
            .create(&admin(), Some(build::id("pr-env")), environments(&["production"]))
            .await
            .unwrap();
        let staging = CertificateSpec { environment: "staging".to_owned(), ..spec() };
        let refused = t.certificates.create(&operator(), None, staging.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "policy_violation");
        let [rule] = broken(refused).try_into().unwrap();
        assert_eq!((rule.rule_id.as_str(), rule.severity), ("pr-env", PolicySeverity::Error));
        assert_eq!(rule.message, "the environment `staging` is not one of the allowed ones");

        t.create().await;
        let refused = t.certificates.change(&operator(), &build::id("mc-www"), to(staging), None).await;
        assert_eq!(broken(refused.unwrap_err()).len(), 1);
        assert_eq!(t.bench.certificate("mc-www").await.environment, "production");
        assert_eq!(t.bench.audited().await, ["policy_rule_created", "certificate_created"]);
    }
}

#[tokio::test]
async fn a_rule_of_another_severity_or_that_is_off_only_reports() {
    let t = guarded().await;
    let warning = PolicySpec { severity: PolicySeverity::Warning, ..environments(&["staging"]) };
    policies(&t.bench).create(&admin(), None, warning).await.unwrap();
    let off = PolicySpec { name: "off".to_owned(), enabled: false, ..environments(&["staging"]) };
    policies(&t.bench).create(&admin(), None, off).await.unwrap();
    t.create().await;
    assert_eq!(
        t.bench.audited().await,
        ["policy_rule_created", "policy_rule_created", "certificate_created", "policy_violation_detected"]
    );
}

#[tokio::test]
async fn no_csr_is_taken_for_what_breaks_a_stopping_rule() {
    let t = guarded().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    policies(&t.bench).create(&admin(), None, environments(&["staging"])).await.unwrap();
    assert_eq!(broken(t.send_csr(&item).await.unwrap_err()).len(), 1);
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::AwaitingCsr);
}

#[tokio::test]
async fn nothing_is_signed_that_breaks_a_stopping_rule_and_the_job_says_which() {
    let t = guarded().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    policies(&t.bench).create(&admin(), Some(build::id("pr-env")), environments(&["staging"])).await.unwrap();
    assert_eq!(t.work_off().await, [AttemptOutcome::Failed]);
    let job = t.job(&item.job_id).await;
    let error = job.last_error.unwrap();
    assert!(error.contains("policy rule pr-env (Error): the environment `production`"), "{error}");
    assert_eq!((job.status, ledger(&t).await), (JobStatus::Failed, 0));
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Failed);
}

#[tokio::test]
async fn a_lifetime_is_judged_by_what_would_be_signed_and_not_before() {
    let t = guarded().await;
    let rule = policies(&t.bench).create(&admin(), Some(build::id("pr-life")), lifetime(1)).await.unwrap();
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    assert_eq!(t.work_off().await, [AttemptOutcome::Failed]);
    let error = t.job(&item.job_id).await.last_error.unwrap();
    assert!(error.contains("policy rule pr-life (Error): the lifetime of"), "{error}");
    assert_eq!(ledger(&t).await, 0, "no intent is recorded for what may not be signed");

    policies(&t.bench).change(&admin(), &rule.id, to(lifetime(36_500)), None).await.unwrap();
    t.certificates.renew(&operator(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    assert_eq!(t.work_off().await, [AttemptOutcome::Completed]);
    // An old leaf is no reason to refuse a change of the inventory.
    policies(&t.bench).change(&admin(), &rule.id, to(lifetime(1)), None).await.unwrap();
    let tagged = CertificateSpec { tags: [("a".to_owned(), "b".to_owned())].into(), ..spec() };
    t.certificates.change(&operator(), &build::id("mc-www"), to(tagged), None).await.unwrap();
}

#[tokio::test]
async fn a_late_renewal_is_never_stopped_for_being_late() {
    let t = guarded().await;
    t.issued().await;
    let certificate = t.bench.certificate("mc-www").await;
    let config = PolicyConfig::RenewalLeadTime(RenewalLeadTime { lead_time_days: 3_650 });
    policies(&t.bench).create(&admin(), None, PolicySpec { config, ..environments(&[]) }).await.unwrap();
    let left = certificate.expires_at.unwrap().since(t.bench.base.clock.now());
    t.bench.clock.advance(left.saturating_sub(Duration::from_hours(1)));
    t.sweep().await;
    let item = t.poll().await.into_iter().find(|item| item.csr.is_some()).unwrap();
    t.send_csr(&item).await.unwrap();
    assert_eq!(t.work_off().await, [AttemptOutcome::Completed]);
}
