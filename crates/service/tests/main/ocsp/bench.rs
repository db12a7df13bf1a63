//! An OCSP client, and what it asks about.

use crate::bench::ServiceBench;
use certctl_crypto::KeyPair;
use certctl_domain::id::IssuerId;
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::profile::KeySpec;
use certctl_domain::revocation::{IssuerNotice, Revocation, RevocationReason};
use certctl_pki::ocsp::{CaIdentity, CertIdForm, OcspRequest, OcspResponse, OcspStatus, ResponseStatus};
use certctl_pki::{CaTemplate, Certificate, Serial};
use certctl_service::{Ocsp, OcspOptions};
use certctl_service_api::relying_party::{OcspQuestion, OcspReply};
use certctl_telemetry::{CounterSnapshot, OcspCounters, OcspMetrics, Registry};
use certctl_testkit::build;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn responder(bench: &ServiceBench) -> Ocsp {
    responder_with(bench, OcspOptions::default())
}

pub(crate) fn responder_with(bench: &ServiceBench, options: OcspOptions) -> Ocsp {
    make(bench, options, Arc::default())
}

pub(crate) fn counted(bench: &ServiceBench) -> (Ocsp, Arc<OcspCounters>) {
    let counters = Arc::<OcspCounters>::default();
    (make(bench, OcspOptions::default(), Arc::clone(&counters)), counters)
}

pub(crate) fn counts(counters: &OcspCounters) -> BTreeMap<String, u64> {
    counters.snapshot()
}

fn make(bench: &ServiceBench, options: OcspOptions, counters: Arc<OcspCounters>) -> Ocsp {
    let metrics = OcspMetrics::register(&Registry::new()).unwrap();
    let secrets = bench.secrets.clone();
    Ocsp::new(bench.base.clone(), Arc::clone(&bench.live), secrets, options, counters, metrics)
}

fn issuer() -> IssuerId {
    build::id(build::ISSUER)
}

fn issuance(serial: &str) -> Issuance {
    Issuance {
        serial_number: Some(serial.to_owned()),
        not_after: Some(build::at(90 * 86_400)),
        ..build::issuance(&format!("iss-of-{serial}"))
    }
}

/// Revokes at `build::at(7)`.
pub(crate) async fn revoke(bench: &ServiceBench, serial: &str, reason: RevocationReason) {
    let serial = serial.to_owned();
    bench
        .write(move |tx| {
            let generation = tx.revocations().next_generation(&issuer())?;
            tx.revocations().insert(&[Revocation {
                id: build::id(&format!("rev-{serial}")),
                issuer_id: issuer(),
                serial_number: serial.clone(),
                certificate_id: None,
                reason,
                invalidity_date: None,
                revoked_by: "ops".to_owned(),
                revoked_at: build::at(7),
                not_after: build::at(90 * 86_400),
                released_at: None,
                crl_shard: 0,
                generation,
                notice: IssuerNotice { notified: true, ..IssuerNotice::default() },
                created_at: build::at(7),
            }])
        })
        .await;
}

pub(crate) async fn unhold(bench: &ServiceBench, serial: &str) {
    let serial = serial.to_owned();
    bench
        .write(move |tx| {
            let generation = tx.revocations().next_generation(&issuer())?;
            let held = tx.revocations().find(&issuer(), &serial)?.unwrap();
            tx.revocations().update(&Revocation { released_at: Some(build::at(9)), generation, ..held })
        })
        .await;
}

/// A question that names a CA which is nobody's.
pub(crate) fn question_of_another_ca() -> Vec<u8> {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let ca = CaTemplate {
        serial: Serial::random().unwrap(),
        common_name: "Another CA".to_owned(),
        not_before: build::at(0),
        not_after: build::at(0).plus(Duration::from_hours(24)),
        path_len: None,
        ocsp_urls: vec![],
        crl_urls: vec![],
        freshest_crl_urls: vec![],
        ca_issuer_urls: vec![],
    };
    let identity = CaIdentity::of(&ca.self_signed(&key).unwrap()).unwrap();
    OcspRequest::build(&identity, &["0a".parse().unwrap()], CertIdForm::USUAL, None)
}

