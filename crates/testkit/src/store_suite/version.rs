//! Issued versions.

use super::{assert_refused, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::version::CertificateVersion;
use certctl_repository::StoreError;

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.agents().insert(&build::agent("agent-two"))?;
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.certificates().insert(&build::certificate("mc-two"))
    })
    .await;
}

pub async fn versions_come_back_as_stored(db: &TestStore) {
    seed(db).await;
    let version = CertificateVersion {
        job_id: Some(build::id("job-one")),
        agent_id: None,
        not_before: build::at(-5),
        not_after: build::at(5),
        key_algorithm: "RSA".to_owned(),
        key_size: 4096,
        created_at: build::at(1),
        ..build::version("cv-odd", "mc-one")
    };
    let row = version.clone();
    write(db, move |tx| {
        tx.versions().insert(&row)?;
        tx.versions().insert(&build::version("cv-other", "mc-two"))?;
        tx.versions()
            .insert(&CertificateVersion { created_at: build::at(2), ..build::version("cv-new", "mc-one") })
    })
    .await;
    assert_eq!(read(db, |tx| tx.versions().find(&build::id("cv-odd"))).await, Some(version));
    assert_eq!(read(db, |tx| tx.versions().find(&build::id("cv-none"))).await, None);
    let list = |tx: &mut dyn certctl_repository::Tx, page: &_| tx.versions().list(&build::id("mc-one"), page);
    assert_eq!(walk(db, 1, list, |version| version.id.to_string()).await, ["cv-new", "cv-odd"]);
}

pub async fn the_latest_version_of_each_holder_is_found(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        for (id, agent, created) in [
            ("cv-a", Some(build::AGENT), 1),
            ("cv-b", Some(build::AGENT), 3),
            ("cv-c", Some(build::AGENT), 3),
            ("cv-d", Some("agent-two"), 2),
            ("cv-e", None, 0),
        ] {
            tx.versions().insert(&CertificateVersion {
                agent_id: agent.map(build::id),
                created_at: build::at(created),
                ..build::version(id, "mc-one")
            })?;
        }
        tx.versions()
            .insert(&CertificateVersion { created_at: build::at(9), ..build::version("cv-x", "mc-two") })
    })
    .await;
    let latest = |agent: &'static str| {
        read(db, move |tx| tx.versions().latest_of_agent(&build::id("mc-one"), &build::id(agent)))
    };
    assert_eq!(latest(build::AGENT).await.map(|version| version.id), Some(build::id("cv-c")));
    assert_eq!(latest("agent-two").await.map(|version| version.id), Some(build::id("cv-d")));
    assert_eq!(latest("agent-none").await, None);
}

pub async fn fingerprints_and_serial_numbers_are_unique(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        tx.issuers().insert(&build::issuer("iss-two"))?;
        tx.versions().insert(&build::version("cv-one", "mc-one"))
    })
    .await;
    let (first, new) = (build::version("cv-one", "mc-one"), build::version("cv-two", "mc-one"));
    let insert = |version: CertificateVersion| attempt(db, move |tx| tx.versions().insert(&version));
    let same = CertificateVersion { fingerprint_sha256: first.fingerprint_sha256.clone(), ..new.clone() };
    assert_refused!(insert(same).await, Duplicate, "version.fingerprint_sha256");
    let same = CertificateVersion { serial_number: first.serial_number.clone(), ..new.clone() };
    assert_refused!(insert(same.clone()).await, Duplicate, "version.serial_number");
    insert(CertificateVersion { issuer_id: build::id("iss-two"), ..same }).await.unwrap();
    let orphan =
        CertificateVersion { certificate_id: build::id("mc-none"), ..build::version("cv-three", "mc-one") };
    assert_refused!(insert(orphan).await, Missing, "version.certificate_id");
}

pub async fn many_versions_are_added_and_found_at_once(db: &TestStore) {
    seed(db).await;
    let many: Vec<_> = (0..3).map(|n| build::version(&format!("cv-{n}"), "mc-one")).collect();
    let rows = many.clone();
    write(db, move |tx| tx.versions().insert_all(&rows)).await;
    let leaves: Vec<_> = many.iter().skip(1).map(|version| version.fingerprint_sha256.clone()).collect();
    let mut found = read(db, move |tx| {
        let mut leaves: Vec<&str> = leaves.iter().map(String::as_str).collect();
        leaves.push("unknown");
        tx.versions().find_by_fingerprints(&leaves)
    })
    .await;
    found.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(found, many[1..]);
    let same = CertificateVersion {
        serial_number: many[0].serial_number.clone(),
        ..build::version("cv-8", "mc-one")
    };
    let again = [build::version("cv-9", "mc-one"), same];
    let refused = attempt(db, move |tx| tx.versions().insert_all(&again)).await;
    assert_refused!(refused, Duplicate, "version.serial_number");
    let missing = [build::version("cv-9", "mc-one"), build::version("cv-8", "mc-none")];
    let refused = attempt(db, move |tx| tx.versions().insert_all(&missing)).await;
    assert_refused!(refused, Missing, "version.certificate_id");
}
