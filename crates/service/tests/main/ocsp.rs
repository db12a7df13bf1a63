//! The OCSP responder on real databases, asked as clients ask.

mod bench;

use crate::bench::{ServiceBench, admin, viewer};
use bench::{Client, responder, responder_with, revoke, unhold};
use certctl_domain::revocation::RevocationReason;
use certctl_pki::ocsp::{CertIdForm, CertIdHash, OcspError, OcspStatus, ResponseStatus};
use certctl_service::{NonIssued, OcspOptions, OcspUpkeep};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, StopSignal};
use certctl_service_api::ocsp::OcspService;
use certctl_service_api::relying_party::{OcspQuestion, RelyingPartyError};
use certctl_testkit::build;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

fn revoked(reason: RevocationReason) -> OcspStatus {
    OcspStatus::Revoked { at: build::at(7), reason }
}

#[tokio::test]
async fn what_was_issued_is_good_what_was_revoked_is_revoked_and_the_rest_is_unknown() {
    for bench in ServiceBench::both().await {
        let ocsp = responder(&bench);
        let client = Client::of(&ocsp).await;
        client.issue(&bench, &["0a", "ff0b", "0c"]).await;
        client.intend(&bench, "0e").await;
        revoke(&bench, "ff0b", RevocationReason::KeyCompromise).await;
        for form in CertIdHash::ALL.map(|hash| CertIdForm { hash, null_parameters: true }) {
            assert_eq!(client.ask(&ocsp, "0a", form).await, OcspStatus::Good);
            assert_eq!(client.ask(&ocsp, "ff0b", form).await, revoked(RevocationReason::KeyCompromise));
            assert_eq!(client.ask(&ocsp, "0d", form).await, OcspStatus::Unknown);
        }
        assert_eq!(client.ask(&ocsp, "0e", CertIdForm::USUAL).await, OcspStatus::Unknown, "never signed");
    }
}

#[tokio::test]
async fn a_good_that_was_told_does_not_outlive_the_revocation_on_any_replica() {
    for bench in ServiceBench::both().await {
        let (one, other) = (responder(&bench), responder(&bench));
        let client = Client::of(&one).await;
        client.issue(&bench, &["0a"]).await;
        for ocsp in [&one, &other] {
            assert_eq!(client.ask(ocsp, "0a", CertIdForm::USUAL).await, OcspStatus::Good);
            ocsp.write_down().await.unwrap();
        }
        revoke(&bench, "0a", RevocationReason::CertificateHold).await;
        for ocsp in [&one, &other] {
            ocsp.look().await.unwrap();
            let held = revoked(RevocationReason::CertificateHold);
            assert_eq!(client.ask(ocsp, "0a", CertIdForm::USUAL).await, held);
            ocsp.write_down().await.unwrap();
        }
        unhold(&bench, "0a").await;
        one.look().await.unwrap();
        assert_eq!(client.ask(&one, "0a", CertIdForm::USUAL).await, OcspStatus::Good);
        // The good of before the hold was replaced by the revoked, and that one says too little now.
        let late = responder(&bench);
        assert_eq!(client.ask(&late, "0a", CertIdForm::USUAL).await, OcspStatus::Good);
    }
}

#[tokio::test]
async fn what_one_process_signed_serves_the_next_until_its_half_life() {
    let bench = ServiceBench::new().await;
    let first = responder(&bench);
    let client = Client::of(&first).await;
    client.issue(&bench, &["0a"]).await;
    let signed = client.answer(&first, "0a").await;
    assert_eq!(first.write_down().await.unwrap(), 1);
    bench.clock.advance(11 * HOUR);
    let next = responder(&bench);
    assert_eq!(client.answer(&next, "0a").await, signed, "the very same octets");
    bench.clock.advance(HOUR);
    let fresh = client.answer(&next, "0a").await;
    assert_ne!(fresh, signed);
    assert_eq!(client.answer(&next, "0a").await, fresh);
}

