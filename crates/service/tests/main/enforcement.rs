//! Profiles at every issuance: what is asked for, and what comes back.

use crate::bench::{ServiceBench, live_issuers, operator};
use crate::flow::{Flow, csr_for, spec};
use async_trait::async_trait;
use certctl_connector_api::issuer::{
    IssuanceOrder, IssuedCertificate, Issuer, IssuerCapabilities, IssuerEnv, IssuerFactory, Prepared,
};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, IssuerRegistry, RawConfig};
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::job::JobStatus;
use certctl_domain::profile::{AllowedKey, CertificateProfile, ExtendedKeyUsage, KeyAlgorithm, KeySpec};
use certctl_pki::{CaTemplate, CertificateRequest, LeafTemplate, Serial};
use certctl_repository::PageRequest;
use certctl_service_api::ServiceError;
use certctl_service_api::agent_work::WorkItem;
use certctl_service_api::certificate::{CertificateService, CertificateSpec};
use certctl_service_api::engine::AttemptOutcome;
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// How an issuer departs from its order.
type Whim = fn(&mut LeafTemplate);

/// An external authority that keeps to its orders, but for a whim.
#[derive(Debug)]
struct Wilful(Whim);

impl IssuerFactory for Wilful {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn config_schema(&self) -> ConfigSchema {
        ConfigSchema { fields: &[] }
    }

    fn build(
        &self,
        _id: &IssuerId,
        _config: &RawConfig,
        _env: &IssuerEnv,
    ) -> Result<Arc<dyn Issuer>, Vec<ConfigError>> {
        Ok(Arc::new(Self(self.0)))
    }
}

#[async_trait]
impl Issuer for Wilful {
    fn kind(&self) -> IssuerKind {
        IssuerKind::GenericCa
    }

    fn capabilities(&self) -> IssuerCapabilities {
        IssuerCapabilities::default()
    }

    async fn prepare(&self, order: IssuanceOrder, _now: Timestamp) -> Result<Prepared, ConnectorError> {
        Ok(Prepared { order, to_be_signed: None })
    }

    async fn issue(&self, prepared: &Prepared) -> Result<IssuedCertificate, ConnectorError> {
        let order = &prepared.order;
        let key = KeyPair::generate(KeySpec::P256).unwrap();
        let root = CaTemplate {
            serial: Serial::random().unwrap(),
            common_name: "Wilful CA".to_owned(),
            not_before: build::at(-1),
            not_after: build::at(0).plus(DAY * 3_650),
            path_len: Some(0),
            ocsp_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
        };
        let root = root.self_signed(&key).unwrap();
        let mut template = LeafTemplate {
            serial: Serial::random().unwrap(),
            not_before: build::at(0),
            not_after: build::at(0).plus(order.max_ttl.unwrap_or(DAY * 90)),
            common_name: Some(order.common_name.clone()),
            sans: order.names.iter().cloned().collect(),
            public_key: CertificateRequest::parse(&order.csr_der).unwrap().public_key().clone(),
            extended_key_usages: order.ekus.clone(),
            must_staple: order.must_staple,
            ocsp_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            no_rev_avail: order.no_rev_avail,
        };
        (self.0)(&mut template);
        let leaf = template.to_be_signed(&root, key.algorithm()).unwrap().sign(&key).unwrap();
        Ok(IssuedCertificate { leaf_der: leaf.der().to_vec(), chain_der: vec![root.der().to_vec()] })
    }

    async fn ca_chain(&self) -> Result<Vec<Vec<u8>>, ConnectorError> {
        Ok(Vec::new())
    }

    async fn check(&self, _now: Timestamp) -> Result<(), ConnectorError> {
        Ok(())
    }
}

fn strict() -> CertificateProfile {
    CertificateProfile {
        max_ttl_seconds: 86_400,
        allowed_ekus: vec![ExtendedKeyUsage::ServerAuth],
        ..build::profile("prof-strict")
    }
}

/// A certificate of `profile` whose CSR waits to be sent.
async fn waiting(t: &Flow, profile: CertificateProfile) -> WorkItem {
    let profile_id = Some(profile.id.clone());
    t.bench.write(move |tx| tx.profiles().insert(&profile)).await;
    let bound = CertificateSpec { profile_id, ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), bound).await.unwrap();
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    item
}

