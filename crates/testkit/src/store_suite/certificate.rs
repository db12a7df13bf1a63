//! Managed certificates: rows, guards and the sweep.

use super::{assert_refused, assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateSource, CertificateStatus};
use certctl_domain::san::San;
use certctl_repository::StoreError;

/// A certificate in which every field differs from the defaults.
fn odd(id: &str) -> Certificate {
    Certificate {
        common_name: "Shop Ünit".to_owned(),
        sans: ["*.shop.example.com", "192.0.2.9", "2001:db8::1", "ops@example.com", "spiffe://shop/web"]
            .map(|name| San::parse(name).unwrap())
            .to_vec(),
        environment: String::new(),
        profile_id: None,
        status: CertificateStatus::RenewalInProgress,
        valid_from: Some(build::at(1)),
        expires_at: Some(build::at(2)),
        expiring_from: Some(build::at(3)),
        next_action_at: Some(build::at(4)),
        failed_issuances: 5,
        retry_at: Some(build::at(12)),
        paused_at: Some(build::at(13)),
        pause_reason: Some("gone in circles".to_owned()),
        tags: [("tier", "gold"), ("empty", "")].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        last_renewal_at: Some(build::at(6)),
        last_deployment_at: Some(build::at(7)),
        revoked_at: Some(build::at(8)),
        revocation_reason: Some("keyCompromise".to_owned()),
        source: None,
        revision: 9,
        created_at: build::at(10),
        updated_at: build::at(11),
        ..build::certificate(id)
    }
}

async fn find(db: &TestStore, id: &'static str) -> Option<Certificate> {
    read(db, move |tx| tx.certificates().find(&build::id(id))).await
}

pub async fn certificates_come_back_as_stored(db: &TestStore) {
    seed_basics(db.store()).await;
    let plain = Certificate { sans: Vec::new(), ..build::certificate("mc-plain") };
    let rows = [odd("mc-odd"), plain.clone()];
    write(db, move |tx| rows.iter().try_for_each(|row| tx.certificates().insert(row))).await;
    assert_eq!(find(db, "mc-odd").await, Some(odd("mc-odd")));
    assert_eq!(find(db, "mc-plain").await, Some(plain));
    assert_eq!(find(db, "mc-none").await, None);
}

pub async fn ids_and_names_are_unique(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.certificates().insert(&build::certificate("mc-two"))
    })
    .await;
    let insert = |certificate: Certificate| attempt(db, move |tx| tx.certificates().insert(&certificate));
    let same_id = Certificate { name: "other".to_owned(), ..build::certificate("mc-one") };
    assert_refused!(insert(same_id).await, Duplicate, "certificate.id");
    let same_name = Certificate { name: "mc-one".to_owned(), ..build::certificate("mc-three") };
    assert_refused!(insert(same_name).await, Duplicate, "certificate.name");
    let renamed = Certificate { name: "mc-one".to_owned(), ..build::certificate("mc-two") };
    let update = attempt(db, move |tx| tx.certificates().update(&mut renamed.clone()));
    assert_refused!(update.await, Duplicate, "certificate.name");
}

pub async fn many_certificates_are_added_at_once(db: &TestStore) {
    seed_basics(db.store()).await;
    let many = [odd("mc-odd"), build::certificate("mc-one"), build::certificate("mc-two")];
    let rows = many.clone();
    write(db, move |tx| {
        tx.certificates().insert_all(&rows)?;
        tx.certificates().insert_all(&[])
    })
    .await;
    for (id, row) in ["mc-odd", "mc-one", "mc-two"].into_iter().zip(many) {
        assert_eq!(find(db, id).await, Some(row));
    }
    let insert = |row: Certificate| {
        let rows = [build::certificate("mc-three"), row];
        attempt(db, move |tx| tx.certificates().insert_all(&rows))
    };
    let same_name = Certificate { name: "mc-one".to_owned(), ..build::certificate("mc-four") };
    assert_refused!(insert(same_name).await, Duplicate, "certificate.name");
    let orphan = Certificate { owner_id: build::id("o-none"), ..build::certificate("mc-four") };
    assert_refused!(insert(orphan).await, Missing, "certificate.owner_id");
    assert_eq!(find(db, "mc-three").await, None);
}

pub async fn a_change_of_state_leaves_names_alone(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&odd("mc-odd"))).await;
    let changed = write(db, |tx| {
        let mut row = odd("mc-odd");
        row.status = CertificateStatus::Failed;
        tx.certificates().update_state(&mut row)?;
        assert_stale(tx.certificates().update_state(&mut odd("mc-odd")));
        Ok(row)
    })
    .await;
    assert_eq!(changed.revision, odd("mc-odd").revision + 1);
    assert_eq!(find(db, "mc-odd").await, Some(changed));
}

