//! Renewal policies.

use crate::bench::{ServiceBench, operator, viewer};
use crate::flow::Flow;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::RenewalPolicyId;
use certctl_domain::notification::{AlertSeverity, ChannelRef, NotificationChannel};
use certctl_domain::renewal::{FreezePeriod, MaintenanceWindow, RenewalPolicy, Weekday};
use certctl_service::RenewalPolicies;
use certctl_service_api::ServiceError;
use certctl_service_api::edit::Edit;
use certctl_service_api::renewal_policy::{RenewalPolicyService, RenewalPolicySpec};
use certctl_testkit::build;
use std::collections::BTreeMap;
use std::sync::Arc;

fn policies(t: &ServiceBench) -> RenewalPolicies {
    RenewalPolicies::new(t.base.clone(), Arc::clone(&t.wakeups))
}

pub(crate) fn spec(name: &str) -> RenewalPolicySpec {
    RenewalPolicySpec {
        name: name.to_owned(),
        renewal_window_days: 30,
        renewal_window_fraction: None,
        maintenance_windows: Vec::new(),
        freeze_periods: Vec::new(),
        override_before_expiry: true,
        agent_group_id: None,
        auto_renew: true,
        max_retries: 3,
        retry_interval_seconds: 3600,
        alert_thresholds_days: vec![30, 14],
        alert_channels: BTreeMap::new(),
        alert_severity_map: BTreeMap::new(),
    }
}

fn spec_of(row: &RenewalPolicy) -> RenewalPolicySpec {
    let row = row.clone();
    RenewalPolicySpec {
        name: row.name,
        renewal_window_days: row.renewal_window_days,
        renewal_window_fraction: row.renewal_window_fraction,
        maintenance_windows: row.maintenance_windows,
        freeze_periods: row.freeze_periods,
        override_before_expiry: row.override_before_expiry,
        agent_group_id: row.agent_group_id,
        auto_renew: row.auto_renew,
        max_retries: row.max_retries,
        retry_interval_seconds: row.retry_interval_seconds,
        alert_thresholds_days: row.alert_thresholds_days,
        alert_channels: row.alert_channels,
        alert_severity_map: row.alert_severity_map,
    }
}

fn window(days: &[Weekday], start: &str, end: &str, zone: &str) -> MaintenanceWindow {
    MaintenanceWindow {
        days: days.to_vec(),
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
        timezone: zone.parse().unwrap(),
    }
}

fn freeze(from: i64, until: i64, reason: &str) -> FreezePeriod {
    FreezePeriod { from: build::at(from), until: build::at(until), reason: reason.to_owned() }
}

fn to(spec: RenewalPolicySpec) -> Edit<RenewalPolicy, RenewalPolicySpec> {
    Box::new(move |_| Ok(spec.clone()))
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
        t.write(|tx| tx.agent_groups().insert(&build::agent_group("grp-edge"))).await;
        let first = RenewalPolicySpec {
            name: "Edge".to_owned(),
            renewal_window_days: 365,
            renewal_window_fraction: Some(0.9.try_into().unwrap()),
            maintenance_windows: vec![
                window(&[Weekday::Mon, Weekday::Sun], "22:00", "04:00", "Europe/Paris"),
                window(&[Weekday::Sat], "00:00", "24:00", "UTC"),
            ],
            freeze_periods: vec![freeze(10, 20, "sale"), freeze(30, 40, "audit")],
            override_before_expiry: false,
            agent_group_id: Some(build::id("grp-edge")),
            auto_renew: false,
            max_retries: 0,
            retry_interval_seconds: 60,
            alert_thresholds_days: vec![365, 1, 0],
            alert_channels: BTreeMap::from([
                (AlertSeverity::Warning, Vec::new()),
                (
                    AlertSeverity::Critical,
                    vec![NotificationChannel::PagerDuty.into(), NotificationChannel::Email.into()],
                ),
            ]),
            alert_severity_map: BTreeMap::from([
                (365, AlertSeverity::Informational),
                (0, AlertSeverity::Critical),
            ]),
        };
        let created =
            policies(&t).create(&operator(), Some(build::id("rp-edge")), first.clone()).await.unwrap();
        assert_eq!(policies(&t).get(&viewer(), &created.id).await.unwrap(), created);
        assert_eq!((created.id.as_str(), spec_of(&created)), ("rp-edge", first));

        let second = RenewalPolicySpec {
            name: "Core".to_owned(),
            renewal_window_days: 1,
            renewal_window_fraction: None,
            maintenance_windows: Vec::new(),
            freeze_periods: vec![freeze(50, 60, "move")],
            override_before_expiry: true,
            agent_group_id: None,
            auto_renew: true,
            max_retries: 10,
            retry_interval_seconds: 86_400,
            alert_thresholds_days: vec![9],
            alert_channels: BTreeMap::from([(
                AlertSeverity::Informational,
                vec![NotificationChannel::Slack.into()],
            )]),
            alert_severity_map: BTreeMap::from([(9, AlertSeverity::Warning)]),
        };
        let changed = policies(&t).change(&operator(), &created.id, to(second.clone()), None).await.unwrap();
        assert_eq!(policies(&t).get(&viewer(), &created.id).await.unwrap(), changed);
        assert_eq!((changed.created_at, spec_of(&changed)), (created.created_at, second));
        assert!(changed.updated_at > created.updated_at);

        let events = t.audit().await;
        let details: serde_json::Value = serde_json::from_str(events[1].details.as_str()).unwrap();
        assert_eq!(events[1].action, "renewal_policy_updated");
        assert_eq!((&details["before"]["name"], &details["after"]["name"]), (&"Edge".into(), &"Core".into()));
    }
}

