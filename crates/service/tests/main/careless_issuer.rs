//! An authority that is not ours and makes mistakes: nothing it returns is stored unchecked.

use crate::bench::{ServiceBench, live_issuers, operator};
use crate::flow::{Flow, csr, spec};
use async_trait::async_trait;
use certctl_connector_api::issuer::{
    IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities, IssuerEnv, IssuerFactory, Prepared,
};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, IssuerRegistry, RawConfig};
use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::ledger::IssuanceState;
use certctl_domain::notification::{AlertSeverity, NotificationType};
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_domain::san::San;
use certctl_pki::CertificateRequest;
use certctl_repository::PageRequest;
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::engine::AttemptOutcome;
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

/// What is wrong with what it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    None,
    Garbage,
    OtherKey,
    OtherNames,
    Expired,
    NotYetValid,
    OtherPurpose,
    /// No mistake, unless a profile says so.
    MorePurposes,
    NoChain,
    BrokenChain,
}

#[derive(Debug)]
struct Careless {
    mistake: Mistake,
}

#[derive(Debug)]
struct CarelessCa {
    mistake: Mistake,
    ca: Arc<dyn Issuer>,
    env: IssuerEnv,
}

impl IssuerFactory for Careless {
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
        Ok(Arc::new(CarelessCa { mistake: self.mistake, ca, env: env.clone() }))
    }
}

fn local() -> Arc<dyn IssuerFactory> {
    Arc::clone(certctl_issuers::registry().get(IssuerKind::GenericCa).unwrap())
}

#[async_trait]
impl Issuer for CarelessCa {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn capabilities(&self) -> IssuerCapabilities {
        self.ca.capabilities()
    }

    /// Like any remote authority: what will be signed is its own business.
    async fn prepare(&self, order: IssuanceOrder, _: Timestamp) -> Result<Prepared, ConnectorError> {
        Ok(Prepared { order, to_be_signed: None })
    }

    async fn issue(&self, prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError> {
        let (mut order, mut at) = (prepared.order.clone(), self.env.clock.now());
        match self.mistake {
            Mistake::OtherKey => {
                let pem = csr(&order.common_name, order.names.iter().cloned().collect());
                order.csr_der = CertificateRequest::parse(pem.as_bytes()).unwrap().der().to_vec();
            }
            Mistake::OtherNames => {
                order.names.insert(San::parse("evil.example.com").unwrap());
            }
            Mistake::Expired => {
                at = at.minus(Duration::from_hours(48));
                order.max_ttl = Some(Duration::from_hours(24));
            }
            Mistake::NotYetValid => at = at.plus(Duration::from_hours(24)),
            Mistake::MorePurposes => order.ekus.push(ExtendedKeyUsage::ClientAuth),
            Mistake::OtherPurpose => order.ekus = vec![ExtendedKeyUsage::ClientAuth],
            Mistake::None | Mistake::Garbage | Mistake::NoChain | Mistake::BrokenChain => {}
        }
        let signed = self.ca.issue(&self.ca.prepare(order, at).await?).await?;
        let leaf_der = if self.mistake == Mistake::Garbage { b"no".to_vec() } else { signed.leaf_der };
        let chain_der = match self.mistake {
            Mistake::NoChain => Vec::new(),
            Mistake::BrokenChain => vec![leaf_der.clone()],
            _ => self.ca.ca_chain().await?,
        };
        Ok(IssuedCertificate { leaf_der, chain_der })
    }

    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError> {
        self.ca.ca_chain().await
    }

    async fn check(&self, now: Timestamp) -> Result<(), ConnectorError> {
        self.ca.check(now).await
    }
}

/// Up to the signing, by an authority that makes `mistake`.
async fn signed(mistake: Mistake) -> (Flow, Vec<AttemptOutcome>) {
    signed_as(mistake, spec()).await
}

async fn signed_as(mistake: Mistake, spec: CertificateSpec) -> (Flow, Vec<AttemptOutcome>) {
    let mut bench = ServiceBench::new().await;
    let registry = IssuerRegistry::new(vec![Arc::new(Careless { mistake })]);
    bench.live = live_issuers(&bench.base, &bench.secrets, registry);
    // The authority is older than what it back-dates.
    let row = bench.read(|tx| tx.issuers().find(&build::id(build::ISSUER))).await.unwrap();
    bench.live.connector(&row).unwrap().ca_chain().await.unwrap();
    bench.clock.advance(Duration::from_hours(72));
    let t = Flow::on(bench);
    t.certificates.create(&operator(), Some(build::id("mc-www")), spec).await.unwrap();
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    let outcomes = t.work_off().await;
    (t, outcomes)
}

#[tokio::test]
async fn what_is_wrong_is_refused_for_good_said_and_never_stored() {
    for (mistake, said) in [
        (Mistake::Garbage, "cannot be read"),
        (Mistake::OtherKey, "is for another key"),
        (Mistake::OtherNames, "has other names than ordered"),
        (Mistake::Expired, "has expired already"),
        (Mistake::NotYetValid, "is not valid before"),
        (Mistake::OtherPurpose, "lacks the extended key usage serverAuth"),
        (Mistake::NoChain, "has no chain"),
        (Mistake::BrokenChain, "has a chain that does not hold"),
    ] {
        let (t, outcomes) = signed(mistake).await;
        assert_eq!(outcomes, [AttemptOutcome::Failed], "{mistake:?}");
        let jobs = t.bench.all_jobs().await;
        let error = jobs[0].last_error.clone().unwrap_or_default();
        assert_eq!((jobs.len(), jobs[0].status), (1, JobStatus::Failed), "{mistake:?}");
        assert!(error.contains(said), "{mistake:?}: {error}");
        let (versions, ledger) = t
            .bench
            .read(|tx| {
                let page = PageRequest::first(5);
                Ok((tx.versions().list(&build::id("mc-www"), &page)?.items, tx.ledger().list(&page)?.items))
            })
            .await;
        assert!(versions.is_empty(), "{mistake:?}");
        // It counts as issued for the names: the authority may well count it.
        assert_eq!(
            (ledger[0].state, ledger[0].fingerprint_sha256.is_some()),
            (IssuanceState::Abandoned, true)
        );
        assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Failed);
    }
}

