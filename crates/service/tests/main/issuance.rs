//! From a CSR to a recorded certificate, and what happens when something on the way breaks.

use crate::bench::{ServiceBench, agent, operator};
use crate::flow::{Flow, LEASE, csr, csr_for, report, spec};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::AgentId;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::profile::{AllowedKey, KeyAlgorithm};
use certctl_domain::san::San;
use certctl_repository::PageRequest;
use certctl_service_api::agent_work::{AgentWorkService, JobReport, ReportedStatus};
use certctl_service_api::certificate::{CertificateService, CertificateSpec};
use certctl_service_api::engine::{AttemptOutcome, JobEngine};
use certctl_service_api::{ConflictCode, ServiceError};
use certctl_testkit::build;
use std::time::Duration;

async fn ledger(bench: &ServiceBench) -> Vec<Issuance> {
    bench.read(|tx| tx.ledger().list(&PageRequest::first(100))).await.items
}

#[tokio::test]
async fn an_issuance_ends_with_a_version_a_ledger_row_a_deployment_and_its_audit_trail() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        let deployment = t.issued().await;

        let certificate = t.bench.certificate("mc-www").await;
        assert_eq!(certificate.status, CertificateStatus::Active);
        assert!(certificate.expires_at.unwrap() > certificate.next_action_at.unwrap());
        let versions =
            t.bench.read(|tx| tx.versions().list(&build::id("mc-www"), &PageRequest::first(5))).await;
        let version = &versions.items[0];
        assert_eq!(deployment.version_id.as_ref(), Some(&version.id));
        assert_eq!(deployment.fingerprint_sha256.as_ref(), Some(&version.fingerprint_sha256));
        let rows = ledger(&t.bench).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].state, rows[0].serial_number.as_deref()),
            (IssuanceState::Issued, Some(&*version.serial_number))
        );
        assert_eq!(rows[0].fingerprint_sha256.as_ref(), Some(&version.fingerprint_sha256));
        assert_eq!(
            t.bench.audited().await,
            [
                "certificate_created",
                "renewal_triggered",
                "csr_submitted",
                "ca_key_created",
                "certificate_issued"
            ]
        );
        let issuance =
            t.bench.all_jobs().await.into_iter().find(|job| job.kind == JobKind::Issuance).unwrap();
        assert_eq!(issuance.status, JobStatus::Completed);
        assert_eq!(issuance.version_id.as_ref(), Some(&version.id));
    }
}

#[tokio::test]
async fn a_csr_whose_names_differ_is_refused_and_nothing_is_signed() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    let dns = |text: &str| San::parse(text).unwrap();
    for names in [
        vec![dns("www.example.com")],
        vec![dns("www.example.com"), dns("10.0.0.1"), dns("evil.example.com")],
        vec![dns("www.example.com"), dns("10.0.0.2")],
    ] {
        let error = t.send(&item, &csr("www.example.com", names)).await.unwrap_err();
        let ServiceError::Unprocessable(fields) = error else { panic!("{error}") };
        assert_eq!(fields[0].code, "names_mismatch");
    }
    for broken in ["", "not a CSR", &csr_for(item.csr.as_ref().unwrap()).replace('M', "N")] {
        assert_eq!(t.send(&item, broken).await.unwrap_err().code(), "unprocessable");
    }
    assert!(ledger(&t.bench).await.is_empty());
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::AwaitingCsr);
    assert!(t.work_off().await.is_empty());
}