/// Somebody who trusts the CA of the basics.
pub(crate) struct Client {
    pub(crate) ca: Certificate,
    identity: CaIdentity,
    now: Box<dyn Fn() -> certctl_domain::Timestamp + Send + Sync>,
}

impl Client {
    /// Gets the CA's certificate as relying parties do.
    pub(crate) async fn of(ocsp: &Ocsp) -> Self {
        let clock = Arc::clone(&ocsp.base().clock);
        let chain = ocsp.chain(&issuer()).await.unwrap();
        let ca = Certificate::parse_der(&chain[0]).unwrap();
        let identity = CaIdentity::of(&ca).unwrap();
        Self { ca, identity, now: Box::new(move || clock.now()) }
    }

    pub(crate) async fn issue(&self, bench: &ServiceBench, serials: &[&str]) {
        for serial in serials {
            let row = Issuance {
                state: IssuanceState::Issued,
                finished_at: Some(build::at(0)),
                ..issuance(serial)
            };
            bench.write(move |tx| tx.ledger().record(&row)).await;
        }
    }

    pub(crate) async fn intend(&self, bench: &ServiceBench, serial: &str) {
        let row = issuance(serial);
        bench.write(move |tx| tx.ledger().record(&row)).await;
    }

    pub(crate) fn question(&self, serials: &[&str], form: CertIdForm, nonce: Option<&[u8]>) -> Vec<u8> {
        let serials: Vec<Serial> = serials.iter().map(|serial| serial.parse().unwrap()).collect();
        OcspRequest::build(&self.identity, &serials, form, nonce)
    }

    /// What is said about one certificate.
    pub(crate) async fn ask(&self, ocsp: &Ocsp, serial: &str, form: CertIdForm) -> OcspStatus {
        let question = self.question(&[serial], form, None);
        let reply = ocsp.answer(&issuer(), OcspQuestion::Der(&question)).await.unwrap();
        let response = self.verified(&reply.der);
        let id = self.identity.cert_id(&serial.parse().unwrap(), form);
        response.answer(&id).unwrap().status
    }

    /// The octets of the answer about one certificate.
    pub(crate) async fn answer(&self, ocsp: &Ocsp, serial: &str) -> Vec<u8> {
        let question = self.question(&[serial], CertIdForm::USUAL, None);
        let reply = ocsp.answer(&issuer(), OcspQuestion::Der(&question)).await.unwrap();
        self.verified(&reply.der);
        reply.der.to_vec()
    }

    pub(crate) async fn ask_with(
        &self,
        ocsp: &Ocsp,
        serials: &[&str],
        nonce: Option<&[u8]>,
    ) -> (OcspResponse, OcspReply) {
        let question = self.question(serials, CertIdForm::USUAL, nonce);
        let reply = ocsp.answer(&issuer(), OcspQuestion::Der(&question)).await.unwrap();
        (self.verified(&reply.der), reply)
    }

    /// The response, whose signature and times are right.
    pub(crate) fn verified(&self, der: &[u8]) -> OcspResponse {
        let (response, now) = (OcspResponse::parse(der).unwrap(), (self.now)());
        let signer = response.verify(&self.ca, now).unwrap();
        assert_ne!(signer, &self.ca, "a delegate signs");
        for answer in response.answers() {
            let next = answer.next_update.unwrap();
            assert!(answer.this_update <= now && now < next && next <= signer.not_after(), "{answer:?}");
        }
        response
    }

    pub(crate) fn status(reply: &OcspReply) -> ResponseStatus {
        assert_eq!(reply.caching, None);
        OcspResponse::parse(&reply.der).unwrap().status()
    }
}
