//! Compliance rules, their violations, and what they are judged by.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::CertificateId;
use certctl_domain::policy::{
    AllowedDomains, AllowedIssuers, CertificateLifetime, PolicyConfig, PolicyRule, PolicySeverity,
    PolicyViolation, RenewalLeadTime, RequiredMetadata,
};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{PageRequest, StoreError, ViolationFilter};

/// The basics, the certificates `mc-a` and `mc-b`, and the rules `pr-a` and `pr-b`.
async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-a"))?;
        tx.certificates().insert(&build::certificate("mc-b"))?;
        tx.policy_rules().insert(&build::policy_rule("pr-a"))?;
        tx.policy_rules().insert(&build::policy_rule("pr-b"))
    })
    .await;
}

async fn open(db: &TestStore, violation: PolicyViolation) {
    write(db, move |tx| tx.policy_violations().open(std::slice::from_ref(&violation))).await;
}

/// Asserts that a violation is not added, because another snapshot would show why not.
async fn refuse_to_open(db: &TestStore, violation: PolicyViolation) {
    let late = attempt(db, move |tx| tx.policy_violations().open(std::slice::from_ref(&violation))).await;
    assert!(matches!(late, Err(StoreError::Contended)), "{late:?}");
}

pub async fn rules_of_every_type_come_back_as_stored(db: &TestStore) {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let configs = [
        PolicyConfig::AllowedIssuers(AllowedIssuers { allowed_issuer_ids: vec![build::id("iss-a")] }),
        PolicyConfig::AllowedDomains(AllowedDomains {
            allowed_domains: vec!["*.example.com".parse().unwrap(), "example.com".parse().unwrap()],
        }),
        PolicyConfig::RequiredMetadata(RequiredMetadata { required_keys: texts(&["owner", "Kosten €"]) }),
        build::policy_rule("pr-x").config,
        PolicyConfig::RenewalLeadTime(RenewalLeadTime { lead_time_days: 14 }),
        PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 90 }),
    ];
    for (n, config) in (0..).zip(configs) {
        let severity = PolicySeverity::ALL[n % PolicySeverity::ALL.len()];
        let rule = PolicyRule {
            config,
            severity,
            enabled: n % 2 == 0,
            created_at: build::at(i64::try_from(n).unwrap()),
            updated_at: build::at(9),
            ..build::policy_rule(&format!("pr-{n}"))
        };
        let row = rule.clone();
        write(db, move |tx| tx.policy_rules().insert(&row)).await;
        let id = rule.id.clone();
        assert_eq!(read(db, move |tx| tx.policy_rules().find(&id)).await, Some(rule));
    }
    let ids: Vec<_> = read(db, |tx| tx.policy_rules().enabled()).await;
    assert_eq!(ids.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["pr-0", "pr-2", "pr-4"]);
    let walked = walk(db, 2, |tx, page| tx.policy_rules().list(page), |rule| rule.id.to_string()).await;
    assert_eq!(walked, ["pr-5", "pr-4", "pr-3", "pr-2", "pr-1", "pr-0"]);
    let same_name = PolicyRule { name: "Rule pr-0".to_owned(), ..build::policy_rule("pr-new") };
    assert_refused!(
        attempt(db, move |tx| tx.policy_rules().insert(&same_name)).await,
        Duplicate,
        "policy_rule.name"
    );
    let same_id = PolicyRule { name: "new".to_owned(), ..build::policy_rule("pr-0") };
    assert_refused!(
        attempt(db, move |tx| tx.policy_rules().insert(&same_id)).await,
        Duplicate,
        "policy_rule.id"
    );
}

pub async fn a_changed_rule_is_guarded_by_its_last_change(db: &TestStore) {
    seed(db).await;
    let changed = PolicyRule {
        name: "changed".to_owned(),
        config: PolicyConfig::CertificateLifetime(CertificateLifetime { max_days: 1 }),
        enabled: false,
        severity: PolicySeverity::Critical,
        updated_at: build::at(5),
        ..build::policy_rule("pr-a")
    };
    let row = changed.clone();
    write(db, move |tx| tx.policy_rules().update(&row, build::at(0))).await;
    assert_eq!(read(db, |tx| tx.policy_rules().find(&build::id("pr-a"))).await, Some(changed.clone()));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.policy_rules().update(&row, build::at(0))).await);
    let row = PolicyRule { name: "Rule pr-b".to_owned(), ..changed };
    let taken = attempt(db, move |tx| tx.policy_rules().update(&row, build::at(5))).await;
    assert_refused!(taken, Duplicate, "policy_rule.name");
}