/// What the job of a certificate of `profile` says after an issuer with this whim was asked.
async fn verdict(profile: CertificateProfile, whim: Whim) -> Result<(), String> {
    let mut bench = ServiceBench::new().await;
    let registry = IssuerRegistry::new(vec![Arc::new(Wilful(whim))]);
    bench.live = live_issuers(&bench.base, &bench.secrets, registry);
    let t = Flow::on(bench);
    let item = waiting(&t, profile).await;
    t.send_csr(&item).await.unwrap();
    let outcome = t.work_off().await;
    let job = t.job(&item.job_id).await;
    let versions = t.bench.read(|tx| tx.versions().list(&build::id("mc-www"), &PageRequest::first(1))).await;
    match outcome[..] {
        [AttemptOutcome::Completed] => {
            assert_eq!(versions.total, 1);
            Ok(())
        }
        [AttemptOutcome::Failed] => {
            assert_eq!((versions.total, job.status), (0, JobStatus::Failed), "it is not stored");
            Err(job.last_error.unwrap())
        }
        _ => panic!("{outcome:?}: {:?}", job.last_error),
    }
}

#[tokio::test]
async fn what_an_issuer_returns_is_checked_against_the_profile_before_it_is_stored() {
    let refused = async |profile, whim, wanted: &str| {
        let error = verdict(profile, whim).await.unwrap_err();
        assert!(error.contains("issuer iss-local returned a certificate that"), "{error}");
        assert!(error.contains(wanted), "{error}");
    };
    let both = vec![ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth];
    assert_eq!(verdict(strict(), |_| {}).await, Ok(()));
    refused(strict(), |leaf| leaf.not_after = build::at(86_401), "longer than the 86400 seconds").await;
    let client = |leaf: &mut LeafTemplate| leaf.extended_key_usages.push(ExtendedKeyUsage::ClientAuth);
    refused(strict(), client, "has the extended key usage clientAuth").await;
    let server = |leaf: &mut LeafTemplate| leaf.extended_key_usages = vec![ExtendedKeyUsage::ServerAuth];
    let wide = || CertificateProfile { allowed_ekus: both.clone(), ..strict() };
    refused(wide(), server, "lacks the extended key usage clientAuth").await;
    assert_eq!(verdict(wide(), |_| {}).await, Ok(()));
    let stapled = || CertificateProfile { must_staple: true, ..strict() };
    refused(stapled(), |leaf| leaf.must_staple = false, "does not demand OCSP stapling").await;
    assert_eq!(verdict(stapled(), |_| {}).await, Ok(()));
}

#[tokio::test]
async fn a_short_lived_profile_issues_below_its_cap_and_nothing_longer() {
    let short = || CertificateProfile { allow_short_lived: true, max_ttl_seconds: 1_800, ..strict() };
    assert_eq!(verdict(short(), |_| {}).await, Ok(()));
    let unannounced = || CertificateProfile { no_rev_avail: true, ..short() };
    assert_eq!(verdict(unannounced(), |_| {}).await, Ok(()));
    let error = verdict(unannounced(), |leaf| leaf.no_rev_avail = false).await.unwrap_err();
    assert!(error.contains("does not say that its revocation"), "{error}");
    let error = verdict(short(), |leaf| leaf.not_after = build::at(3_000)).await.unwrap_err();
    assert!(error.contains("valid for 3000 seconds, longer than the 1800 seconds"), "{error}");

    let t = Flow::new().await;
    let item = waiting(&t, short()).await;
    t.send_csr(&item).await.unwrap();
    assert_eq!(t.work_off().await, [AttemptOutcome::Completed]);
    let versions = t.bench.read(|tx| tx.versions().list(&build::id("mc-www"), &PageRequest::first(1))).await;
    let version = &versions.items[0];
    assert!(version.not_after.since(version.not_before) < Duration::from_mins(30));
}

