//! Revocation: what becomes of leaves, certificate, key, and who hears of it.

use crate::bench::{ServiceBench, admin, operator, viewer};
use crate::flow::{Flow, Never, csr};
use certctl_crypto::{KeyPair, Signer as _};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::CertificateId;
use certctl_domain::job::JobStatus;
use certctl_domain::notification::NotificationType;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::revocation::RevocationReason as Reason;
use certctl_domain::version::CertificateVersion;
use certctl_pki::{LeafTemplate, RequestTemplate};
use certctl_repository::PageRequest;
use certctl_service::reconcile::OperationRunner;
use certctl_service::{Operations, Revocations};
use certctl_service_api::ServiceError;
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::Reconciler;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_service_api::operation::{BULK_REVOKE, OperationService, OperationSpec, Selection};
use certctl_service_api::revocation::{Culprit, RevocationService, RevokeSpec, Revoked, Scope};
use certctl_testkit::build;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn revocations(t: &ServiceBench) -> Revocations {
    Revocations::new(t.base.clone(), Arc::clone(&t.wakeups))
}

pub(crate) fn www() -> CertificateId {
    build::id("mc-www")
}

pub(crate) fn because(reason: Reason) -> RevokeSpec {
    RevokeSpec { reason, scope: Scope::All, invalidity_date: None }
}

pub(crate) async fn revoke(flow: &Flow, spec: RevokeSpec) -> Result<Revoked, ServiceError> {
    revocations(&flow.bench).revoke(&operator(), &www(), spec).await
}

pub(crate) async fn versions(flow: &Flow) -> Vec<CertificateVersion> {
    flow.bench.read(|tx| tx.versions().list(&www(), &PageRequest::first(50))).await.items
}

/// Renews `www` to the end.
pub(crate) async fn renew(flow: &Flow) {
    flow.certificates.renew(&operator(), &www(), RenewOptions::default()).await.unwrap();
    let items = flow.poll().await;
    let item = items.iter().find(|item| item.csr.is_some()).unwrap();
    flow.send_csr(item).await.unwrap();
    flow.work_off().await;
}

/// Code of the first refused field, else of the error.
fn code<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> &'static str {
    match refused.unwrap_err() {
        ServiceError::Invalid(fields) | ServiceError::Unprocessable(fields) => fields[0].code,
        other => other.code(),
    }
}

#[tokio::test]
async fn every_valid_leaf_is_revoked_and_the_certificate_goes_out_of_service() {
    let flow = Flow::new().await;
    flow.issued().await;
    renew(&flow).await;
    let done = revoke(&flow, because(Reason::Superseded)).await.unwrap();

    let serials: Vec<_> = done.revocations.iter().map(|row| row.serial_number.clone()).collect();
    let issued: Vec<_> = versions(&flow).await.into_iter().map(|version| version.serial_number).collect();
    assert_eq!(serials, issued);
    assert_eq!(serials.len(), 2);
    assert!(done.revocations.iter().all(|row| row.notice.notified && row.generation == 1));

    let row = flow.bench.certificate("mc-www").await;
    assert_eq!(row.status, CertificateStatus::Revoked);
    assert_eq!(row.revocation_reason.as_deref(), Some("superseded"));
    assert_eq!((row.revoked_at, row.next_action_at), (Some(build::at(0)), None));
    assert!(flow.bench.audited().await.contains(&"certificate_revoked".to_owned()));
    let alerts = flow.bench.read(|tx| tx.alerts().unrouted(50)).await;
    assert!(alerts.iter().any(|alert| alert.kind == NotificationType::Revocation));
    let refused = flow.certificates.renew(&operator(), &www(), RenewOptions::default()).await;
    assert_eq!(code(refused), "invalid_state");
}