pub async fn a_violation_is_open_once_for_a_rule_and_a_certificate(db: &TestStore) {
    seed(db).await;
    open(db, build::violation("violation-1", "pr-a", "mc-a")).await;
    refuse_to_open(db, build::violation("violation-2", "pr-a", "mc-a")).await;
    write(db, |tx| {
        let more = [
            build::violation("violation-3", "pr-b", "mc-a"),
            build::violation("violation-4", "pr-a", "mc-b"),
        ];
        tx.policy_violations().open(&more)?;
        tx.policy_violations().open(&[])
    })
    .await;
    let resolved = write(db, |tx| {
        let ids = [build::id("violation-1"), build::id("violation-9")];
        Ok((
            tx.policy_violations().resolve(&ids, build::at(3))?,
            tx.policy_violations().resolve(&ids, build::at(4))?,
        ))
    });
    assert_eq!(resolved.await, (1, 0));
    let found = read(db, |tx| tx.policy_violations().find(&build::id("violation-1"))).await;
    let wanted = PolicyViolation {
        resolved_at: Some(build::at(3)),
        ..build::violation("violation-1", "pr-a", "mc-a")
    };
    assert_eq!(found, Some(wanted));
    // A resolved one stands in no way.
    open(db, build::violation("violation-5", "pr-a", "mc-a")).await;

    let ids = |found: Vec<PolicyViolation>| {
        let mut ids: Vec<_> = found.into_iter().map(|row| row.id.to_string()).collect();
        ids.sort();
        ids
    };
    let of = |certificates: &[&str]| {
        let certificates: Vec<CertificateId> = certificates.iter().map(|id| build::id(id)).collect();
        read(db, move |tx| tx.policy_violations().open_of(&certificates))
    };
    assert_eq!(ids(of(&["mc-a"]).await), ["violation-3", "violation-5"]);
    assert_eq!(ids(of(&["mc-a", "mc-b"]).await), ["violation-3", "violation-4", "violation-5"]);
    assert!(of(&[]).await.is_empty());
    let missing = build::violation("violation-6", "pr-a", "mc-none");
    let refused = attempt(db, move |tx| tx.policy_violations().open(std::slice::from_ref(&missing))).await;
    assert_refused!(refused, Missing, "policy_violation.certificate_id");
}

pub async fn only_open_violations_change(db: &TestStore) {
    seed(db).await;
    open(db, build::violation("violation-1", "pr-a", "mc-a")).await;
    open(db, build::violation("violation-2", "pr-a", "mc-b")).await;
    let fresh = PolicyViolation {
        message: "another".to_owned(),
        severity: PolicySeverity::Warning,
        last_seen_at: build::at(7),
        ..build::violation("violation-1", "pr-a", "mc-a")
    };
    let row = fresh.clone();
    write(db, move |tx| tx.policy_violations().refresh(&row)).await;
    assert_eq!(
        read(db, |tx| tx.policy_violations().find(&build::id("violation-1"))).await,
        Some(fresh.clone())
    );

    assert_eq!(read(db, |tx| tx.policy_violations().open_count(&build::id("pr-a"))).await, 2);
    write(db, |tx| tx.policy_violations().resolve(&[build::id("violation-1")], build::at(8)).map(drop)).await;
    assert_stale(attempt(db, move |tx| tx.policy_violations().refresh(&fresh)).await);
    write(db, |tx| {
        let ids = [build::id("violation-1"), build::id("violation-2")];
        tx.policy_violations().seen(&ids, build::at(9))
    })
    .await;
    let found = read(db, |tx| {
        let one = tx.policy_violations().find(&build::id("violation-1"))?;
        Ok([one, tx.policy_violations().find(&build::id("violation-2"))?]
            .map(|row| row.unwrap().last_seen_at))
    });
    assert_eq!(found.await, [build::at(7), build::at(9)]);
    let resolved = write(db, |tx| tx.policy_violations().resolve_of_rule(&build::id("pr-a"), build::at(9)));
    assert_eq!(resolved.await, 1);
    assert_eq!(read(db, |tx| tx.policy_violations().open_count(&build::id("pr-a"))).await, 0);
}

