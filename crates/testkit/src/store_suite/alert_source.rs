//! Looks at ends, health of issuers, and approval requests near their end.

use super::{read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::Timestamp;
use certctl_domain::approval::ApprovalState;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::issuer::IssuerHealth;
use certctl_repository::ExpiryLook;
use std::time::Duration;

async fn due(db: &TestStore, at: Timestamp) -> Vec<ExpiryLook> {
    read(db, move |tx| tx.expiry_looks().due(at, None, 10)).await
}

async fn plan(db: &TestStore, due_at: Option<Timestamp>) {
    write(db, move |tx| tx.expiry_looks().plan(&build::id("mc-one"), due_at)).await;
}

pub async fn looks_are_due_by_time_and_whatever_moves_an_end_makes_them_due_again(db: &TestStore) {
    seed_basics(db.store()).await;
    let issued = |id: &str| Certificate {
        status: CertificateStatus::Active,
        expires_at: Some(build::at(900)),
        ..build::certificate(id)
    };
    let rows = [issued("mc-one"), issued("mc-two"), build::certificate("mc-never")];
    write(db, move |tx| rows.iter().try_for_each(|row| tx.certificates().insert(row))).await;
    let ids =
        |looks: &[ExpiryLook]| looks.iter().map(|look| look.certificate_id.to_string()).collect::<Vec<_>>();
    let all = due(db, build::at(0)).await;
    assert_eq!(ids(&all), ["mc-one", "mc-two"], "what was never issued has no end");
    let rest = {
        let first = all[0].clone();
        read(db, move |tx| tx.expiry_looks().due(build::at(0), Some(&first), 10)).await
    };
    assert_eq!(ids(&rest), ["mc-two"]);

    write(db, |tx| tx.expiry_looks().plan(&build::id("mc-two"), None)).await;
    plan(db, Some(build::at(50))).await;
    assert_eq!((due(db, build::at(49)).await.len(), due(db, build::at(50)).await.len()), (0, 1));
    plan(db, Some(build::at(60))).await;
    let found = read(db, |tx| tx.expiry_looks().find(&build::id("mc-one"))).await;
    assert_eq!(found.map(|look| look.due_at), Some(build::at(60)));

    let again = async |what: &str| {
        assert_eq!(due(db, build::at(1)).await.len(), 1, "{what}");
        plan(db, Some(build::at(9_000))).await;
    };
    let change = |apply: fn(&mut Certificate)| {
        write(db, move |tx| {
            let mut row = tx.certificates().find(&build::id("mc-one"))?.unwrap();
            apply(&mut row);
            tx.certificates().update(&mut row)
        })
    };
    change(|row| "lab".clone_into(&mut row.environment)).await;
    assert_eq!(due(db, build::at(1)).await, [], "what moves no end has nothing looked at");
    change(|row| (row.expires_at, row.updated_at) = (Some(build::at(2_000)), build::at(1))).await;
    assert_eq!(
        due(db, build::at(1)).await[0].due_at,
        build::at(1),
        "since the change, not since its creation"
    );
    again("a new end").await;
    change(|row| row.status = CertificateStatus::Archived).await;
    again("out of service").await;
    change(|row| row.status = CertificateStatus::Active).await;
    again("back in service").await;

    let policy = |apply: fn(&mut certctl_domain::renewal::RenewalPolicy)| {
        write(db, move |tx| {
            let mut row = tx.renewal_policies().find(&build::id(build::POLICY))?.unwrap();
            let last = row.updated_at;
            apply(&mut row);
            row.updated_at = last.plus(Duration::from_secs(1));
            tx.renewal_policies().update(&row, last)
        })
    };
    policy(|row| row.max_retries = 9).await;
    assert_eq!(due(db, build::at(1)).await, []);
    policy(|row| row.alert_thresholds_days = vec![20]).await;
    let all = due(db, build::at(2)).await;
    assert!(
        all.len() == 2 && all.iter().all(|look| look.due_at == build::at(2)),
        "every certificate of the policy"
    );
}

pub async fn an_issuer_is_well_until_something_is_noted(db: &TestStore) {
    seed_basics(db.store()).await;
    let find = || read(db, |tx| tx.issuer_health().find(&build::id(build::ISSUER)));
    assert_eq!(find().await, IssuerHealth::default());
    for health in [
        IssuerHealth {
            consecutive_failures: 3,
            failing_since: Some(build::at(5)),
            last_error: Some("down".to_owned()),
        },
        IssuerHealth::default(),
    ] {
        let row = health.clone();
        write(db, move |tx| tx.issuer_health().put(&build::id(build::ISSUER), &row)).await;
        assert_eq!(find().await, health);
    }
}

pub async fn a_request_is_told_once_and_only_while_it_is_pending(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        let mut decided = build::approval("ar-decided", "mc-one");
        assert!(decided.decide(ApprovalState::Approved, "bob", None, build::at(1)));
        let mut later = build::approval("ar-later", "mc-one");
        later.created_at = build::at(10);
        let rows = [build::approval("ar-one", "mc-one"), later, decided];
        rows.iter().try_for_each(|row| tx.approvals().insert(row))
    })
    .await;
    let untold = || read(db, |tx| tx.approvals().untold(build::at(10), 5));
    let tell =
        |id: &'static str| write(db, move |tx| tx.approvals().note_told(&build::id(id), build::at(11)));
    let ids: Vec<_> = untold().await.into_iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids, ["ar-one"]);
    assert!(tell("ar-one").await);
    assert!(!tell("ar-one").await && !tell("ar-decided").await && !tell("ar-none").await);
    assert_eq!(untold().await, []);
}
