//! CRLs of CAs outside certctl.

use super::{read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::id::CertificateId;
use certctl_domain::revocation::{CaRevocation, RevocationReason};
use certctl_domain::version::CertificateVersion;
use certctl_repository::{CrlLook, NamedCrl, WatchedCrl};

const URL: &str = "http://ca.example/a.crl";

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        for (id, end) in [("cv-a", 100), ("cv-b", 100), ("cv-over", 5)] {
            let version = CertificateVersion { not_after: build::at(end), ..build::version(id, "mc-one") };
            tx.versions().insert(&version)?;
        }
        let names = ["cv-a", "cv-b", "cv-over"].map(|id| NamedCrl {
            version_id: build::id(id),
            url: URL.to_owned(),
            ca_der: id.as_bytes().to_vec(),
        });
        tx.crl_watch().watch(&names, build::at(0))?;
        tx.crl_watch().watch(&names, build::at(50))
    })
    .await;
}

async fn leaves(db: &TestStore, after: &'static str) -> Vec<String> {
    let found = read(db, move |tx| tx.crl_watch().leaves(URL, build::at(10), after, 10)).await;
    found.into_iter().map(|leaf| leaf.id.to_string()).collect()
}

pub async fn a_crl_is_due_until_it_was_looked_at(db: &TestStore) {
    seed(db).await;
    let due = |at| read(db, move |tx| tx.crl_watch().due(build::at(at), 10));
    let found = due(0).await;
    let first = WatchedCrl { url: URL.to_owned(), ca_der: b"cv-a".to_vec(), failures: 0 };
    assert_eq!(found, [first]);
    let look = CrlLook {
        url: URL.to_owned(),
        checked_at: build::at(1),
        next_check_at: build::at(60),
        failures: 2,
        error: Some("away".to_owned()),
    };
    write(db, move |tx| tx.crl_watch().looked(&look)).await;
    assert!(due(59).await.is_empty());
    assert_eq!(due(60).await[0].failures, 2);
    write(db, |tx| tx.crl_watch().forget(URL)).await;
    assert!(due(99).await.is_empty() && leaves(db, "").await.is_empty());
}

pub async fn leaves_are_those_that_are_valid_and_not_known_as_revoked(db: &TestStore) {
    seed(db).await;
    assert_eq!(leaves(db, "").await, ["cv-a", "cv-b"]);
    assert_eq!(leaves(db, "cv-a").await, ["cv-b"]);
    let seen = CaRevocation {
        version_id: build::id("cv-a"),
        certificate_id: build::id("mc-one"),
        reason: RevocationReason::KeyCompromise,
        revoked_at: build::at(3),
        seen_at: build::at(4),
    };
    for first in [true, false] {
        let row = seen.clone();
        assert_eq!(write(db, move |tx| tx.crl_watch().mark(&row)).await, first);
    }
    assert_eq!(leaves(db, "").await, ["cv-b"]);
    let one: CertificateId = build::id("mc-one");
    assert_eq!(read(db, move |tx| tx.crl_watch().of_certificate(&one)).await, [seen]);
}