pub async fn violations_are_found_by_every_filter(db: &TestStore) {
    seed(db).await;
    let rows = [
        build::violation("violation-1", "pr-a", "mc-a"),
        PolicyViolation {
            severity: PolicySeverity::Critical,
            created_at: build::at(1),
            ..build::violation("violation-2", "pr-b", "mc-a")
        },
        PolicyViolation { created_at: build::at(2), ..build::violation("violation-3", "pr-a", "mc-b") },
    ];
    for row in rows {
        open(db, row).await;
    }
    write(db, |tx| tx.policy_violations().resolve(&[build::id("violation-3")], build::at(3)).map(drop)).await;
    let listed = |filter: ViolationFilter| {
        walk(db, 1, move |tx, page| tx.policy_violations().list(&filter, page), |row| row.id.to_string())
    };
    let all = ViolationFilter::default;
    assert_eq!(listed(all()).await, ["violation-3", "violation-2", "violation-1"]);
    let certificate_id = Some(build::id("mc-a"));
    assert_eq!(listed(ViolationFilter { certificate_id, ..all() }).await, ["violation-2", "violation-1"]);
    let rule_id = Some(build::id("pr-a"));
    assert_eq!(listed(ViolationFilter { rule_id, ..all() }).await, ["violation-3", "violation-1"]);
    let severity = Some(PolicySeverity::Critical);
    assert_eq!(listed(ViolationFilter { severity, ..all() }).await, ["violation-2"]);
    assert_eq!(listed(ViolationFilter { open: Some(true), ..all() }).await, ["violation-2", "violation-1"]);
    assert_eq!(listed(ViolationFilter { open: Some(false), ..all() }).await, ["violation-3"]);
}

pub async fn a_deleted_rule_takes_its_violations_along(db: &TestStore) {
    seed(db).await;
    open(db, build::violation("violation-1", "pr-a", "mc-a")).await;
    open(db, build::violation("violation-2", "pr-b", "mc-a")).await;
    write(db, |tx| tx.policy_rules().delete(&build::id("pr-a"))).await;
    assert_stale(attempt(db, |tx| tx.policy_rules().delete(&build::id("pr-a"))).await);
    let left =
        read(db, |tx| tx.policy_violations().list(&ViolationFilter::default(), &PageRequest::first(9)));
    assert_eq!(left.await.items, [build::violation("violation-2", "pr-b", "mc-a")]);
    refuse_to_open(db, build::violation("violation-3", "pr-a", "mc-a")).await;
}

pub async fn certificates_in_service_are_walked_by_id(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        let archived =
            Certificate { status: CertificateStatus::Archived, ..build::certificate("mc-archived") };
        tx.certificates().insert(&archived)?;
        tx.certificates().insert(&build::certificate("mc-c"))
    })
    .await;
    let after = |id: Option<&str>, limit| {
        let id: Option<CertificateId> = id.map(build::id);
        read(db, move |tx| tx.certificates().in_service(id.as_ref(), limit))
    };
    let ids = |rows: Vec<Certificate>| rows.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>();
    let first = after(None, 2).await;
    assert_eq!(first[0], build::certificate("mc-a"), "with names and tags");
    assert_eq!(ids(first), ["mc-a", "mc-b"]);
    assert_eq!(ids(after(Some("mc-b"), 2).await), ["mc-c"]);
    assert!(after(Some("mc-c"), 2).await.is_empty());
}

pub async fn the_newest_version_tells_the_validity(db: &TestStore) {
    seed(db).await;
    let version = |id: &str, certificate: &str, at: i64| CertificateVersion {
        not_before: build::at(at),
        not_after: build::at(at + 100),
        created_at: build::at(at),
        ..build::version(id, certificate)
    };
    let rows = [version("cv-1", "mc-a", 1), version("cv-2", "mc-a", 2), version("cv-3", "mc-b", 3)];
    write(db, move |tx| rows.iter().try_for_each(|row| tx.versions().insert(row))).await;
    let of = |ids: &[&str]| {
        let ids: Vec<CertificateId> = ids.iter().map(|id| build::id(id)).collect();
        read(db, move |tx| tx.versions().newest_validity(&ids))
    };
    let found = of(&["mc-a", "mc-b", "mc-none"]).await;
    assert_eq!(found.len(), 2);
    assert_eq!(found[&build::id("mc-a")], (build::at(2), build::at(102)));
    assert_eq!(found[&build::id("mc-b")], (build::at(3), build::at(103)));
    assert_eq!(of(&["mc-b"]).await.len(), 1);
    assert!(of(&[]).await.is_empty());
}

pub async fn held_certificates_can_be_changed_by_their_holder(db: &TestStore) {
    seed(db).await;
    let held = [build::id("mc-a"), build::id("mc-none")];
    let environment = write(db, move |tx| {
        tx.certificates().hold(&held)?;
        tx.certificates().hold(&[])?;
        let mut row = tx.certificates().find(&build::id("mc-a"))?.unwrap();
        "held".clone_into(&mut row.environment);
        tx.certificates().update(&mut row)?;
        Ok(row.environment)
    });
    assert_eq!(environment.await, "held");
}
