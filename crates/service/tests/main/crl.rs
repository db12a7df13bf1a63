//! CRLs: what they list, when they are made, and that every replica serves the newest.

use crate::bench::ServiceBench;
use crate::flow::{Flow, Never};
use crate::revocation::{because, renew, revocations, revoke, versions, www};
use certctl_connector_api::issuer::IssuerEnv;
use certctl_domain::JsonText;
use certctl_domain::crl::CrlKind;
use certctl_domain::revocation::RevocationReason as Reason;
use certctl_pki::Certificate;
use certctl_pki::crl::{Crl, EntryReason};
use certctl_service::reconcile::CrlGeneration;
use certctl_service::{CrlOptions, Crls, LiveIssuers, PublishedCrl, SealedCaKeys};
use certctl_service_api::engine::Reconciler;
use certctl_service_api::revocation::{RevocationService, RevokeSpec, Scope};
use certctl_telemetry::{CrlMetrics, Registry};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

const OPTIONS: CrlOptions =
    CrlOptions { validity: Duration::from_hours(24), interval: Duration::from_hours(1) };

fn crls(t: &ServiceBench) -> Arc<Crls> {
    let metrics = CrlMetrics::register(&Registry::new()).unwrap();
    Arc::new(Crls::new(t.base.clone(), Arc::clone(&t.live), OPTIONS, metrics))
}

async fn generate(t: &ServiceBench, crls: &Arc<Crls>) {
    let report = CrlGeneration::new(Arc::clone(crls), Arc::clone(&t.wakeups)).activate(&Never).await;
    assert_eq!(report.error, None);
}

async fn newest(crls: &Crls) -> PublishedCrl {
    crls.find(&build::id(build::ISSUER), 0, CrlKind::Base).await.unwrap().unwrap()
}

fn read(crl: &PublishedCrl) -> Crl {
    Crl::parse(&crl.der).unwrap()
}

async fn ca(t: &ServiceBench) -> Certificate {
    let issuer = t.read(|tx| tx.issuers().find(&build::id(build::ISSUER))).await.unwrap();
    let chain = t.live.connector(&issuer).unwrap().ca_chain().await.unwrap();
    Certificate::parse_der(&chain[0]).unwrap()
}

#[tokio::test]
async fn a_crl_exists_before_anything_is_revoked() {
    let t = ServiceBench::new().await;
    let crls = crls(&t);
    let first = newest(&crls).await;
    let crl = read(&first);
    assert!(crl.is_empty());
    assert_eq!(crl.number(), Some(1));
    crl.verify_signed_by(&ca(&t).await).unwrap();
    assert!(crl.this_update() < build::at(0));
    assert_eq!(crl.next_update(), Some(build::at(24 * 3600)));
    // Making it again is in vain until something changes or its time has come.
    generate(&t, &crls).await;
    assert_eq!(newest(&crls).await.head.number, 1);
    assert_eq!(crls.find(&build::id("iss-none"), 0, CrlKind::Base).await.unwrap(), None);
    assert_eq!(crls.find(&build::id(build::ISSUER), 3, CrlKind::Base).await.unwrap(), None);
    assert_eq!(crls.find(&build::id(build::ISSUER), 0, CrlKind::Delta).await.unwrap(), None);
}

#[tokio::test]
async fn a_revocation_stands_in_the_next_crl_with_its_reason_and_a_released_one_does_not() {
    let flow = Flow::new().await;
    flow.issued().await;
    let first = crls(&flow.bench);
    generate(&flow.bench, &first).await;
    let serial = versions(&flow).await[0].serial_number.parse().unwrap();
    revoke(&flow, because(Reason::CertificateHold)).await.unwrap();
    generate(&flow.bench, &first).await;
    // Another replica, which remembers nothing.
    let replica = crls(&flow.bench);
    let crl = read(&newest(&replica).await);
    assert_eq!(crl.number(), Some(2));
    let entry = crl.find(&serial).unwrap();
    assert_eq!(entry.reason, EntryReason::Revoked(Reason::CertificateHold));
    assert_eq!(entry.revoked_at, build::at(0));

    revocations(&flow.bench).unhold(&crate::bench::operator(), &www()).await.unwrap();
    generate(&flow.bench, &replica).await;
    let crl = read(&newest(&crls(&flow.bench)).await);
    assert_eq!((crl.number(), crl.len()), (Some(3), 0));
}