#[tokio::test]
async fn asking_again_changes_nothing_and_a_graver_reason_does() {
    let flow = Flow::new().await;
    flow.issued().await;
    let first = revoke(&flow, because(Reason::Superseded)).await.unwrap();
    let events = flow.bench.audited().await.len();
    for reason in [Reason::Superseded, Reason::Unspecified] {
        assert_eq!(revoke(&flow, because(reason)).await.unwrap().revocations, first.revocations);
    }
    assert_eq!(flow.bench.audited().await.len(), events);

    assert_eq!(code(revoke(&flow, because(Reason::CessationOfOperation)).await), "invalid_state");
    flow.bench.clock.advance(Duration::from_hours(1));
    let graver = revoke(&flow, because(Reason::KeyCompromise)).await.unwrap();
    assert_eq!(graver.revocations[0].reason, Reason::KeyCompromise);
    assert_eq!(graver.revocations[0].revoked_at, first.revocations[0].revoked_at);
    assert_eq!(graver.revocations[0].generation, 2);
    let row = flow.bench.certificate("mc-www").await;
    assert_eq!(row.revocation_reason.as_deref(), Some("keyCompromise"));
}

#[tokio::test]
async fn a_predecessor_alone_leaves_the_certificate_in_service() {
    let flow = Flow::new().await;
    flow.issued().await;
    renew(&flow).await;
    let [newest, oldest] = versions(&flow).await.try_into().unwrap();
    let colons: Vec<_> = oldest
        .serial_number
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).to_uppercase())
        .collect();
    let spec = RevokeSpec { scope: Scope::Serial(colons.join(":")), ..because(Reason::Superseded) };
    let done = revoke(&flow, spec).await.unwrap();
    assert_eq!(done.revocations[0].serial_number, oldest.serial_number);
    assert_eq!(flow.bench.certificate("mc-www").await.status, CertificateStatus::Active);

    let spec = RevokeSpec { scope: Scope::Latest, ..because(Reason::Superseded) };
    let done = revoke(&flow, spec).await.unwrap();
    assert_eq!(done.revocations[0].serial_number, newest.serial_number);
    assert_eq!(flow.bench.certificate("mc-www").await.status, CertificateStatus::Revoked);

    let unknown = RevokeSpec { scope: Scope::Serial("1234".to_owned()), ..because(Reason::Superseded) };
    assert_eq!(code(revoke(&flow, unknown).await), "unknown_serial");
    let nonsense = RevokeSpec { scope: Scope::Serial("xyz".to_owned()), ..because(Reason::Superseded) };
    assert_eq!(code(revoke(&flow, nonsense).await), "invalid_serial");
}

#[tokio::test]
async fn a_hold_ends_and_the_certificate_is_renewed_again() {
    let flow = Flow::new().await;
    flow.issued().await;
    let service = revocations(&flow.bench);
    assert_eq!(code(service.unhold(&operator(), &www()).await), "invalid_state");
    revoke(&flow, because(Reason::CertificateHold)).await.unwrap();
    let done = service.unhold(&operator(), &www()).await.unwrap();
    assert_eq!(done.revocations[0].released_at, Some(build::at(0)));
    assert_eq!(done.revocations[0].generation, 2);
    let row = flow.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.revoked_at, row.revocation_reason), (CertificateStatus::Active, None, None));
    assert!(row.next_action_at.is_some());
    assert!(flow.bench.audited().await.contains(&"certificate_unheld".to_owned()));

    // What was on hold can be revoked like anything else, and for good.
    revoke(&flow, because(Reason::Superseded)).await.unwrap();
    assert_eq!(code(service.unhold(&operator(), &www()).await), "invalid_state");
}

#[tokio::test]
async fn a_revocation_cancels_the_issuance_under_way() {
    let flow = Flow::new().await;
    flow.issued().await;
    let queued = flow.certificates.renew(&operator(), &www(), RenewOptions::default()).await.unwrap();
    revoke(&flow, because(Reason::CessationOfOperation)).await.unwrap();
    assert_eq!(flow.job(&queued[0].job_id).await.status, JobStatus::Cancelled);
    assert_eq!(flow.bench.certificate("mc-www").await.status, CertificateStatus::Revoked);
}