#[tokio::test]
async fn an_id_is_made_of_the_name_and_numbered_when_taken() {
    let t = ServiceBench::empty().await;
    let mut ids = Vec::new();
    for name in ["Web Servers", "web-servers", "WEB servers!"] {
        ids.push(policies(&t).create(&operator(), None, spec(name)).await.unwrap().id.to_string());
    }
    assert_eq!(ids, ["rp-web-servers", "rp-web-servers-2", "rp-web-servers-3"]);
    let same_name = policies(&t).create(&operator(), None, spec("Web Servers")).await.unwrap_err();
    assert_eq!(same_name.code(), "already_exists");
}

#[tokio::test]
async fn thresholds_and_channels_are_stored_in_canonical_form() {
    let t = ServiceBench::empty().await;
    let email = ChannelRef::Kind(NotificationChannel::Email);
    let odd = RenewalPolicySpec {
        alert_thresholds_days: vec![7, 30, 7],
        alert_channels: BTreeMap::from([(AlertSeverity::Warning, vec![email.clone(), email.clone()])]),
        ..spec("Odd")
    };
    let created = policies(&t).create(&operator(), None, odd).await.unwrap();
    assert_eq!(created.alert_thresholds_days, [30, 7]);
    assert_eq!(created.alert_channels[&AlertSeverity::Warning], [email]);
    let odd = RenewalPolicySpec {
        maintenance_windows: vec![window(
            &[Weekday::Sun, Weekday::Mon, Weekday::Sun],
            "01:00",
            "02:00",
            "UTC",
        )],
        freeze_periods: vec![freeze(30, 40, "second"), freeze(10, 20, "first")],
        ..spec("Odd hours")
    };
    let created = policies(&t).create(&operator(), None, odd).await.unwrap();
    assert_eq!(created.maintenance_windows[0].days, [Weekday::Mon, Weekday::Sun]);
    assert_eq!(created.freeze_periods, [freeze(10, 20, "first"), freeze(30, 40, "second")]);
    let none = RenewalPolicySpec { alert_thresholds_days: Vec::new(), ..spec("None") };
    let created = policies(&t).create(&operator(), None, none).await.unwrap();
    assert_eq!(created.alert_thresholds_days, [30, 14, 7, 0]);
}

