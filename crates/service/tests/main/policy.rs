//! Compliance rules.

use crate::bench::{ServiceBench, admin, operator, to, viewer};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::PolicyRuleId;
use certctl_domain::policy::{
    AllowedDomains, AllowedEnvironments, CertificateLifetime, PolicyConfig, PolicyRule, PolicySeverity,
    RequiredMetadata,
};
use certctl_repository::StoreError;
use certctl_service::Policies;
use certctl_service_api::ServiceError;
use certctl_service_api::list::ListRequest;
use certctl_service_api::policy::{PolicyDraft, PolicyService, PolicySpec, ViolationQuery};
use certctl_testkit::build;
use std::sync::Arc;

pub(crate) fn policies(t: &ServiceBench) -> Policies {
    Policies::new(t.base.clone(), Arc::clone(&t.wakeups))
}

/// A rule of severity `Error`: the environment is one of these.
pub(crate) fn environments(allowed: &[&str]) -> PolicySpec {
    let allowed = allowed.iter().map(|text| (*text).to_owned()).collect();
    PolicySpec {
        name: "Environments".to_owned(),
        config: PolicyConfig::AllowedEnvironments(AllowedEnvironments { allowed }),
        enabled: true,
        severity: PolicySeverity::Error,
    }
}

fn spec_of(row: PolicyRule) -> PolicySpec {
    PolicySpec { name: row.name, config: row.config, enabled: row.enabled, severity: row.severity }
}

fn refused(error: ServiceError) -> Vec<(String, &'static str)> {
    match error {
        ServiceError::Invalid(fields) => fields.into_iter().map(|field| (field.field, field.code)).collect(),
        other => panic!("not about fields: {other:?}"),
    }
}

#[tokio::test]
async fn every_field_survives_creation_and_change_on_both_engines() {
    for t in ServiceBench::both().await {
        let id: PolicyRuleId = build::id("pr-env");
        let first = environments(&["production", "staging"]);
        let created = policies(&t).create(&admin(), Some(id.clone()), first.clone()).await.unwrap();
        assert_eq!(policies(&t).get(&viewer(), &id).await.unwrap(), created);
        assert_eq!(spec_of(created.clone()), first);

        let second = PolicySpec {
            name: "Lifetime".to_owned(),
            config: PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 90 }),
            enabled: false,
            severity: PolicySeverity::Critical,
        };
        let changed =
            policies(&t).change(&admin(), &id, to(second.clone()), Some(created.revision())).await.unwrap();
        assert_eq!(policies(&t).get(&viewer(), &id).await.unwrap(), changed);
        assert_eq!((changed.created_at, spec_of(changed.clone())), (created.created_at, second));
        let stale = policies(&t).change(&admin(), &id, to(first.clone()), Some(created.revision())).await;
        assert_eq!(stale.unwrap_err().code(), "stale");
        let listed = policies(&t).list(&viewer(), ListRequest::default()).await.unwrap();
        assert_eq!((listed.items, listed.total), (vec![changed], 1));

        policies(&t).delete(&admin(), &id).await.unwrap();
        assert_eq!(policies(&t).get(&viewer(), &id).await.unwrap_err().code(), "not_found");
        assert_eq!(t.audited().await, ["policy_rule_created", "policy_rule_updated", "policy_rule_deleted"]);
        let details: serde_json::Value = serde_json::from_str(t.audit().await[1].details.as_str()).unwrap();
        assert_eq!(details["before"]["config"]["allowed"][0], "production");
        assert_eq!(
            (&details["after"]["type"], &details["after"]["config"]["max_days"]),
            (&"CertificateLifetime".into(), &90.into())
        );
    }
}

#[tokio::test]
async fn a_rule_that_would_do_nothing_is_refused_and_names_are_unique() {
    let t = ServiceBench::new().await;
    let empty = PolicySpec { name: String::new(), ..environments(&[]) };
    let found = refused(policies(&t).create(&admin(), None, empty).await.unwrap_err());
    assert_eq!(found, [("name".to_owned(), "invalid_length"), ("config.allowed".to_owned(), "required")]);
    let keys = RequiredMetadata { required_keys: vec!["a".to_owned(), "a\u{7}".to_owned()] };
    let keys = PolicySpec { config: PolicyConfig::RequiredMetadata(keys), ..environments(&[]) };
    let found = refused(policies(&t).create(&admin(), None, keys).await.unwrap_err());
    assert_eq!(found, [("config.required_keys[1]".to_owned(), "invalid_length")]);

    let created = policies(&t).create(&admin(), None, environments(&["a", "b", "a"])).await.unwrap();
    assert!(created.id.as_str().starts_with("pr-"), "{}", created.id);
    assert_eq!(spec_of(created), environments(&["a", "b"]));
    let again = policies(&t).create(&admin(), None, environments(&["c"])).await.unwrap_err();
    assert_eq!(again.code(), "already_exists");
    let path = policies(&t).create(&admin(), Some(build::id("preview")), environments(&["c"])).await;
    assert_eq!(refused(path.unwrap_err()), [("id".to_owned(), "invalid_id")]);
    let unknown = policies(&t).delete(&admin(), &build::id("pr-none")).await.unwrap_err();
    assert_eq!(unknown.code(), "not_found");
}