pub async fn a_missing_reference_is_named(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-two"))).await;
    let insert = |certificate: Certificate| attempt(db, move |tx| tx.certificates().insert(&certificate));
    let new = || build::certificate("mc-one");
    let orphan = Certificate { owner_id: build::id("o-none"), ..new() };
    assert_refused!(insert(orphan).await, Missing, "certificate.owner_id");
    let orphan = Certificate { team_id: build::id("t-none"), ..new() };
    assert_refused!(insert(orphan).await, Missing, "certificate.team_id");
    let orphan = Certificate { issuer_id: build::id("iss-none"), ..new() };
    assert_refused!(insert(orphan).await, Missing, "certificate.issuer_id");
    let orphan = Certificate { renewal_policy_id: build::id("rp-none"), ..new() };
    assert_refused!(insert(orphan).await, Missing, "certificate.renewal_policy_id");
    let orphan = Certificate { profile_id: Some(build::id("prof-none")), ..new() };
    assert_refused!(insert(orphan).await, Missing, "certificate.profile_id");
    let orphan = Certificate { profile_id: Some(build::id("prof-none")), ..build::certificate("mc-two") };
    let update = attempt(db, move |tx| tx.certificates().update(&mut orphan.clone()));
    assert_refused!(update.await, Missing, "certificate.profile_id");
}

pub async fn an_update_replaces_sans_and_tags(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&odd("mc-odd"))).await;
    for changed in [
        Certificate { sans: vec![San::parse("new.example.com").unwrap()], ..odd("mc-odd") },
        Certificate { tags: [("tier".to_owned(), "silver".to_owned())].into(), ..odd("mc-odd") },
        Certificate { sans: Vec::new(), tags: [].into(), status: CertificateStatus::Active, ..odd("mc-odd") },
        odd("mc-odd"),
        build::certificate("mc-odd"),
    ] {
        let updated = write(db, move |tx| {
            let stored = tx.certificates().find(&changed.id)?.ok_or(StoreError::Stale)?;
            let mut certificate = Certificate { revision: stored.revision, ..changed.clone() };
            tx.certificates().update(&mut certificate)?;
            Ok((stored.revision, certificate))
        });
        let (before, certificate) = updated.await;
        assert_eq!(certificate.revision, before + 1);
        assert_eq!(find(db, "mc-odd").await, Some(certificate));
    }
}

pub async fn a_stale_update_changes_nothing(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&odd("mc-odd"))).await;
    let old = Certificate { revision: 8, sans: Vec::new(), tags: [].into(), ..odd("mc-odd") };
    // Stale is an answer, not a failure: the rest of the transaction counts.
    write(db, move |tx| {
        assert_stale(tx.certificates().update(&mut old.clone()));
        tx.certificates().insert(&build::certificate("mc-other"))
    })
    .await;
    assert_eq!(find(db, "mc-odd").await, Some(odd("mc-odd")));
    assert!(find(db, "mc-other").await.is_some());
    assert_stale(attempt(db, |tx| tx.certificates().update(&mut build::certificate("mc-none"))).await);
}

pub async fn one_of_two_writers_of_a_revision_wins(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-one"))).await;
    let change = |environment: &'static str| {
        attempt(db, move |tx| {
            let mut mine =
                Certificate { environment: environment.to_owned(), ..build::certificate("mc-one") };
            tx.certificates().update(&mut mine)
        })
    };
    let outcomes = tokio::join!(change("a"), change("b"), change("c"), change("d"));
    let outcomes = [outcomes.0, outcomes.1, outcomes.2, outcomes.3];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_stale(outcome);
    }
}

/// Each body reads and then writes the same row. On PostgreSQL all but one of those that overlap
/// meet a serialization failure and run again.
pub async fn concurrent_changes_are_all_kept(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-one"))).await;
    let count_up = || {
        write(db, |tx| {
            let mut certificate = tx.certificates().find(&build::id("mc-one"))?.ok_or(StoreError::Stale)?;
            certificate.failed_issuances += 1;
            tx.certificates().update(&mut certificate)
        })
    };
    for _ in 0..5 {
        tokio::join!(count_up(), count_up(), count_up(), count_up());
    }
    let certificate = find(db, "mc-one").await.unwrap();
    assert_eq!((certificate.failed_issuances, certificate.revision), (20, 21));
}

pub async fn due_rows_come_oldest_first(db: &TestStore) {
    seed_basics(db.store()).await;
    assert_eq!(read(db, |tx| tx.certificates().next_due()).await, None);
    write(db, |tx| {
        for (id, due) in
            [("mc-c", Some(5)), ("mc-a", Some(7)), ("mc-b", Some(7)), ("mc-d", Some(9)), ("mc-e", None)]
        {
            let row = Certificate {
                next_action_at: due.map(build::at),
                source: Some(CertificateSource::Acme),
                ..build::certificate(id)
            };
            tx.certificates().insert(&row)?;
        }
        Ok(())
    })
    .await;
    let due = |seconds, limit| async move {
        let found = read(db, move |tx| tx.certificates().due(build::at(seconds), limit)).await;
        assert!(found.iter().all(|row| row.sans.len() == 1));
        found.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(due(4, 9).await, [""; 0]);
    assert_eq!(due(5, 9).await, ["mc-c"]);
    assert_eq!(due(8, 9).await, ["mc-c", "mc-a", "mc-b"]);
    assert_eq!(due(99, 2).await, ["mc-c", "mc-a"]);
    assert_eq!(read(db, |tx| tx.certificates().next_due()).await, Some(build::at(5)));
}
