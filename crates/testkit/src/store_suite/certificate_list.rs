//! The certificate list: filters, orders and paging.

use super::{read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_repository::{
    CertificateFilter, CertificateSort, CertificateSortKey, Cursor, JobFilter, PageRequest, StoreError,
};
use std::collections::BTreeMap;

const KEYS: [CertificateSortKey; 7] = [
    CertificateSortKey::CreatedAt,
    CertificateSortKey::UpdatedAt,
    CertificateSortKey::ExpiresAt,
    CertificateSortKey::Name,
    CertificateSortKey::CommonName,
    CertificateSortKey::Status,
    CertificateSortKey::Environment,
];

/// Eleven certificates whose sort keys collide in different ways; some never expire.
fn sample() -> Vec<Certificate> {
    let statuses = [CertificateStatus::Active, CertificateStatus::Pending, CertificateStatus::Failed];
    let row = |n: i64| Certificate {
        // Upper case sorts before lower case on both engines.
        name: format!("{}-{n:02}", if n % 2 == 0 { "Web" } else { "api" }),
        common_name: format!("cn{}.example.com", n % 4),
        environment: ["production", "", "Staging"]
            .into_iter()
            .nth(usize::try_from(n % 3).unwrap())
            .unwrap()
            .to_owned(),
        status: statuses.into_iter().nth(usize::try_from(n % 3).unwrap()).unwrap(),
        expires_at: (n % 4 != 0).then(|| build::at(1000 - n / 2)),
        created_at: build::at(n / 3),
        updated_at: build::at(50 - n / 2),
        ..build::certificate(&format!("mc-{n:02}"))
    };
    (0..11).map(row).collect()
}

async fn seed(db: &TestStore) -> Vec<Certificate> {
    seed_basics(db.store()).await;
    let rows = sample();
    let new = rows.clone();
    write(db, move |tx| new.iter().try_for_each(|row| tx.certificates().insert(row))).await;
    rows
}

/// The order a user is promised: by key, rows without an end of validity last, ties by id.
fn ordered(mut rows: Vec<Certificate>, sort: CertificateSort) -> Vec<String> {
    rows.sort_by(|a, b| {
        let by_key = match sort.key {
            CertificateSortKey::CreatedAt => a.created_at.cmp(&b.created_at),
            CertificateSortKey::UpdatedAt => a.updated_at.cmp(&b.updated_at),
            CertificateSortKey::ExpiresAt => a.expires_at.cmp(&b.expires_at),
            CertificateSortKey::Name => a.name.cmp(&b.name),
            CertificateSortKey::CommonName => a.common_name.cmp(&b.common_name),
            CertificateSortKey::Status => a.status.as_str().cmp(b.status.as_str()),
            CertificateSortKey::Environment => a.environment.cmp(&b.environment),
        };
        let forward = by_key.then(a.id.cmp(&b.id));
        let directed = if sort.descending { forward.reverse() } else { forward };
        match sort.key {
            CertificateSortKey::ExpiresAt => {
                a.expires_at.is_none().cmp(&b.expires_at.is_none()).then(directed)
            }
            _ => directed,
        }
    });
    rows.into_iter().map(|row| row.id.to_string()).collect()
}

pub async fn every_order_walks_all_rows_once(db: &TestStore) {
    let rows = seed(db).await;
    for key in KEYS {
        for descending in [false, true] {
            let sort = CertificateSort { key, descending };
            for per_page in [1, 3, 11, 12] {
                let list = move |tx: &mut dyn certctl_repository::Tx, page: &PageRequest| {
                    tx.certificates().list(&CertificateFilter::default(), sort, page)
                };
                let ids = walk(db, per_page, list, |row| row.id.to_string()).await;
                assert_eq!(ids, ordered(rows.clone(), sort), "{sort:?}, {per_page} per page");
            }
        }
    }
}

pub async fn pages_by_number_and_by_cursor_agree(db: &TestStore) {
    let rows = seed(db).await;
    let expected = ordered(rows, CertificateSort::default());
    let list = |page: PageRequest| {
        read(db, move |tx| {
            tx.certificates().list(&CertificateFilter::default(), CertificateSort::default(), &page)
        })
    };
    let mut after = None;
    for (number, ids) in (1..).zip(expected.chunks(4)) {
        let by_number = list(PageRequest { page: number, per_page: 4, after: None }).await;
        assert_eq!(by_number.items.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ids);
        assert_eq!(by_number.total, 11);
        if number > 1 {
            // A cursor wins over a page number.
            let by_cursor = list(PageRequest { page: 77, per_page: 4, after }).await;
            assert_eq!(by_cursor, by_number);
        }
        after = by_number.next;
    }
    assert_eq!(after, None);
    let beyond = list(PageRequest { page: u32::MAX, per_page: u32::MAX, after: None }).await;
    assert_eq!((beyond.items.len(), beyond.total), (0, 11));
}

pub async fn a_foreign_cursor_is_refused(db: &TestStore) {
    let page = PageRequest {
        page: 1,
        per_page: 5,
        after: Some(Cursor { key: "x".to_owned(), id: "mc-01".to_owned() }),
    };
    for key in [CertificateSortKey::CreatedAt, CertificateSortKey::UpdatedAt, CertificateSortKey::ExpiresAt] {
        let (page, sort) = (page.clone(), CertificateSort { key, descending: true });
        let list = db
            .store()
            .read("test.list", move |tx| tx.certificates().list(&CertificateFilter::default(), sort, &page));
        let outcome = list.await;
        assert!(matches!(outcome, Err(StoreError::InvalidCursor)), "{outcome:?}");
    }
    let jobs = db.store().read("test.list", move |tx| tx.jobs().list(&JobFilter::default(), &page)).await;
    assert!(matches!(jobs, Err(StoreError::InvalidCursor)), "{jobs:?}");
}

/// Ids found by a filter, in order of id.
async fn found(db: &TestStore, filter: CertificateFilter) -> Vec<String> {
    let sort = CertificateSort { key: CertificateSortKey::Name, descending: false };
    let list = move |tx: &mut dyn certctl_repository::Tx, page: &PageRequest| {
        tx.certificates().list(&filter, sort, page)
    };
    let mut ids = walk(db, 2, list, |row: &Certificate| row.id.to_string()).await;
    ids.sort();
    ids
}

pub async fn every_filter_restricts(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.teams().insert(&build::team("t-b"))?;
        tx.owners().insert(&build::owner("o-b"))?;
        tx.issuers().insert(&build::issuer("iss-b"))?;
        tx.profiles().insert(&build::profile("prof-b"))?;
        tx.renewal_policies().insert(&build::policy("rp-b"))?;
        for (n, id) in ["mc-a", "mc-b", "mc-c", "mc-d", "mc-e", "mc-f"].into_iter().enumerate() {
            let mut row = build::certificate(id);
            match n {
                0 => row.environment = String::from("lab"),
                1 => row.owner_id = build::id("o-b"),
                2 => row.team_id = build::id("t-b"),
                3 => row.issuer_id = build::id("iss-b"),
                4 => row.profile_id = Some(build::id("prof-b")),
                _ => {
                    row.profile_id = None;
                    row.status = CertificateStatus::Archived;
                }
            }
            if n > 3 {
                row.renewal_policy_id = build::id("rp-b");
                row.tags = BTreeMap::from([("env".into(), "a=b c".into()), ("n".into(), n.to_string())]);
            }
            let seconds = i64::try_from(n).unwrap();
            row.expires_at = (n > 0).then(|| build::at(100 + seconds));
            (row.created_at, row.updated_at) = (build::at(seconds), build::at(10 + seconds));
            tx.certificates().insert(&row)?;
        }
        tx.deployments().insert(&build::mapping("mc-f"))
    })
    .await;
    let none = CertificateFilter::default;
    let tagged = |tags: &[(&str, &str)]| {
        tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let cases: [(CertificateFilter, &[&str]); 19] = [
        (none(), &["mc-a", "mc-b", "mc-c", "mc-d", "mc-e", "mc-f"]),
        (CertificateFilter { environment: Some("lab".to_owned()), ..none() }, &["mc-a"]),
        (CertificateFilter { owner_id: Some(build::id("o-b")), ..none() }, &["mc-b"]),
        (CertificateFilter { team_id: Some(build::id("t-b")), ..none() }, &["mc-c"]),
        (CertificateFilter { issuer_id: Some(build::id("iss-b")), ..none() }, &["mc-d"]),
        (CertificateFilter { profile_id: Some(build::id("prof-b")), ..none() }, &["mc-e"]),
        (CertificateFilter { agent_id: Some(build::id(build::AGENT)), ..none() }, &["mc-f"]),
        (CertificateFilter { agent_id: Some(build::id("agent-none")), ..none() }, &[]),
        (CertificateFilter { target_id: Some(build::id(build::TARGET)), ..none() }, &["mc-f"]),
        (CertificateFilter { renewal_policy_id: Some(build::id("rp-b")), ..none() }, &["mc-e", "mc-f"]),
        (CertificateFilter { tags: tagged(&[("env", "a=b c")]), ..none() }, &["mc-e", "mc-f"]),
        (CertificateFilter { tags: tagged(&[("env", "a=b c"), ("n", "5")]), ..none() }, &["mc-f"]),
        (CertificateFilter { tags: tagged(&[("env", "5")]), ..none() }, &[]),
        (CertificateFilter { without_archived: true, ..none() }, &["mc-a", "mc-b", "mc-c", "mc-d", "mc-e"]),
        (CertificateFilter { expires_before: Some(build::at(103)), ..none() }, &["mc-b", "mc-c"]),
        (CertificateFilter { expires_after: Some(build::at(103)), ..none() }, &["mc-e", "mc-f"]),
        (CertificateFilter { created_after: Some(build::at(3)), ..none() }, &["mc-e", "mc-f"]),
        (CertificateFilter { updated_after: Some(build::at(14)), ..none() }, &["mc-f"]),
        (
            CertificateFilter {
                created_after: Some(build::at(1)),
                expires_before: Some(build::at(103)),
                ..none()
            },
            &["mc-c"],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(db, filter.clone()).await, expected, "{filter:?}");
    }
}