#[tokio::test]
async fn answers_are_signed_anew_before_anybody_asks() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let client = Client::of(&ocsp).await;
    client.issue(&bench, &["0a", "0b"]).await;
    revoke(&bench, "0b", RevocationReason::Superseded).await;
    let before = [client.answer(&ocsp, "0a").await, client.answer(&ocsp, "0b").await];
    ocsp.write_down().await.unwrap();
    bench.clock.advance(12 * HOUR);
    let report = OcspUpkeep::new(responder(&bench)).activate(&Never).await;
    assert_eq!(report.error, None);
    assert!(
        report.counts.contains(&("refreshed", 2)) && report.counts.contains(&("responders", 1)),
        "{report:?}"
    );
    let after = [client.answer(&ocsp, "0a").await, client.answer(&ocsp, "0b").await];
    assert!(before[0] != after[0] && before[1] != after[1]);
    let last = responder(&bench);
    assert_eq!([client.answer(&last, "0a").await, client.answer(&last, "0b").await], after);
}

#[tokio::test]
async fn strangers_cannot_fill_the_database() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let client = Client::of(&ocsp).await;
    for number in 1..300_u32 {
        let status = client.ask(&ocsp, &format!("{number:04x}"), CertIdForm::USUAL).await;
        assert_eq!(status, OcspStatus::Unknown);
    }
    assert_eq!(ocsp.write_down().await.unwrap(), 0);
    let kept = bench.read(|tx| tx.ocsp().answers_to_refresh(certctl_domain::Timestamp::END, 10)).await;
    assert_eq!(kept, []);
}

#[tokio::test]
async fn a_nonce_comes_back_and_several_certificates_get_an_answer_each() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let client = Client::of(&ocsp).await;
    client.issue(&bench, &["0a", "0b"]).await;
    revoke(&bench, "0b", RevocationReason::Unspecified).await;
    let (response, reply) = client.ask_with(&ocsp, &["0a", "0b", "0c"], Some(&[9; 32])).await;
    assert_eq!(response.nonce(), Some([9; 32].as_slice()));
    let statuses: Vec<_> = response.answers().iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [OcspStatus::Good, revoked(RevocationReason::Unspecified), OcspStatus::Unknown]);
    assert_eq!(reply.caching, None, "nobody may keep it");
    let (_, cached) = client.ask_with(&ocsp, &["0a"], None).await;
    assert_eq!(cached.caching.unwrap().fresh_for, HOUR);
}

#[tokio::test]
async fn questions_about_other_cas_and_what_is_no_question_are_refused_in_ocsps_own_words() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let issuer = build::id(build::ISSUER);
    let asked = |question| {
        let (ocsp, issuer) = (&ocsp, &issuer);
        async move { Client::status(&ocsp.answer(issuer, question).await.unwrap()) }
    };
    let other = bench::question_of_another_ca();
    let failed = ResponseStatus::Failed;
    assert_eq!(asked(OcspQuestion::Der(&other)).await, failed(OcspError::Unauthorized));
    for bad in [b"".as_slice(), b"x", &[0x30, 0]] {
        assert_eq!(asked(OcspQuestion::Der(bad)).await, failed(OcspError::MalformedRequest));
    }
    assert_eq!(asked(OcspQuestion::Path("zz")).await, failed(OcspError::MalformedRequest));
    let nobody = ocsp.answer(&build::id("iss-none"), OcspQuestion::Path("0a")).await;
    assert!(matches!(nobody, Err(RelyingPartyError::IssuerNotFound(_))));
}

#[tokio::test]
async fn a_serial_number_in_the_path_is_a_question_too() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let client = Client::of(&ocsp).await;
    client.issue(&bench, &["0abc"]).await;
    let reply = ocsp.answer(&build::id(build::ISSUER), OcspQuestion::Path("ABC")).await.unwrap();
    assert_eq!(client.verified(&reply.der).answers()[0].status, OcspStatus::Good);
}

#[tokio::test]
async fn what_was_never_issued_is_revoked_where_that_is_wanted() {
    let bench = ServiceBench::new().await;
    let options = OcspOptions { non_issued: NonIssued::Revoked, ..OcspOptions::default() };
    let ocsp = responder_with(&bench, options);
    let client = Client::of(&ocsp).await;
    let (response, _) = client.ask_with(&ocsp, &["0a"], None).await;
    let never = OcspStatus::Revoked {
        at: certctl_domain::Timestamp::EPOCH,
        reason: RevocationReason::CertificateHold,
    };
    assert_eq!(response.answers()[0].status, never);
    assert!(response.extended_revoke());
}