#[tokio::test]
async fn what_has_no_valid_leaf_or_is_archived_is_not_revoked() {
    let flow = Flow::new().await;
    flow.create().await;
    assert_eq!(code(revoke(&flow, because(Reason::Superseded)).await), "invalid_state");
    flow.certificates.archive(&operator(), &www()).await.unwrap();
    assert_eq!(code(revoke(&flow, because(Reason::Superseded)).await), "invalid_state");
    let service = revocations(&flow.bench);
    let missing = service.revoke(&operator(), &build::id("mc-none"), because(Reason::Superseded)).await;
    assert_eq!(code(missing), "not_found");
    let forbidden = service.revoke(&viewer(), &www(), because(Reason::Superseded)).await;
    assert_eq!(code(forbidden), "forbidden");
    let tomorrow = Some(build::at(86_400));
    let future = RevokeSpec { invalidity_date: tomorrow, ..because(Reason::KeyCompromise) };
    assert_eq!(code(revoke(&flow, future).await), "in_the_future");
}

#[tokio::test]
async fn a_compromised_key_is_certified_and_imported_no_more() {
    let flow = Flow::new().await;
    flow.create().await;
    flow.sweep().await;
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let [item] = flow.poll().await.try_into().unwrap();
    let asked = item.csr.clone().unwrap();
    let request = RequestTemplate {
        common_name: Some(asked.common_name.clone()),
        sans: asked.names.iter().cloned().collect(),
        ..RequestTemplate::default()
    };
    let again = request.sign(&key).unwrap().to_pem();
    flow.send(&item, &again).await.unwrap();
    flow.work_off().await;
    let leaf = versions(&flow).await.remove(0);

    // The predecessor is revoked, then the same key is brought again.
    renew(&flow).await;
    let scope = Scope::Serial(leaf.serial_number.clone());
    revoke(&flow, RevokeSpec { scope, ..because(Reason::KeyCompromise) }).await.unwrap();
    flow.certificates.renew(&operator(), &www(), RenewOptions::default()).await.unwrap();
    let items = flow.poll().await;
    let item = items.iter().find(|item| item.csr.is_some()).unwrap();
    assert_eq!(code(flow.send(item, &again).await), "key_blocked");
    // Another key is welcome.
    let fresh = csr(&asked.common_name, asked.names.iter().cloned().collect());
    flow.send(item, &fresh).await.unwrap();

    let imports = certctl_service::Imports::new(flow.bench.base.clone());
    let place = ImportPlace {
        owner_id: build::id(build::OWNER),
        team_id: build::id(build::TEAM),
        issuer_id: build::id(build::ISSUER),
        renewal_policy_id: build::id(build::POLICY),
        profile_id: None,
        environment: String::new(),
        tags: std::collections::BTreeMap::new(),
    };
    let item = ImportItem { pem: leaf_of_another_ca(&key), id: None, name: None };
    let refused = imports.import(&operator(), place, item).await;
    assert_eq!(code(refused), "key_blocked");
}

/// A leaf for `lost.example.com` with this key.
fn leaf_of_another_ca(key: &KeyPair) -> String {
    let ca_key = KeyPair::generate(KeySpec::P256).unwrap();
    let ca = certctl_pki::CaTemplate {
        serial: "0f".parse().unwrap(),
        common_name: "Another CA".to_owned(),
        not_before: build::at(-10),
        not_after: build::at(1_000_000),
        path_len: None,
        crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        freshest_crl_urls: Vec::new(),
        ocsp_urls: Vec::new(),
    };
    let ca = ca.self_signed(&ca_key).unwrap();
    let name = certctl_domain::san::San::dns("lost.example.com").unwrap();
    let request = RequestTemplate { sans: vec![name.clone()], ..RequestTemplate::default() };
    let request = request.sign(key).unwrap();
    let leaf = LeafTemplate {
        serial: "77".parse().unwrap(),
        not_before: build::at(-10),
        not_after: build::at(86_400),
        common_name: None,
        sans: vec![name],
        public_key: request.public_key().clone(),
        extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
        must_staple: false,
        ocsp_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
        crl_urls: Vec::new(),
        freshest_crl_urls: Vec::new(),
        no_rev_avail: false,
    };
    leaf.to_be_signed(&ca, ca_key.algorithm()).unwrap().sign(&ca_key).unwrap().to_pem()
}