#[tokio::test]
async fn what_is_right_is_stored_and_deployed() {
    let (t, outcomes) = signed(Mistake::None).await;
    assert_eq!(outcomes, [AttemptOutcome::Completed], "{:?}", t.bench.all_jobs().await[0].last_error);
    assert!(t.bench.all_jobs().await.iter().any(|job| job.kind == JobKind::Deployment));
}

#[tokio::test]
async fn usages_that_an_authority_adds_are_refused_only_where_a_profile_forbids_them() {
    let (t, outcomes) = signed(Mistake::MorePurposes).await;
    assert_eq!(outcomes, [AttemptOutcome::Completed], "{:?}", t.bench.all_jobs().await[0].last_error);
    let servers = CertificateSpec { profile_id: Some(build::id(build::PROFILE)), ..spec() };
    let (t, outcomes) = signed_as(Mistake::MorePurposes, servers).await;
    assert_eq!(outcomes, [AttemptOutcome::Failed]);
    let error = t.bench.all_jobs().await[0].last_error.clone().unwrap_or_default();
    assert!(error.contains("clientAuth"), "{error}");
}

#[tokio::test]
async fn an_issuer_that_keeps_failing_is_told_once_and_again_when_it_works() {
    let (mut t, _) = signed(Mistake::Garbage).await;
    let again = async |t: &Flow| {
        let forced = RenewOptions::forced(true);
        t.certificates.renew(&operator(), &build::id("mc-www"), forced).await.unwrap();
        let [item] = t.poll().await.try_into().unwrap();
        t.send_csr(&item).await.unwrap();
        t.work_off().await;
    };
    let of_issuer = async |t: &Flow| {
        let told = crate::told::alerts(&t.bench).await.into_iter();
        let of = told.filter(|alert| alert.resource_type == "issuer");
        of.map(|alert| (alert.kind, alert.severity, alert.incident.unwrap().key)).collect::<Vec<_>>()
    };
    again(&t).await;
    assert_eq!(of_issuer(&t).await, [], "two failures are no trouble");
    again(&t).await;
    again(&t).await;
    let failing =
        (NotificationType::IssuerFailing, AlertSeverity::Critical, format!("issuer/{}", build::ISSUER));
    assert_eq!(of_issuer(&t).await, std::slice::from_ref(&failing));
    t.bench.live = live_issuers(&t.bench.base, &t.bench.secrets, certctl_issuers::registry());
    again(&t).await;
    let works = NotificationType::IssuerRecovered;
    assert_eq!(of_issuer(&t).await, [failing.clone(), (works, AlertSeverity::Informational, failing.2)]);
}