pub async fn search_takes_patterns_literally(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for (id, name, common_name) in [
            ("mc-a", "100% cover", "a.example.com"),
            ("mc-b", "under_score", "B.Example.ORG"),
            ("mc-c", r"back\slash", "c.example.com"),
            ("mc-d", "Größe", "d.example.com"),
        ] {
            let row = Certificate {
                name: name.to_owned(),
                common_name: common_name.to_owned(),
                ..build::certificate(id)
            };
            tx.certificates().insert(&row)?;
        }
        Ok(())
    })
    .await;
    for (search, expected) in [
        ("%", vec!["mc-a"]),
        ("_", vec!["mc-b"]),
        ("\\", vec!["mc-c"]),
        ("example.COM", vec!["mc-a", "mc-c", "mc-d"]),
        ("b.example", vec!["mc-b"]),
        ("GRÖSSE", vec![]),
        ("GRÖß", vec!["mc-d"]),
        ("'; DROP TABLE jobs --", vec![]),
        ("", vec!["mc-a", "mc-b", "mc-c", "mc-d"]),
    ] {
        let filter = CertificateFilter { search: Some(search.to_owned()), ..CertificateFilter::default() };
        assert_eq!(found(db, filter).await, expected, "{search}");
    }
}

pub async fn status_is_judged_at_the_given_time(db: &TestStore) {
    seed_basics(db.store()).await;
    let rows: Vec<Certificate> = [
        (CertificateStatus::Active, Some(20), Some(10)),
        (CertificateStatus::Active, Some(40), Some(30)),
        (CertificateStatus::Active, Some(40), None),
        (CertificateStatus::Active, None, None),
        (CertificateStatus::RenewalInProgress, Some(20), Some(10)),
        (CertificateStatus::Pending, None, None),
        (CertificateStatus::Failed, Some(20), Some(10)),
        (CertificateStatus::Revoked, Some(20), Some(10)),
        (CertificateStatus::Archived, None, None),
    ]
    .into_iter()
    .enumerate()
    .map(|(n, (status, expires, expiring))| Certificate {
        status,
        expires_at: expires.map(build::at),
        expiring_from: expiring.map(build::at),
        ..build::certificate(&format!("mc-{n}"))
    })
    .collect();
    let new = rows.clone();
    write(db, move |tx| new.iter().try_for_each(|row| tx.certificates().insert(row))).await;
    for seconds in [9, 10, 19, 20, 30, 39, 40] {
        let now = build::at(seconds);
        for status in CertificateStatus::ALL {
            let shown = |row: &&Certificate| row.status_at(now) == *status;
            let expected: Vec<String> = rows.iter().filter(shown).map(|row| row.id.to_string()).collect();
            let filter =
                CertificateFilter { status: Some(*status), now: Some(now), ..CertificateFilter::default() };
            assert_eq!(found(db, filter).await, expected, "{status} after {seconds} s");
        }
    }
}
