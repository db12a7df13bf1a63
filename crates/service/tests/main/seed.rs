//! The first start.

use crate::bench::{ServiceBench, admin};
use certctl_domain::issuer::ConnectorSource;
use certctl_service::seed::{LocalCaFiles, SeedOptions, seed};
use certctl_service_api::issuer::IssuerService;
use certctl_testkit::{TestStore, build};

async fn run(t: &ServiceBench) -> bool {
    seed(&t.base, &t.live, &t.secrets, &SeedOptions::default()).await.unwrap()
}

#[tokio::test]
async fn an_empty_database_gets_what_the_first_certificate_needs() {
    let t = ServiceBench::empty().await;
    assert!(run(&t).await);
    let (team, owner, policy, issuer) = t
        .read(|tx| {
            Ok((
                tx.teams().find(&build::id("t-default"))?,
                tx.owners().find(&build::id("o-default"))?,
                tx.renewal_policies().find(&build::id("rp-default"))?,
                tx.issuers().find(&build::id("iss-local"))?,
            ))
        })
        .await;
    let (policy, issuer) = (policy.unwrap(), issuer.unwrap());
    assert_eq!(owner.unwrap().team_id, team.unwrap().id);
    assert_eq!(
        (policy.renewal_window_days, policy.auto_renew, policy.retry_interval_seconds),
        (30, true, 60)
    );
    assert_eq!(policy.alert_thresholds_days, [30, 14, 7, 0]);
    assert_eq!((issuer.name.as_str(), issuer.source), ("Local CA", ConnectorSource::Env));
    assert!(t.issuers().test(&admin(), &issuer.id).await.unwrap().passed);
    let events = t.audit().await;
    let seeded: Vec<_> =
        events.iter().filter(|event| event.actor == "system").map(|event| event.action.as_str()).collect();
    assert_eq!(
        seeded,
        ["team_created", "owner_created", "renewal_policy_created", "issuer_created", "ca_key_created"]
    );
}

#[tokio::test]
async fn a_second_start_changes_nothing_and_brings_nothing_back() {
    let t = ServiceBench::empty().await;
    assert!(run(&t).await);
    t.issuers().delete(&admin(), &build::id("iss-local")).await.unwrap();
    let events = t.audit().await.len();
    assert!(!run(&t).await);
    assert!(t.issuers().get(&admin(), &build::id("iss-local")).await.is_err());
    assert_eq!(t.audit().await.len(), events);
}

#[tokio::test]
async fn replicas_that_start_at_once_seed_once() {
    for t in [ServiceBench::empty().await, ServiceBench::on(TestStore::postgres().await)] {
        let (a, b, c) = tokio::join!(run(&t), run(&t), run(&t));
        assert_eq!([a, b, c].into_iter().filter(|seeded| *seeded).count(), 1);
        assert_eq!(t.audited().await.len(), 4);
    }
}

#[tokio::test]
async fn unusable_ca_files_are_reported_before_anything_is_stored() {
    let t = ServiceBench::empty().await;
    let files = LocalCaFiles { certificate: "/nowhere/ca.pem".into(), key: "/nowhere/ca.key".into() };
    let options = SeedOptions { local_ca: Some(files) };
    let error = seed(&t.base, &t.live, &t.secrets, &options).await.unwrap_err();
    assert!(error.to_string().contains("config.ca_cert_path: /nowhere/ca.pem cannot be read"), "{error}");
    assert!(t.audit().await.is_empty());
    assert!(run(&t).await, "the next start, with the mistake mended, seeds");
}