#[tokio::test]
async fn only_administrators_write_rules_and_everyone_who_reads_may_try_them_out() {
    let t = ServiceBench::new().await;
    let id: PolicyRuleId = build::id("pr-env");
    policies(&t).create(&admin(), Some(id.clone()), environments(&["a"])).await.unwrap();
    for who in [operator(), viewer()] {
        let errors = [
            policies(&t).create(&who, None, environments(&["a"])).await.unwrap_err(),
            policies(&t).change(&who, &id, to(environments(&["b"])), None).await.unwrap_err(),
            policies(&t).delete(&who, &id).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
        policies(&t).preview(&who, PolicyDraft::New(environments(&["a"])), 1).await.unwrap();
        policies(&t).violations(&who, ViolationQuery::default(), ListRequest::default()).await.unwrap();
    }
}

/// 1,100 certificates, more than two batches: every tenth is for staging, one more is archived.
async fn many(t: &ServiceBench) {
    t.write(|tx| {
        for n in 0..1_100 {
            let mut row = build::certificate(&format!("mc-{n:04}"));
            row.environment = if n % 10 == 0 { "staging" } else { "production" }.to_owned();
            tx.certificates().insert(&row)?;
        }
        let archived = Certificate {
            environment: "staging".to_owned(),
            status: CertificateStatus::Archived,
            ..build::certificate("mc-archived")
        };
        tx.certificates().insert(&archived)
    })
    .await;
}

#[tokio::test]
async fn a_preview_counts_the_whole_inventory_and_stores_nothing() {
    for t in ServiceBench::both().await {
        many(&t).await;
        let draft = PolicyDraft::New(environments(&["production"]));
        let found = policies(&t).preview(&viewer(), draft, 3).await.unwrap();
        assert_eq!((found.certificates, found.violating, found.newly, found.resolved), (1_100, 110, 110, 0));
        let named: Vec<_> = found.first.iter().map(|row| row.certificate_id.as_str()).collect();
        assert_eq!(named, ["mc-0000", "mc-0010", "mc-0020"]);
        assert_eq!(found.first[0].message, "the environment `staging` is not one of the allowed ones");
        assert!(!found.first[0].known);
        let domains = PolicyConfig::AllowedDomains(AllowedDomains {
            allowed_domains: vec!["nowhere.test".parse().unwrap()],
        });
        let draft = PolicyDraft::New(PolicySpec { config: domains, ..environments(&[]) });
        let found = policies(&t).preview(&viewer(), draft, 500).await.unwrap();
        assert_eq!((found.violating, found.first.len()), (1_100, 500));
        let draft = PolicyDraft::New(environments(&["production"]));
        let found = refused(policies(&t).preview(&viewer(), draft, 501).await.unwrap_err());
        assert_eq!(found, [("limit".to_owned(), "invalid_value")]);
        let draft = PolicyDraft::New(environments(&[]));
        let found = refused(policies(&t).preview(&viewer(), draft, 1).await.unwrap_err());
        assert_eq!(found, [("config.allowed".to_owned(), "required")]);
        assert!(t.audit().await.is_empty());
    }
}

#[tokio::test]
async fn a_preview_of_a_change_tells_what_is_new_and_what_would_be_resolved() {
    let t = ServiceBench::new().await;
    t.write(|tx| {
        for (id, environment) in [("mc-a", "staging"), ("mc-b", "test"), ("mc-c", "production")] {
            let row = Certificate { environment: environment.to_owned(), ..build::certificate(id) };
            tx.certificates().insert(&row)?;
        }
        tx.policy_rules().insert(&build::policy_rule("pr-env"))?;
        tx.policy_violations().open(&[
            build::violation("violation-a", "pr-env", "mc-a"),
            build::violation("violation-b", "pr-env", "mc-b"),
        ])
    })
    .await;
    let id: PolicyRuleId = build::id("pr-env");
    let try_out = async |spec: PolicySpec| {
        let found =
            policies(&t).preview(&viewer(), PolicyDraft::Changed(id.clone(), to(spec)), 9).await.unwrap();
        let named: Vec<_> =
            found.first.iter().map(|row| (row.certificate_id.to_string(), row.known)).collect();
        ((found.violating, found.newly, found.resolved), named)
    };
    let (counts, named) = try_out(environments(&["test"])).await;
    assert_eq!(counts, (2, 1, 1));
    assert_eq!(named, [("mc-a".to_owned(), true), ("mc-c".to_owned(), false)]);
    let off = PolicySpec { enabled: false, ..environments(&["test"]) };
    assert_eq!(try_out(off).await.0, (0, 0, 2));
    let unknown = PolicyDraft::Changed(build::id("pr-none"), to(environments(&["test"])));
    assert_eq!(policies(&t).preview(&viewer(), unknown, 9).await.unwrap_err().code(), "not_found");
    let open = t.read(|tx| tx.policy_violations().open_count(&build::id("pr-env"))).await;
    assert_eq!(open, 2);
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_is_an_error_and_never_no_rule() {
    let t = ServiceBench::new().await;
    t.write(|tx| tx.policy_rules().insert(&build::policy_rule("pr-env"))).await;
    t.execute("UPDATE policy_rules SET config = '{\"allowed\":7}'");
    let found = t.store().read("test.read", |tx| tx.policy_rules().enabled()).await;
    assert!(
        matches!(found, Err(StoreError::Corrupt { table: "policy_rules", column: "config", .. })),
        "{found:?}"
    );
}
