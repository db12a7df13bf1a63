//! What a revocation of many certificates reads and writes at once.

use super::{assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::{CertificateId, IssuerId};
use certctl_domain::ledger::Issuance;
use certctl_domain::revocation::RevocationReason;
use certctl_domain::version::CertificateVersion;

fn ids(ids: &[&str]) -> Vec<CertificateId> {
    ids.iter().map(|id| build::id(id)).collect()
}

fn issuer() -> IssuerId {
    build::id(build::ISSUER)
}

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for id in ["mc-a", "mc-b", "mc-c"] {
            let status = CertificateStatus::Active;
            let due = Some(build::at(9));
            let row = Certificate { status, next_action_at: due, retry_at: due, ..build::certificate(id) };
            tx.certificates().insert(&row)?;
        }
        let older = CertificateVersion { created_at: build::at(1), ..build::version("cv-old", "mc-a") };
        let newer = CertificateVersion { created_at: build::at(2), ..build::version("cv-new", "mc-a") };
        let ended = CertificateVersion { not_after: build::at(5), ..build::version("cv-ended", "mc-b") };
        tx.versions().insert_all(&[older, newer, ended, build::version("cv-b", "mc-b")])?;
        for (id, serial) in [("li-a", "0a"), ("li-b", "0b")] {
            tx.ledger()
                .record(&Issuance { serial_number: Some(serial.to_owned()), ..build::issuance(id) })?;
        }
        tx.jobs().insert(&build::issuance_job("job-b", "mc-b"))
    })
    .await;
}

pub async fn what_is_known_of_many_certificates_is_read_at_once(db: &TestStore) {
    seed(db).await;
    let mut rows = read(db, |tx| tx.certificates().find_all(&ids(&["mc-c", "mc-none", "mc-a"]))).await;
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let one = read(db, |tx| tx.certificates().find(&build::id("mc-a"))).await;
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["mc-a", "mc-c"]);
    assert_eq!(rows.first(), one.as_ref(), "with names and tags");

    let valid = read(db, |tx| tx.versions().valid_of(&ids(&["mc-a", "mc-b", "mc-c"]), build::at(5))).await;
    let of = |certificate: &str| {
        let of = valid.iter().filter(|version| version.certificate_id.as_str() == certificate);
        of.map(|version| version.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("mc-a"), of("mc-b")),
        (vec!["cv-new".to_owned(), "cv-old".to_owned()], vec!["cv-b".to_owned()])
    );

    let found = read(db, |tx| tx.ledger().find_by_serials(&issuer(), &["0b", "0c"])).await;
    assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["li-b"]);
    write(db, |tx| tx.revocations().insert(&[super::revocation::revoked("mc-a")])).await;
    let found = read(db, |tx| tx.revocations().find_all(&issuer(), &["0a", "0b"])).await;
    assert_eq!(found, [super::revocation::revoked("mc-a")]);
    let found = read(db, |tx| tx.jobs().with_live_issuance(&ids(&["mc-a", "mc-b", "mc-none"]))).await;
    assert_eq!(found, ids(&["mc-b"]));
}

pub async fn many_certificates_go_out_of_service_together_or_not_at_all(db: &TestStore) {
    seed(db).await;
    let reason = RevocationReason::Superseded;
    let gone = move |tx: &mut dyn certctl_repository::Tx| {
        tx.certificates().put_out_of_service(&ids(&["mc-a", "mc-none"]), reason, build::at(7))
    };
    assert_stale(attempt(db, gone).await);
    write(db, move |tx| tx.certificates().put_out_of_service(&ids(&["mc-a", "mc-b"]), reason, build::at(7)))
        .await;
    for id in ["mc-a", "mc-b"] {
        let before = Certificate { status: CertificateStatus::Active, ..build::certificate(id) };
        let expected = Certificate {
            status: CertificateStatus::Revoked,
            revoked_at: Some(build::at(7)),
            revocation_reason: Some("superseded".to_owned()),
            updated_at: build::at(7),
            revision: before.revision + 1,
            ..before
        };
        assert_eq!(read(db, move |tx| tx.certificates().find(&build::id(id))).await, Some(expected));
    }
    let other = read(db, |tx| tx.certificates().find(&build::id("mc-c"))).await.unwrap();
    assert_eq!((other.status, other.revision), (CertificateStatus::Active, 1));
    let twice = move |tx: &mut dyn certctl_repository::Tx| {
        tx.certificates().put_out_of_service(&ids(&["mc-a"]), reason, build::at(8))
    };
    assert_stale(attempt(db, twice).await);
}