#[tokio::test]
async fn every_field_out_of_range_is_named() {
    let t = ServiceBench::empty().await;
    let wrong = RenewalPolicySpec {
        name: String::new(),
        renewal_window_days: 366,
        maintenance_windows: vec![window(&[], "02:00", "02:00", "UTC")],
        freeze_periods: vec![freeze(20, 20, "")],
        auto_renew: true,
        max_retries: 11,
        retry_interval_seconds: 59,
        alert_thresholds_days: vec![30, 400],
        alert_channels: BTreeMap::new(),
        alert_severity_map: BTreeMap::from([(14, AlertSeverity::Warning)]),
        ..spec("wrong")
    };
    let refusal = policies(&t).create(&operator(), None, wrong).await.unwrap_err();
    let wanted = [
        ("name", "invalid_length"),
        ("renewal_window_days", "invalid_value"),
        ("max_retries", "invalid_value"),
        ("retry_interval_seconds", "invalid_value"),
        ("alert_thresholds_days[1]", "invalid_value"),
        ("alert_severity_map.14", "unknown_value"),
        ("maintenance_windows[0].days", "invalid_value"),
        ("maintenance_windows[0].end", "invalid_value"),
        ("freeze_periods[0].reason", "invalid_length"),
        ("freeze_periods[0].until", "invalid_value"),
    ];
    assert_eq!(refused(refusal), wanted.map(|(field, code)| (field.to_owned(), code)));
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn only_operators_and_administrators_write() {
    let t = ServiceBench::new().await;
    let id: RenewalPolicyId = build::id(build::POLICY);
    let errors = [
        policies(&t).create(&viewer(), None, spec("New")).await.unwrap_err(),
        policies(&t).change(&viewer(), &id, to(spec("New")), None).await.unwrap_err(),
        policies(&t).delete(&viewer(), &id).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
}

#[tokio::test]
async fn one_of_two_changes_of_the_same_state_wins() {
    for t in ServiceBench::both().await {
        let id: RenewalPolicyId = build::id(build::POLICY);
        let read = policies(&t).get(&viewer(), &id).await.unwrap().revision();
        policies(&t).change(&operator(), &id, to(spec("First")), Some(read)).await.unwrap();
        let late = policies(&t).change(&operator(), &id, to(spec("Second")), Some(read)).await.unwrap_err();
        assert_eq!(late.code(), "stale");
        assert_eq!(policies(&t).get(&viewer(), &id).await.unwrap().name, "First");
        let taken = policies(&t).create(&operator(), None, spec("Second")).await.unwrap();
        let same = policies(&t).change(&operator(), &taken.id, to(spec("First")), None).await.unwrap_err();
        assert_eq!(same.code(), "already_exists");
    }
}

#[tokio::test]
async fn a_policy_in_use_stays_and_tells_by_how_many() {
    for t in ServiceBench::both().await {
        t.write(|tx| {
            tx.certificates().insert(&build::certificate("mc-a"))?;
            tx.certificates().insert(&build::certificate("mc-b"))
        })
        .await;
        let refusal = policies(&t).delete(&operator(), &build::id(build::POLICY)).await.unwrap_err();
        let ServiceError::Conflict { details: Some(details), .. } = &refusal else { panic!("{refusal:?}") };
        assert_eq!((refusal.code(), &details["counts"]["certificates"]), ("in_use", &2.into()));

        let free = policies(&t).create(&operator(), None, spec("Free")).await.unwrap();
        policies(&t).delete(&operator(), &free.id).await.unwrap();
        assert_eq!(policies(&t).delete(&operator(), &free.id).await.unwrap_err().code(), "not_found");
        assert_eq!(t.audited().await, ["renewal_policy_created", "renewal_policy_deleted"]);
    }
}

#[tokio::test]
async fn a_change_has_idle_certificates_looked_at_again() {
    for t in ServiceBench::both().await {
        let far = Some(build::at(9_000));
        let row = |id: &str, status| Certificate { status, next_action_at: far, ..build::certificate(id) };
        let rows = [
            row("mc-active", CertificateStatus::Active),
            row("mc-failed", CertificateStatus::Failed),
            row("mc-busy", CertificateStatus::RenewalInProgress),
            row("mc-archived", CertificateStatus::Archived),
        ];
        t.write(move |tx| rows.iter().try_for_each(|row| tx.certificates().insert(row))).await;
        let id: RenewalPolicyId = build::id(build::POLICY);
        let before = policies(&t).get(&viewer(), &id).await.unwrap();
        let next = async |name: &str| t.certificate(name).await.next_action_at;

        let renamed = RenewalPolicySpec { name: "Renamed".to_owned(), ..spec_of(&before) };
        policies(&t).change(&operator(), &id, to(renamed.clone()), None).await.unwrap();
        assert_eq!(next("mc-active").await, far, "a name moves nothing");

        let wider = RenewalPolicySpec { renewal_window_days: 60, ..renamed };
        policies(&t).change(&operator(), &id, to(wider), None).await.unwrap();
        let now = Some(t.base.clock.now());
        assert_eq!((next("mc-active").await, next("mc-failed").await), (now, now));
        assert_eq!((next("mc-busy").await, next("mc-archived").await), (far, far));
    }
}

#[tokio::test]
async fn one_sweep_looks_at_all_certificates_of_a_changed_policy() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            (0..250).try_for_each(|n| {
                tx.certificates().insert(&Certificate {
                    status: CertificateStatus::Active,
                    next_action_at: None,
                    ..build::certificate(&format!("mc-{n}x"))
                })
            })
        })
        .await;
    let id: RenewalPolicyId = build::id(build::POLICY);
    let manual = RenewalPolicySpec { auto_renew: false, ..spec("Manual") };
    policies(&t.bench).change(&operator(), &id, to(manual), None).await.unwrap();
    assert!(t.bench.read(|tx| tx.certificates().next_due()).await.is_some());
    t.sweep().await;
    assert_eq!(t.bench.read(|tx| tx.certificates().next_due()).await, None);
}
