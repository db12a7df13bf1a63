//! A CA outside certctl revokes what is in use: certctl sees it, tells it, and renews.

use crate::bench::{ServiceBench, operator};
use crate::flow::Never;
use async_trait::async_trait;
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_crypto::{KeyPair, Signer as _};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::notification::NotificationType;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::revocation::RevocationReason;
use certctl_domain::san::San;
use certctl_pki::crl::{CrlEntry, CrlTemplate, RevokedList};
use certctl_pki::{CaTemplate, Certificate, LeafTemplate, RequestTemplate};
use certctl_service::Imports;
use certctl_service::reconcile::{CrlSource, ServedRevocation};
use certctl_service_api::engine::{Reconciler, Report};
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_testkit::build;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const URL: &str = "http://ca.example/revoked.crl";

/// A CA outside, whose CRL can be had.
#[derive(Debug)]
struct OtherCa {
    key: KeyPair,
    certificate: Certificate,
    published: Mutex<Option<Vec<u8>>>,
}

#[async_trait]
impl CrlSource for OtherCa {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, ConnectorError> {
        assert_eq!(url, URL);
        let away = || ConnectorError::transient(ErrorKind::Network, "the server does not answer");
        self.published.lock().clone().ok_or_else(away)
    }
}

impl OtherCa {
    fn new() -> Arc<Self> {
        let key = KeyPair::generate(KeySpec::P256).unwrap();
        let template = CaTemplate {
            serial: "0f".parse().unwrap(),
            common_name: "Other CA".to_owned(),
            not_before: build::at(-10),
            not_after: build::at(100_000_000),
            path_len: None,
            ocsp_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
        };
        let certificate = template.self_signed(&key).unwrap();
        Arc::new(Self { key, certificate, published: Mutex::default() })
    }

    /// A leaf with this serial number and its chain.
    fn leaf(&self, serial: &str) -> String {
        let key = KeyPair::generate(KeySpec::P256).unwrap();
        let name = San::dns("www.other.example").unwrap();
        let request = RequestTemplate { sans: vec![name.clone()], ..RequestTemplate::default() };
        let leaf = LeafTemplate {
            serial: serial.parse().unwrap(),
            not_before: build::at(-10),
            not_after: build::at(10_000_000),
            common_name: None,
            sans: vec![name],
            public_key: request.sign(&key).unwrap().public_key().clone(),
            extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
            must_staple: false,
            ocsp_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
            crl_urls: vec![URL.to_owned()],
            freshest_crl_urls: Vec::new(),
            no_rev_avail: false,
        };
        let leaf = leaf.to_be_signed(&self.certificate, self.key.algorithm()).unwrap();
        leaf.sign(&self.key).unwrap().to_pem() + &self.certificate.to_pem()
    }

    /// Publishes a CRL with these serial numbers.
    fn publish(&self, number: u64, revoked: &[&str]) {
        let entry = |serial: &&str| {
            CrlEntry::revoked(serial.parse().unwrap(), build::at(5), RevocationReason::KeyCompromise)
        };
        let template = CrlTemplate {
            number,
            this_update: build::at(0),
            next_update: build::at(1_000_000),
            delta_base: None,
            issuing_point: None,
            freshest_crl_urls: Vec::new(),
            expired_since: None,
        };
        let list = RevokedList::new(revoked.iter().map(entry)).unwrap();
        let crl = template.to_be_signed(&list, &self.certificate, self.key.algorithm()).unwrap();
        *self.published.lock() = Some(crl.sign(&self.key).unwrap());
    }
}

async fn import(t: &ServiceBench, pem: String) {
    let place = ImportPlace {
        owner_id: build::id(build::OWNER),
        team_id: build::id(build::TEAM),
        issuer_id: build::id(build::ISSUER),
        renewal_policy_id: build::id(build::POLICY),
        profile_id: None,
        environment: String::new(),
        tags: BTreeMap::new(),
    };
    let item = ImportItem { id: Some(build::id("mc-other")), name: None, pem };
    Imports::new(t.base.clone()).import(&operator(), place, item).await.unwrap();
}

async fn look(t: &ServiceBench, ca: &Arc<OtherCa>) -> Report {
    let watch = ServedRevocation::new(t.base.clone(), Arc::clone(ca) as _, Arc::clone(&t.wakeups));
    watch.activate(&Never).await
}

fn count(report: &Report, name: &str) -> u64 {
    report.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
}

async fn told(t: &ServiceBench) -> usize {
    let alerts = t.read(|tx| tx.alerts().unrouted(50)).await;
    alerts.iter().filter(|alert| alert.kind == NotificationType::RevokedInUse).count()
}

#[tokio::test]
async fn what_its_ca_revoked_is_told_once_and_renewed() {
    let t = ServiceBench::new().await;
    let ca = OtherCa::new();
    import(&t, ca.leaf("0a77")).await;
    t.write(|tx| tx.deployments().insert(&build::mapping("mc-other"))).await;
    ca.publish(1, &["0b"]);
    let report = look(&t, &ca).await;
    assert_eq!((count(&report, "looked"), count(&report, "revoked"), report.error), (1, 0, None));
    assert_eq!(told(&t).await, 0);

    ca.publish(2, &["0b", "0a77"]);
    assert_eq!(count(&look(&t, &ca).await, "looked"), 0, "it is not due yet");
    t.clock.advance(Duration::from_hours(1));
    let report = look(&t, &ca).await;
    assert_eq!(count(&report, "revoked"), 1, "{report:?}");
    assert_eq!(told(&t).await, 1);
    assert!(t.audited().await.contains(&"certificate_revoked_by_ca".to_owned()));
    assert_eq!(t.certificate("mc-other").await.status, CertificateStatus::RenewalInProgress);
    let seen = t.read(|tx| tx.crl_watch().of_certificate(&build::id("mc-other"))).await;
    assert_eq!((seen.len(), seen[0].reason), (1, RevocationReason::KeyCompromise));

    t.clock.advance(Duration::from_hours(1));
    assert_eq!(count(&look(&t, &ca).await, "revoked"), 0);
    assert_eq!(told(&t).await, 1);
}

#[tokio::test]
async fn a_crl_of_somebody_else_revokes_nothing() {
    let t = ServiceBench::new().await;
    let (ca, forger) = (OtherCa::new(), OtherCa::new());
    import(&t, ca.leaf("0a77")).await;
    forger.publish(1, &["0a77"]);
    assert_eq!(count(&look(&t, &forger).await, "revoked"), 0);
    assert_eq!(told(&t).await, 0);
    let again = t.read(|tx| tx.crl_watch().due(build::at(10_000), 10)).await;
    assert_eq!(again[0].failures, 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_tried_again_ever_more_rarely() {
    let t = ServiceBench::new().await;
    let ca = OtherCa::new();
    import(&t, ca.leaf("0a77")).await;
    let failures = async || t.read(|tx| tx.crl_watch().due(build::at(10_000_000), 10)).await[0].failures;
    for (minutes, failed) in [(0, 1), (10, 2), (20, 3), (40, 4)] {
        t.clock.advance(Duration::from_mins(minutes));
        assert_eq!(count(&look(&t, &ca).await, "looked"), 1);
        assert_eq!(failures().await, failed);
    }
    *ca.published.lock() = Some(b"no CRL".to_vec());
    t.clock.advance(Duration::from_mins(80));
    look(&t, &ca).await;
    assert_eq!(failures().await, 5);
    ca.publish(1, &[]);
    t.clock.advance(Duration::from_mins(160));
    look(&t, &ca).await;
    assert_eq!(failures().await, 0);
}