#[tokio::test]
async fn certificates_with_the_same_key_are_shown() {
    let flow = Flow::new().await;
    flow.issued().await;
    let leaf = versions(&flow).await.remove(0);
    let chain = certctl_pki::parse_chain(&leaf.pem_chain).unwrap();
    let key = certctl_crypto::sha256_hex(chain[0].spki_der());
    flow.bench
        .write(move |tx| {
            tx.issuers().insert(&build::issuer("iss-two"))?;
            tx.ledger().record(&certctl_domain::ledger::Issuance {
                issuer_id: build::id("iss-two"),
                state: certctl_domain::ledger::IssuanceState::Issued,
                serial_number: Some("abcd".to_owned()),
                spki_sha256: Some(key.clone()),
                not_after: Some(build::at(1_000_000)),
                finished_at: Some(build::at(0)),
                ..build::issuance("is-twin")
            })
        })
        .await;
    let service = revocations(&flow.bench);
    let preview = service.preview(&viewer(), &www(), because(Reason::KeyCompromise)).await.unwrap();
    assert_eq!(preview.status_after, CertificateStatus::Revoked);
    assert_eq!(preview.leaves.len(), 1);
    assert!(!preview.leaves[0].already_revoked);
    assert_eq!(preview.siblings.len(), 1);
    assert_eq!(preview.siblings[0].serial_number, "abcd");
    assert_eq!(flow.bench.certificate("mc-www").await.status, CertificateStatus::Active);
    let done = revoke(&flow, because(Reason::KeyCompromise)).await.unwrap();
    assert_eq!(done.siblings, preview.siblings);

    // The twin is revoked by its number; then none is left.
    let twin = Culprit::Serial { issuer_id: build::id("iss-two"), serial: "0xABCD".to_owned() };
    let done = service.revoke_one(&operator(), twin, Reason::KeyCompromise, None).await.unwrap();
    assert_eq!(done.certificate, None);
    assert_eq!(done.siblings, []);
}

#[tokio::test]
async fn one_leaf_is_revoked_by_number_or_as_itself() {
    let flow = Flow::new().await;
    flow.issued().await;
    let leaf = versions(&flow).await.remove(0);
    let service = revocations(&flow.bench);
    let who = operator();
    let one = |culprit| service.revoke_one(&who, culprit, Reason::Superseded, None);

    let unknown = Culprit::Serial { issuer_id: build::id(build::ISSUER), serial: "77".to_owned() };
    assert_eq!(code(one(unknown).await), "unknown_serial");
    let nobody = Culprit::Serial { issuer_id: build::id("iss-none"), serial: "77".to_owned() };
    assert_eq!(code(one(nobody).await), "unknown_reference");
    assert_eq!(code(one(Culprit::Pem("no certificate".to_owned())).await), "invalid_certificate");

    let done = one(Culprit::Pem(leaf.pem_chain.clone())).await.unwrap();
    assert_eq!(done.revocations[0].serial_number, leaf.serial_number);
    assert_eq!(done.certificate.unwrap().status, CertificateStatus::Revoked);
    let listed = service.of_certificate(&viewer(), &www()).await.unwrap();
    assert_eq!(listed, done.revocations);
}

#[tokio::test]
async fn many_are_revoked_by_one_operation() {
    let flow = Flow::new().await;
    flow.issued().await;
    let operations = Operations::new(flow.bench.base.clone(), Arc::clone(&flow.bench.wakeups));
    let ask = |parameters: serde_json::Value| OperationSpec {
        kind: BULK_REVOKE,
        selection: Selection { certificate_ids: vec![www(), build::id("mc-none")], ..Selection::default() },
        parameters: parameters.as_object().unwrap().clone(),
        dry_run: false,
        expected_count: None,
    };
    let refused = operations.start(&operator(), ask(json!({"reason": "superseded"}))).await;
    assert_eq!(code(refused), "forbidden");
    let refused = operations.start(&admin(), ask(json!({}))).await;
    assert_eq!(code(refused), "required");
    let begun = operations.start(&admin(), ask(json!({"reason": "key_compromise"}))).await.unwrap();
    OperationRunner::new(flow.bench.base.clone(), Arc::clone(&flow.bench.wakeups)).activate(&Never).await;
    let done = operations.get(&admin(), &begun.operation.id, Duration::ZERO).await.unwrap();
    assert_eq!((done.operation.total_done, done.operation.total_failed), (1, 1));
    assert_eq!(flow.bench.certificate("mc-www").await.revocation_reason.as_deref(), Some("keyCompromise"));
}
