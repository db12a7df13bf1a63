//! What digests tell.

use super::{read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus as Status};
use certctl_domain::id::OwnerId;
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::organisation::Owner;
use certctl_domain::statistics::InventoryCounts;
use certctl_repository::JobFigures;

const DAY: i64 = 86_400;

/// Two owners; `o-b` has the odd certificates `mc-1` to `mc-5`, each ending a day later than the last.
async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for (id, email) in
            [("o-a", "a@example.com"), ("o-b", "b@example.com"), ("o-c", "c@example.com"), ("o-d", "")]
        {
            tx.owners().insert(&Owner { email: email.to_owned(), ..build::owner(id) })?;
        }
        for n in 1..=5_i64 {
            let row = Certificate {
                owner_id: build::id(if n % 2 == 1 { "o-b" } else { "o-a" }),
                status: Status::Active,
                expires_at: Some(build::at((n - 1) * DAY)),
                ..build::certificate(&format!("mc-{n}"))
            };
            tx.certificates().insert(&row)?;
            let ended =
                |status| Job { status, completed_at: Some(build::at(n)), ..build::job(&format!("job-{n}")) };
            let job = if n == 4 { build::job("job-4") } else { ended(JobStatus::Failed) };
            tx.jobs().insert(&Job { certificate_id: Some(row.id), ..job })?;
            tx.approvals().insert(&build::approval(&format!("ar-{n}"), &format!("mc-{n}")))?;
        }
        for (id, owner, status) in [("mc-old", "o-c", Status::Archived), ("mc-bare", "o-d", Status::Revoked)]
        {
            let row = Certificate { owner_id: build::id(owner), status, ..build::certificate(id) };
            tx.certificates().insert(&row)?;
        }
        let done =
            Job { status: JobStatus::Completed, completed_at: Some(build::at(9)), ..build::job("job-done") };
        tx.jobs().insert(&done)
    })
    .await;
}

pub async fn owners_are_those_with_an_address_and_a_certificate(db: &TestStore) {
    seed(db).await;
    let owners = read(db, |tx| tx.digests().owners()).await;
    let found: Vec<_> = owners.iter().map(|owner| (owner.id.as_str(), &*owner.email)).collect();
    assert_eq!(found, [("o-a", "a@example.com"), ("o-b", "b@example.com")]);
}

pub async fn lists_are_cut_and_their_totals_exact(db: &TestStore) {
    seed(db).await;
    let (ending, failed, approvals) = read(db, |tx| {
        let digests = tx.digests();
        Ok((
            digests.ending(&[], build::at(0), build::at(90 * DAY), 2)?,
            digests.failed_jobs(&[], build::at(1), 2)?,
            digests.pending_approvals(&[], 2)?,
        ))
    })
    .await;
    let ids: Vec<_> = ending.first.iter().map(|row| row.id.as_str()).collect();
    assert_eq!((ids, ending.total), (vec!["mc-2", "mc-3"], 4));
    let rows: Vec<_> = failed.first.iter().map(|row| (row.id.as_str(), row.common_name.as_deref())).collect();
    assert_eq!(rows, [("job-5", Some("mc-5.example.com")), ("job-3", Some("mc-3.example.com"))]);
    assert_eq!(failed.total, 3);
    let rows: Vec<_> = approvals.first.iter().map(|row| (row.id.as_str(), &*row.common_name)).collect();
    assert_eq!(
        (rows, approvals.total),
        (vec![("ar-1", "mc-1.example.com"), ("ar-2", "mc-2.example.com")], 5)
    );
}

pub async fn owners_see_their_own(db: &TestStore) {
    seed(db).await;
    let theirs: [OwnerId; 1] = [build::id("o-b")];
    let (inventory, figures, all) = read(db, move |tx| {
        let digests = tx.digests();
        let ending = digests.ending(&theirs, build::at(0), build::at(90 * DAY), 9)?;
        assert_eq!((ending.first.len(), ending.total), (2, 2));
        assert_eq!(digests.failed_jobs(&theirs, build::at(0), 9)?.total, 3);
        assert_eq!(digests.pending_approvals(&theirs, 9)?.total, 3);
        Ok((
            digests.inventory_of(&theirs, build::at(0), build::at(3 * DAY))?,
            digests.job_figures(&theirs, build::at(0))?,
            digests.job_figures(&[], build::at(0))?,
        ))
    })
    .await;
    assert_eq!(inventory, InventoryCounts { total: 3, expiring: 1, expired: 1, revoked: 0 });
    assert_eq!(figures, JobFigures { pending: 0, failed: 3, completed: 0 });
    assert_eq!(all, JobFigures { pending: 1, failed: 4, completed: 1 });
}