#[tokio::test]
async fn what_an_agent_asks_for_is_checked_against_the_profile() {
    let codes = async |profile| {
        let t = Flow::new().await;
        let item = waiting(&t, profile).await;
        // Whatever the profile prefers, this agent makes a P-256 key.
        let sent = t.send(&item, &csr_for(item.csr.as_ref().unwrap())).await;
        match sent {
            Ok(_) => Vec::new(),
            Err(ServiceError::Unprocessable(fields)) => {
                fields.into_iter().map(|field| (field.code, field.message)).collect()
            }
            Err(other) => panic!("{other:?}"),
        }
    };
    let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let first = async |profile| codes(profile).await.into_iter().next().map(|(code, _)| code);

    assert_eq!(first(strict()).await, None);
    let keys = |algorithm, min_size| vec![AllowedKey { algorithm, min_size }];
    let profile = CertificateProfile { allowed_keys: keys(KeyAlgorithm::Rsa, 2048), ..strict() };
    assert_eq!(first(profile).await, Some("key_not_allowed"));
    let profile = CertificateProfile { allowed_keys: keys(KeyAlgorithm::Ecdsa, 384), ..strict() };
    assert_eq!(first(profile).await, Some("key_not_allowed"));

    let patterns = [r"[a-z]+\.example\.com", r"10\.0\.0\.\d+"];
    let profile = CertificateProfile { required_san_patterns: names(&patterns), ..strict() };
    assert_eq!(first(profile).await, None);
    let profile = CertificateProfile { required_san_patterns: names(&patterns[..1]), ..strict() };
    let found = codes(profile).await;
    assert_eq!(found, [("san_not_allowed", "the profile does not allow the name 10.0.0.1".to_owned())]);

    let there = ["extensionRequest", "commonName"];
    let profile = CertificateProfile { required_csr_attributes: names(&there), ..strict() };
    assert_eq!(first(profile).await, None);
    let profile = CertificateProfile { required_csr_attributes: names(&["organizationName"]), ..strict() };
    assert_eq!(first(profile).await, Some("missing_attribute"));
}

#[tokio::test]
async fn spiffe_names_match_the_spiffe_pattern() {
    for (pattern, wanted) in
        [("spiffe://mesh.example/ns/[a-z]+", None), ("spiffe://other/.*", Some("spiffe_not_allowed"))]
    {
        let t = Flow::new().await;
        let profile = CertificateProfile { spiffe_uri_pattern: pattern.to_owned(), ..strict() };
        t.bench.write(move |tx| tx.profiles().insert(&profile)).await;
        let bound = CertificateSpec {
            sans: vec!["www.example.com".into(), "spiffe://mesh.example/ns/web".into()],
            profile_id: Some(build::id("prof-strict")),
            ..spec()
        };
        t.certificates.create(&operator(), Some(build::id("mc-www")), bound).await.unwrap();
        t.sweep().await;
        let [item] = t.poll().await.try_into().unwrap();
        let code = match t.send_csr(&item).await {
            Ok(_) => None,
            Err(ServiceError::Unprocessable(fields)) => Some(fields[0].code),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(code, wanted, "{pattern}");
    }
}

#[tokio::test]
async fn a_profile_that_was_switched_off_or_cannot_be_read_refuses_to_the_last_step() {
    let t = Flow::new().await;
    let item = waiting(&t, strict()).await;
    t.bench.execute("UPDATE certificate_profiles SET enabled = 0 WHERE id = 'prof-strict'");
    let ServiceError::Unprocessable(fields) = t.send_csr(&item).await.unwrap_err() else { panic!("taken") };
    assert_eq!(fields[0].code, "profile_disabled");
    t.bench.execute("UPDATE certificate_profiles SET enabled = 1 WHERE id = 'prof-strict'");
    t.send_csr(&item).await.unwrap();
    t.bench.execute("UPDATE certificate_profiles SET enabled = 0 WHERE id = 'prof-strict'");
    assert_eq!(t.work_off().await, [AttemptOutcome::Failed]);
    let error = t.job(&item.job_id).await.last_error.unwrap();
    assert!(error.contains("profile prof-strict is disabled"), "{error}");

    let t = Flow::new().await;
    let item = waiting(&t, strict()).await;
    t.bench.execute("UPDATE certificate_profiles SET allowed_ekus = '[\"odd\"]' WHERE id = 'prof-strict'");
    assert_eq!(t.send_csr(&item).await.unwrap_err().code(), "internal_error");
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::AwaitingCsr);
}