#[tokio::test]
async fn the_profile_has_the_last_word_and_a_disabled_one_refuses() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            let mut profile = build::profile("prof-strict");
            profile.name = "strict".into();
            profile.allowed_keys = vec![AllowedKey { algorithm: KeyAlgorithm::Ecdsa, min_size: 384 }];
            profile.required_san_patterns = vec![r"[a-z]+\.example\.com".into()];
            profile.required_csr_attributes = Vec::new();
            profile.spiffe_uri_pattern = String::new();
            profile.requires_approval = false;
            tx.profiles().insert(&profile)?;
            let mut off = build::profile("prof-off");
            off.name = "off".into();
            off.enabled = false;
            tx.profiles().insert(&off)
        })
        .await;
    let strict = CertificateSpec { profile_id: Some(build::id("prof-strict")), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), strict).await.unwrap();
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    assert_eq!(item.csr.as_ref().unwrap().key.size, 384);
    let ServiceError::Unprocessable(fields) = t.send_csr(&item).await.unwrap_err() else {
        panic!("accepted")
    };
    assert_eq!(
        fields.iter().map(|field| field.code).collect::<Vec<_>>(),
        ["key_not_allowed", "san_not_allowed"]
    );

    let off = CertificateSpec { name: "off".into(), profile_id: Some(build::id("prof-off")), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-off")), off).await.unwrap();
    t.sweep().await;
    assert!(t.poll().await.is_empty(), "a job with a disabled profile must end, not be handed out");
    assert_eq!(t.bench.certificate("mc-off").await.status, CertificateStatus::Failed);
}

#[tokio::test]
async fn the_same_csr_again_is_accepted_again_and_another_one_is_refused() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    let pem = csr_for(item.csr.as_ref().unwrap());
    assert!(!t.send(&item, &pem).await.unwrap().signed);
    assert!(!t.send(&item, &pem).await.unwrap().signed);
    let other = t.send_csr(&item).await.unwrap_err();
    assert!(matches!(other, ServiceError::Conflict { code: ConflictCode::CsrAlreadyAccepted, .. }));
    t.work_off().await;
    assert!(t.send(&item, &pem).await.unwrap().signed);
    assert_eq!(ledger(&t.bench).await.len(), 1);
}

#[tokio::test]
async fn another_agents_job_does_not_exist_for_an_agent() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            let mut other = build::agent("agent-web2");
            other.name = "web2".into();
            other.hostname = "web2".into();
            other.credential_hash = "ab".repeat(32);
            tx.agents().insert(&other)
        })
        .await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    let other: AgentId = build::id("agent-web2");
    let pem = csr_for(item.csr.as_ref().unwrap());
    let www = build::id("mc-www");
    let stolen = t.work.submit_csr(&agent("agent-web2"), &other, &www, Some(item.job_id.clone()), &pem).await;
    assert_eq!(stolen.unwrap_err().code(), "not_found");
    let own: AgentId = build::id(build::AGENT);
    let posing = t.work.submit_csr(&agent("agent-web2"), &own, &www, None, &pem).await;
    assert_eq!(posing.unwrap_err().code(), "forbidden");
    let fetched = t.work.certificate(&agent("agent-web2"), &other, &www, None).await;
    assert_eq!(fetched.unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn a_worker_that_died_after_recording_its_intent_leaves_no_unknown_serial() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    // The first replica records an intent and is never heard of again.
    let [claimed] = t.engine("replica-a").claim(5).await.unwrap().try_into().unwrap();
    let lost = Issuance {
        issuer_id: build::id(build::ISSUER),
        certificate_id: Some(build::id("mc-www")),
        job_id: Some(claimed.id.clone()),
        ..build::issuance("is-lost")
    };
    let serial = lost.serial_number.clone().unwrap();
    t.bench.write(move |tx| tx.ledger().record(&lost)).await;
    assert!(t.engine("replica-b").claim(5).await.unwrap().is_empty(), "the lease still holds");

    t.bench.clock.advance(LEASE + Duration::from_secs(1));
    assert_eq!(t.work_off().await, [AttemptOutcome::Completed]);
    let mut rows = ledger(&t.bench).await;
    rows.sort_by_key(|row| row.state.as_str());
    assert_eq!(
        rows.iter().map(|row| row.state).collect::<Vec<_>>(),
        [IssuanceState::Abandoned, IssuanceState::Issued]
    );
    assert_eq!(rows[0].serial_number.as_ref(), Some(&serial));
    // The dead worker comes back: its token no longer counts.
    assert_eq!(t.engine("replica-a").run(claimed).await, AttemptOutcome::LeaseLost);
    assert_eq!(ledger(&t.bench).await.len(), 2);
}

