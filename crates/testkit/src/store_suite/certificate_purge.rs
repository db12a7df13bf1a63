//! Removing certificates for good.

use super::{assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::CertificateId;
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::version::CertificateVersion;

const IDS: [&str; 7] = ["mc-free", "mc-intent", "mc-job", "mc-late", "mc-leaf", "mc-used", "mc-zero"];

/// `mc-free` and `mc-zero` can go; each of the others has a reason to stay.
async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for id in IDS {
            let (status, updated_at) = match id {
                "mc-used" => (CertificateStatus::Active, build::at(0)),
                "mc-late" => (CertificateStatus::Archived, build::at(50)),
                _ => (CertificateStatus::Archived, build::at(0)),
            };
            let row = Certificate { status, updated_at, expires_at: None, ..build::certificate(id) };
            tx.certificates().insert(&row)?;
        }
        for (id, not_after) in [("mc-free", 90), ("mc-leaf", 110)] {
            let ended = CertificateVersion { not_after: build::at(not_after), ..build::version(id, id) };
            tx.versions().insert(&ended)?;
        }
        let intent = Issuance { certificate_id: Some(build::id("mc-intent")), ..build::issuance("iss-open") };
        tx.ledger().record(&intent)?;
        let issued = Issuance {
            certificate_id: Some(build::id("mc-free")),
            not_after: Some(build::at(90)),
            ..build::issuance("iss-over")
        };
        tx.ledger().record(&issued)?;
        tx.ledger().finish(&Issuance {
            state: IssuanceState::Issued,
            finished_at: Some(build::at(1)),
            ..issued
        })?;
        tx.jobs().insert(&build::issuance_job("job-live", "mc-job"))?;
        tx.jobs().insert(&Job {
            status: JobStatus::Completed,
            completed_at: Some(build::at(1)),
            ..build::issuance_job("job-over", "mc-free")
        })?;
        tx.revocations().insert(&[super::revocation::revoked("mc-free")])?;
        tx.deployments().insert(&build::mapping("mc-free"))?;
        tx.approvals().insert(&build::approval("ar-free", "mc-free"))
    })
    .await;
}

pub async fn only_what_nothing_holds_can_be_purged(db: &TestStore) {
    seed(db).await;
    let next = async |after: Option<&str>, limit| {
        let after: Option<CertificateId> = after.map(build::id);
        let ids = read(db, move |tx| {
            tx.certificates().purgeable(build::at(50), build::at(100), after.as_ref(), limit)
        });
        ids.await.into_iter().map(|id| id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(next(None, 9).await, ["mc-free", "mc-zero"]);
    assert_eq!(next(None, 1).await, ["mc-free"]);
    assert_eq!(next(Some("mc-free"), 9).await, ["mc-zero"]);
}

pub async fn a_purge_takes_everything_but_the_ledger(db: &TestStore) {
    seed(db).await;
    assert_stale(attempt(db, |tx| tx.certificates().purge(&build::id("mc-used"))).await);
    let free = || build::id("mc-free");
    write(db, move |tx| tx.certificates().purge(&free())).await;
    let left = read(db, move |tx| {
        Ok((
            tx.certificates().find(&free())?.is_some(),
            tx.versions().newest_validity(&[free()])?.len(),
            tx.deployments().of_certificate(&free())?.len(),
            tx.jobs().find(&build::id("job-over"))?.is_some(),
            tx.approvals().find(&build::id("ar-free"))?.is_some(),
        ))
    });
    assert_eq!(left.await, (false, 0, 0, false, false));
    let kept = read(db, |tx| tx.ledger().find_by_serial(&build::id(build::ISSUER), "serial of iss-over"));
    assert_eq!(kept.await.map(|row| (row.state, row.certificate_id)), Some((IssuanceState::Issued, None)));
    let revoked = super::revocation::revoked("mc-free");
    let kept = read(db, move |tx| tx.revocations().find(&revoked.issuer_id, &revoked.serial_number)).await;
    assert_eq!(kept.map(|row| row.certificate_id), Some(None));
    assert_stale(attempt(db, move |tx| tx.certificates().purge(&free())).await);
}