#[tokio::test]
async fn a_step_from_the_last_list_and_a_list_from_all_rows_are_the_same() {
    let flow = Flow::new().await;
    flow.issued().await;
    let steps = crls(&flow.bench);
    generate(&flow.bench, &steps).await;
    for _ in 0..3 {
        let leaf = versions(&flow).await.remove(0);
        renew(&flow).await;
        let scope = Scope::Serial(leaf.serial_number);
        revoke(&flow, RevokeSpec { scope, ..because(Reason::Unspecified) }).await.unwrap();
        generate(&flow.bench, &steps).await;
    }
    let stepped = read(&newest(&steps).await);
    flow.bench.clock.advance(OPTIONS.interval);
    let whole = crls(&flow.bench);
    generate(&flow.bench, &whole).await;
    let read_anew = read(&newest(&whole).await);
    assert!(read_anew.number() > stepped.number());
    assert_eq!(stepped.len(), 3);
    assert_eq!(stepped.entries().collect::<Vec<_>>(), read_anew.entries().collect::<Vec<_>>());
}

#[tokio::test]
async fn what_has_ended_stands_in_one_more_crl() {
    let flow = Flow::new().await;
    flow.issued().await;
    let crls = crls(&flow.bench);
    revoke(&flow, because(Reason::Superseded)).await.unwrap();
    generate(&flow.bench, &crls).await;
    let ends = versions(&flow).await[0].not_after;
    let now = build::at(0);
    flow.bench.clock.advance(ends.since(now) + Duration::from_hours(1));
    let counts = async || {
        generate(&flow.bench, &crls).await;
        let count = read(&newest(&super::crl::crls(&flow.bench)).await).len();
        flow.bench.clock.advance(OPTIONS.interval);
        count
    };
    assert_eq!(counts().await, 1, "the CRL before was made while it was valid");
    assert_eq!(counts().await, 0);
}

#[tokio::test]
async fn how_crls_were_made_is_on_record() {
    let flow = Flow::new().await;
    flow.issued().await;
    let crls = crls(&flow.bench);
    generate(&flow.bench, &crls).await;
    revoke(&flow, because(Reason::Superseded)).await.unwrap();
    generate(&flow.bench, &crls).await;
    let events = flow.bench.read(|tx| tx.crls().events(&build::id(build::ISSUER), 10)).await;
    let seen: Vec<_> = events.iter().map(|event| (event.number, event.revoked_count)).collect();
    assert!(seen.contains(&(1, 0)) && seen.contains(&(2, 1)), "{seen:?}");

    flow.bench.clock.advance(Duration::from_hours(31 * 24));
    generate(&flow.bench, &crls).await;
    let events = flow.bench.read(|tx| tx.crls().events(&build::id(build::ISSUER), 10)).await;
    let seen: Vec<_> = events.iter().map(|event| event.number).collect();
    assert_eq!(seen, [3], "a month is remembered");
}

/// CRLs of the issuer, which has deltas from now on.
async fn with_deltas(t: &ServiceBench) -> Arc<Crls> {
    t.write(|tx| {
        let mut issuer = tx.issuers().find(&build::id(build::ISSUER))?.unwrap();
        issuer.public_config = JsonText::trusted(r#"{"delta_crls":true}"#.to_owned());
        issuer.sealed_config = None;
        tx.issuers().update(&mut issuer)
    })
    .await;
    let env = IssuerEnv {
        clock: Arc::clone(&t.base.clock),
        ca_keys: Arc::new(SealedCaKeys::new(t.base.clone(), t.secrets.clone())),
        pki_base_url: Some("http://pki.example".to_owned()),
    };
    let live = LiveIssuers::new(certctl_issuers::registry(), env, t.secrets.clone());
    let metrics = CrlMetrics::register(&Registry::new()).unwrap();
    Arc::new(Crls::new(t.base.clone(), Arc::new(live), OPTIONS, metrics))
}

#[tokio::test]
async fn the_first_delta_knows_what_changed_since_the_crl_that_it_continues() {
    let flow = Flow::new().await;
    flow.issued().await;
    let crls = with_deltas(&flow.bench).await;
    let before = newest(&crls).await;
    revoke(&flow, because(Reason::Superseded)).await.unwrap();
    generate(&flow.bench, &crls).await;
    let delta = crls.find(&build::id(build::ISSUER), 0, CrlKind::Delta).await.unwrap().unwrap();
    let delta = read(&delta);
    let serial = versions(&flow).await[0].serial_number.parse().unwrap();
    assert_eq!(delta.base_number(), read(&before).number());
    assert!(delta.find(&serial).is_some());
}