#[tokio::test]
async fn a_disabled_issuer_fails_the_job_visibly_and_the_sweep_tries_again_later() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    t.bench
        .write(|tx| {
            let mut issuer = tx.issuers().find(&build::id(build::ISSUER))?.unwrap();
            issuer.enabled = false;
            tx.issuers().update(&mut issuer)
        })
        .await;
    assert_eq!(t.work_off().await, [AttemptOutcome::Failed]);
    let job = t.job(&item.job_id).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.last_error.unwrap().contains("is disabled"));
    let certificate = t.bench.certificate("mc-www").await;
    assert_eq!(certificate.status, CertificateStatus::Failed);
    let retry_at = certificate.next_action_at.unwrap();
    assert!(retry_at > certificate.updated_at);
    assert!(ledger(&t.bench).await.is_empty());

    t.sweep().await;
    assert!(t.poll().await.is_empty(), "not before the pause is over");
    t.bench.clock.set(retry_at);
    t.sweep().await;
    assert_eq!(t.poll().await.len(), 1);
}

#[tokio::test]
async fn what_the_server_itself_could_not_do_is_tried_again() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    t.bench
        .write(|tx| {
            let mut damaged = tx.issuers().find(&build::id(build::ISSUER))?.unwrap();
            damaged.sealed_config = Some(b"not sealed by any key".to_vec());
            tx.issuers().update(&mut damaged)
        })
        .await;
    assert_eq!(t.work_off().await, [AttemptOutcome::WillRetry]);
}

#[tokio::test]
async fn an_issuance_that_ends_in_failure_leaves_no_open_intent() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    let [claimed] = t.engine("replica-a").claim(5).await.unwrap().try_into().unwrap();
    let lost = Issuance {
        issuer_id: build::id(build::ISSUER),
        job_id: Some(claimed.id),
        ..build::issuance("is-lost")
    };
    t.bench
        .write(move |tx| {
            tx.ledger().record(&Issuance { certificate_id: None, ..lost.clone() })?;
            let mut issuer = tx.issuers().find(&build::id(build::ISSUER))?.unwrap();
            issuer.enabled = false;
            tx.issuers().update(&mut issuer)
        })
        .await;
    t.bench.clock.advance(LEASE + Duration::from_secs(1));
    assert_eq!(t.work_off().await, [AttemptOutcome::Failed]);
    let states: Vec<_> = ledger(&t.bench).await.into_iter().map(|row| row.state).collect();
    assert_eq!(states, [IssuanceState::Abandoned]);
}

#[tokio::test]
async fn an_agent_cannot_end_a_job_that_the_server_is_working_on() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    let [claimed] = t.engine("replica-a").claim(5).await.unwrap().try_into().unwrap();
    let id: AgentId = build::id(build::AGENT);
    for lease_token in [None, Some(claimed.lease_token)] {
        let late = JobReport { lease_token, ..report(ReportedStatus::Failed) };
        let refused = t.work.report(&agent(build::AGENT), &id, &item.job_id, late).await.unwrap_err();
        assert_eq!(refused.code(), "lease_lost");
    }
    assert_eq!(t.engine("replica-a").run(claimed).await, AttemptOutcome::Completed);
}

#[tokio::test]
async fn an_agent_that_dies_in_every_attempt_ends_its_job() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [first] = t.poll().await.try_into().unwrap();
    for _ in 1..t.job(&first.job_id).await.max_attempts {
        t.bench.clock.advance(LEASE + Duration::from_secs(1));
        assert_eq!(t.poll().await.len(), 1);
    }
    t.bench.clock.advance(LEASE + Duration::from_secs(1));
    assert!(t.poll().await.is_empty());
    assert_eq!(t.job(&first.job_id).await.status, JobStatus::Failed);
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Failed);
}