#[tokio::test]
async fn responders_are_replaced_in_time_and_both_verify() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let client = Client::of(&ocsp).await;
    client.issue(&bench, &["0a"]).await;
    let (before, _) = client.ask_with(&ocsp, &["0a"], Some(&[1; 16])).await;
    bench.clock.advance(24 * HOUR * 24);
    let report = OcspUpkeep::new(ocsp.clone()).activate(&Never).await;
    assert_eq!(report.error, None);
    let (after, _) = client.ask_with(&ocsp, &["0a"], Some(&[1; 16])).await;
    let (old, new) = (&before.certificates()[0], &after.certificates()[0]);
    assert_ne!(old.serial(), new.serial());
    let at = bench.base.clock.now();
    before.verify(&client.ca, at).unwrap();
    after.verify(&client.ca, at).unwrap();

    let rows = bench.read(|tx| tx.ocsp().responders(None)).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(ocsp.responders(&admin()).await.unwrap().rows, rows);
    assert!(matches!(ocsp.responders(&viewer()).await, Err(ServiceError::Forbidden { .. })));
    assert_eq!(rows[0].rotated_from, Some(old.serial().to_string()));
    assert!(rows[0].superseded_at.is_none() && rows[1].superseded_at.is_some());
    // Their own certificates are in the ledger, so they are good as well.
    let status = client.ask(&ocsp, &new.serial().to_string(), CertIdForm::USUAL).await;
    assert_eq!(status, OcspStatus::Good);
    assert_eq!(bench.audited().await.iter().filter(|action| *action == "ocsp_responder_created").count(), 2);
}

#[tokio::test]
async fn replicas_that_race_for_a_responder_end_with_the_same_one() {
    for bench in ServiceBench::both().await {
        let replicas: Vec<_> = (0..4).map(|_| responder(&bench)).collect();
        let client = Client::of(&replicas[0]).await;
        let asking = replicas.iter().map(|ocsp| client.ask_with(ocsp, &["0a"], Some(&[1; 16])));
        let answers = futures_util::future::join_all(asking).await;
        let serials: Vec<_> =
            answers.iter().map(|(response, _)| response.certificates()[0].serial().clone()).collect();
        assert!(serials.iter().all(|serial| *serial == serials[0]), "{serials:?}");
        let rows = bench.read(|tx| tx.ocsp().responders(None)).await;
        assert_eq!(rows.len(), 1);
    }
}

#[tokio::test]
async fn an_expired_certificate_is_good_with_the_time_from_which_answers_are_kept() {
    let bench = ServiceBench::new().await;
    let ocsp = responder(&bench);
    let client = Client::of(&ocsp).await;
    client.issue(&bench, &["0a"]).await;
    bench.clock.advance(24 * HOUR * 100);
    let (response, _) = client.ask_with(&ocsp, &["0a"], None).await;
    let answer = &response.answers()[0];
    assert_eq!(answer.status, OcspStatus::Good);
    assert_eq!(answer.archive_cutoff, Some(client.ca.not_before()));
}

#[tokio::test]
async fn everything_is_counted_where_it_happens() {
    let bench = ServiceBench::new().await;
    let (ocsp, counters) = bench::counted(&bench);
    let client = Client::of(&ocsp).await;
    client.ask_with(&ocsp, &["0a"], Some(&[1; 16])).await;
    let issuer = build::id(build::ISSUER);
    let too_long = client.question(&["0a"], CertIdForm::USUAL, Some(&[0; 129]));
    let _ = ocsp.answer(&issuer, OcspQuestion::Der(&too_long)).await;
    let _ = ocsp.answer(&issuer, OcspQuestion::Der(b"x")).await;
    let _ = ocsp.answer(&build::id("iss-none"), OcspQuestion::Der(b"x")).await;
    let counts = bench::counts(&counters);
    for (label, expected) in [
        ("request_success", 1),
        ("nonce_echoed", 1),
        ("nonce_malformed", 1),
        ("request_invalid", 1),
        ("issuer_not_found", 1),
        ("cert_not_found", 1),
        ("signing_failed", 0),
    ] {
        assert_eq!(counts.get(label), Some(&expected), "{label}");
    }
}
