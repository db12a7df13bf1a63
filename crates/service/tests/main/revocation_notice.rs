//! A CA outside certctl is told of what was revoked until it knows, or until nobody can tell it.

use crate::bench::{ServiceBench, live_issuers};
use crate::flow::{Flow, Never};
use crate::revocation::{because, revoke, versions, www};
use async_trait::async_trait;
use certctl_connector_api::issuer::{
    IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities, IssuerEnv, IssuerFactory, Prepared,
    RevocationOrder, Revoker,
};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, IssuerRegistry, RawConfig,
};
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::revocation::{IssuerNotice, Revocation, RevocationReason};
use certctl_service::reconcile::RevocationNotices;
use certctl_service_api::engine::Reconciler;
use certctl_testkit::build;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// What the CA says to each order in turn; afterwards it agrees.
type Answers = Arc<Mutex<VecDeque<ConnectorError>>>;
type Orders = Arc<Mutex<Vec<RevocationOrder>>>;

/// An authority that issues like the local one and hears of revocations.
#[derive(Debug, Clone, Default)]
struct Hearing {
    /// Whether it takes orders at all.
    deaf: bool,
    answers: Answers,
    orders: Orders,
}

#[derive(Debug)]
struct HearingCa {
    ca: Arc<dyn Issuer>,
    hearing: Hearing,
}

fn local() -> Arc<dyn IssuerFactory> {
    Arc::clone(certctl_issuers::registry().get(IssuerKind::GenericCa).unwrap())
}

impl IssuerFactory for Hearing {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn config_schema(&self) -> ConfigSchema {
        local().config_schema()
    }

    fn build(
        &self,
        id: &IssuerId,
        config: &RawConfig,
        env: &IssuerEnv,
    ) -> Result<Arc<dyn Issuer>, Vec<ConfigError>> {
        let ca = local().build(id, config, env)?;
        Ok(Arc::new(HearingCa { ca, hearing: self.clone() }))
    }
}

#[async_trait]
impl Issuer for HearingCa {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn capabilities(&self) -> IssuerCapabilities {
        self.ca.capabilities()
    }

    async fn prepare(&self, order: IssuanceOrder, now: Timestamp) -> Result<Prepared, ConnectorError> {
        self.ca.prepare(order, now).await
    }

    async fn issue(&self, prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError> {
        self.ca.issue(prepared).await
    }

    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError> {
        self.ca.ca_chain().await
    }

    fn revoker(&self) -> Option<&dyn Revoker> {
        (!self.hearing.deaf).then_some(self)
    }

    async fn check(&self, now: Timestamp) -> Result<(), ConnectorError> {
        self.ca.check(now).await
    }
}

#[async_trait]
impl Revoker for HearingCa {
    async fn revoke(&self, order: &RevocationOrder) -> Result<(), ConnectorError> {
        self.hearing.orders.lock().push(order.clone());
        self.hearing.answers.lock().pop_front().map_or(Ok(()), Err)
    }
}

struct Story {
    flow: Flow,
    notices: RevocationNotices,
}

impl Story {
    /// A revoked certificate whose CA has not been told.
    async fn of(hearing: &Hearing) -> Self {
        let mut bench = ServiceBench::new().await;
        bench.live =
            live_issuers(&bench.base, &bench.secrets, IssuerRegistry::new(vec![Arc::new(hearing.clone())]));
        let flow = Flow::on(bench);
        flow.issued().await;
        revoke(&flow, because(RevocationReason::Superseded)).await.unwrap();
        let t = &flow.bench;
        let row = Self::read(&flow).await;
        // The local kind knows at once; this one stands for a CA outside.
        let notice = IssuerNotice { next_attempt_at: Some(build::at(0)), ..IssuerNotice::default() };
        t.write(move |tx| tx.revocations().record_notice(&row.id, &notice)).await;
        let notices = RevocationNotices::new(t.base.clone(), Arc::clone(&t.live), Arc::clone(&t.wakeups));
        Self { flow, notices }
    }

    async fn read(flow: &Flow) -> Revocation {
        let [row] = flow.bench.read(|tx| tx.revocations().of_certificate(&www())).await.try_into().unwrap();
        row
    }

    async fn notice(&self) -> IssuerNotice {
        Self::read(&self.flow).await.notice
    }

    async fn round(&self) -> Vec<(&'static str, u64)> {
        let report = self.notices.activate(&Never).await;
        assert_eq!(report.error, None);
        report.counts
    }

    async fn audited(&self, action: &str) -> bool {
        self.flow.bench.audited().await.contains(&action.to_owned())
    }
}

#[tokio::test]
async fn a_ca_that_was_away_is_told_again_until_it_knows() {
    let hearing = Hearing::default();
    hearing.answers.lock().push_back(ConnectorError::transient(ErrorKind::Network, "the CA is away"));
    let t = Story::of(&hearing).await;
    assert_eq!(t.round().await, [("failed", 1)]);
    let notice = t.notice().await;
    assert_eq!((notice.notified, notice.attempts), (false, 1));
    assert_eq!(notice.next_attempt_at, Some(build::at(30)));
    assert!(notice.last_error.unwrap().contains("the CA is away"));
    assert!(!t.audited("issuer_notified").await);
    // Not before its time.
    assert_eq!(t.round().await, []);

    t.flow.bench.clock.advance(Duration::from_secs(30));
    assert_eq!(t.round().await, [("told", 1)]);
    let notice = t.notice().await;
    assert_eq!(notice, IssuerNotice { notified: true, attempts: 2, ..IssuerNotice::default() });
    assert!(t.audited("issuer_notified").await);
    assert_eq!(t.round().await, []);

    let serial = versions(&t.flow).await[0].serial_number.clone();
    let orders = hearing.orders.lock().clone();
    assert_eq!(orders.len(), 2);
    assert!(orders.iter().all(|order| order.serial_number == serial && order.certificate_der.is_some()));
    assert_eq!(orders[0].reason, RevocationReason::Superseded);
}

#[tokio::test]
async fn a_ca_that_refuses_for_good_is_given_up_until_somebody_asks_again() {
    let hearing = Hearing::default();
    hearing
        .answers
        .lock()
        .push_back(ConnectorError::permanent(ErrorKind::Upstream4xx, "the account was closed"));
    let t = Story::of(&hearing).await;
    assert_eq!(t.round().await, [("failed", 1)]);
    let notice = t.notice().await;
    assert_eq!((notice.notified, notice.next_attempt_at), (false, None));
    assert!(notice.last_error.unwrap().contains("the account was closed"));
    assert!(t.audited("issuer_not_notified").await);
}

#[tokio::test]
async fn a_ca_that_cannot_be_told_says_what_to_do() {
    let t = Story::of(&Hearing { deaf: true, ..Hearing::default() }).await;
    assert_eq!(t.round().await, [("failed", 1)]);
    let notice = t.notice().await;
    assert_eq!(notice.next_attempt_at, None);
    assert!(notice.last_error.unwrap().contains("revoke there by hand"));
}
