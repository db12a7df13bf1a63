//! What callers see when the database goes away or other transactions get in the way.

use certctl_domain::Timestamp;
use certctl_repository::{Store, StoreError, TxMode};
use certctl_repository_diesel::{
    DatabaseOptions, DatabaseUrl, Engine, Migrations, OpenError, TxObserver, TxOutcome, TxReport, open,
    provision,
};
use certctl_testkit::{TestStore, build, seed_basics};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug, Default)]
struct Reports(Mutex<Vec<TxReport>>);

impl TxObserver for Reports {
    fn observe(&self, report: &TxReport) {
        self.0.lock().unwrap().push(*report);
    }
}

/// Another replica on the database of a test, with its reports.
async fn replica(db: &TestStore, max_connections: u32) -> (Store, Arc<Reports>) {
    let reports = Arc::new(Reports::default());
    let options = DatabaseOptions {
        max_connections,
        migrations: Migrations::Require,
        observer: Arc::<Reports>::clone(&reports),
        ..DatabaseOptions::new(db.url().clone())
    };
    (Store::new(Arc::new(open(options).await.unwrap())), reports)
}

/// Ends every other session on the database, as a restart of the server does.
fn restart(url: &DatabaseUrl) {
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
    provision::execute(url, &[terminate]).unwrap();
}

async fn add_team(store: &Store, id: &'static str) -> Result<(), StoreError> {
    store.write("test.team", move |tx| tx.teams().insert(&build::team(id))).await
}

#[tokio::test]
async fn connections_that_died_in_the_pool_are_replaced_unnoticed() {
    let db = TestStore::postgres().await;
    add_team(db.store(), "t-one").await.unwrap();
    restart(db.url());
    add_team(db.store(), "t-two").await.unwrap();
    restart(db.url());
    add_team(db.store(), "t-three").await.unwrap();
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_is_unavailable_and_leaves_nothing() {
    let db = TestStore::postgres().await;
    let (store, reports) = replica(&db, 2).await;
    let url = db.url().clone();
    let cut_off = store.write("test.cut", move |tx| {
        tx.teams().insert(&build::team("t-one"))?;
        restart(&url);
        tx.teams().insert(&build::team("t-two"))
    });
    let outcome: Result<(), StoreError> = cut_off.await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    let url = db.url().clone();
    let cut_off = store.write("test.cut", move |tx| {
        tx.teams().insert(&build::team("t-one"))?;
        restart(&url);
        Ok(())
    });
    let outcome: Result<(), StoreError> = cut_off.await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    add_team(&store, "t-three").await.unwrap();
    let teams =
        store.read("test.teams", |tx| tx.teams().list(&certctl_repository::PageRequest::first(9))).await;
    let teams: Result<_, StoreError> = teams;
    assert_eq!(teams.unwrap().items, [build::team("t-three")]);
    let outcomes: Vec<_> = reports.0.lock().unwrap().iter().map(|report| report.outcome).collect();
    let expected =
        [TxOutcome::RolledBack, TxOutcome::Unavailable, TxOutcome::Committed, TxOutcome::Committed];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn an_unreachable_server_is_named_without_its_password() {
    let url: DatabaseUrl = "postgres://certctl:secret@127.0.0.1:1/certctl".parse().unwrap();
    let options =
        DatabaseOptions { connect_timeout: Duration::from_millis(100), ..DatabaseOptions::new(url) };
    let refused = open(options).await.unwrap_err();
    assert!(matches!(refused, OpenError::Connect { .. }), "{refused:?}");
    let mut chain = refused.to_string();
    let mut source = std::error::Error::source(&refused);
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    assert!(chain.contains("127.0.0.1") && !chain.contains("secret"), "{chain}");
}

/// Every run of the body meets a row that changed after its snapshot was taken.
#[tokio::test]
async fn a_body_that_always_meets_a_conflict_is_given_up() {
    let db = TestStore::postgres().await;
    let (store, reports) = replica(&db, 2).await;
    seed_basics(db.store()).await;
    let url = db.url().clone();
    let contended = store.write("test.contended", move |tx| {
        let mut issuer = tx.issuers().find(&build::id(build::ISSUER))?.ok_or(StoreError::Stale)?;
        provision::execute(&url, &["UPDATE issuers SET revision = revision + 1"]).unwrap();
        tx.issuers().update(&mut issuer)
    });
    let outcome: Result<(), StoreError> = contended.await;
    assert!(matches!(outcome, Err(StoreError::Contended)), "{outcome:?}");
    let report = *reports.0.lock().unwrap().first().unwrap();
    assert_eq!((report.name, report.mode, report.attempts), ("test.contended", TxMode::Write, 10));
    assert_eq!(report.outcome, TxOutcome::Contended);
    assert!(report.duration >= report.waited);
}

/// Two transactions that lock two rows in opposite order: the server ends one, which runs again.
#[tokio::test]
async fn a_deadlock_is_resolved_by_running_again() {
    let db = TestStore::postgres().await;
    let basics = seed_basics(db.store()).await;
    let both_hold_one = Arc::new(std::sync::Barrier::new(2));
    let update = |first: &'static str| {
        let (barrier, target) = (Arc::clone(&both_hold_one), basics.target.id.clone());
        let mut runs = 0;
        db.store().write("test.deadlock", move |tx| -> Result<u32, StoreError> {
            runs += 1;
            let record = |tx: &mut dyn certctl_repository::Tx, what: &str, at: Timestamp| match what {
                "issuer" => tx.issuers().record_test(&build::id(build::ISSUER), build::id("failed"), at),
                _ => tx.targets().record_test(&target, build::id("failed"), at),
            };
            record(tx, first, build::at(1))?;
            if runs == 1 {
                barrier.wait();
            }
            record(tx, if first == "issuer" { "target" } else { "issuer" }, build::at(1))?;
            Ok(runs)
        })
    };
    let (a, b) = tokio::join!(update("issuer"), update("target"));
    assert_eq!(a.unwrap() + b.unwrap(), 3);
}

#[tokio::test]
async fn claimed_jobs_are_disjoint_across_replicas() {
    let db = TestStore::postgres().await;
    assert_eq!(db.database().engine(), Engine::Postgres);
    let (other, _) = replica(&db, 2).await;
    let insert: Result<(), StoreError> = db
        .store()
        .write("test.jobs", |tx| {
            tx.jobs().insert(&build::job("job-a"))?;
            tx.jobs().insert(&build::job("job-b"))
        })
        .await;
    insert.unwrap();
    let request = |owner: &str| certctl_repository::ClaimRequest {
        owner: owner.to_owned(),
        at: build::at(1),
        until: build::at(60),
        limit: 1,
    };
    // While one claim is open, the other must neither wait for its row nor get it.
    let both_claimed = Arc::new(std::sync::Barrier::new(2));
    let claim = |store: &Store, owner: &str| {
        let (request, barrier) = (request(owner), Arc::clone(&both_claimed));
        let store = store.clone();
        async move {
            let claimed: Result<_, StoreError> = store
                .claim("test.claim", move |tx| {
                    let jobs = tx.jobs().claim_for_server(&request)?;
                    barrier.wait();
                    Ok(jobs)
                })
                .await;
            claimed.unwrap().into_iter().map(|job| job.id.to_string()).collect::<Vec<_>>()
        }
    };
    let (a, b) = tokio::join!(claim(db.store(), "a"), claim(&other, "b"));
    let mut all = [a, b].concat();
    all.sort();
    assert_eq!(all, ["job-a", "job-b"]);
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_its_connection_and_commits_nothing() {
    let db = TestStore::postgres().await;
    let (store, _) = replica(&db, 1).await;
    let (held, mut is_held) = tokio::sync::mpsc::unbounded_channel();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let holder = db.store().write("test.hold", move |tx| {
        tx.teams().insert(&build::team("t-one"))?;
        let _ = held.send(());
        let _ = wait.recv();
        Err::<(), _>(StoreError::Stale)
    });
    let test = async {
        is_held.recv().await.unwrap();
        // Waits for the other transaction's row; its caller loses patience.
        let impatient = tokio::time::timeout(Duration::from_millis(200), add_team(&store, "t-one")).await;
        impatient.unwrap_err();
        let soon = tokio::time::timeout(Duration::from_secs(20), add_team(&store, "t-two")).await;
        soon.expect("the only connection is free again").unwrap();
        release.send(()).unwrap();
    };
    let (undone, ()) = tokio::join!(holder, test);
    undone.unwrap_err();
    let teams = store.read("test.teams", |tx| tx.teams().list(&certctl_repository::PageRequest::first(9)));
    let teams: Result<_, StoreError> = teams.await;
    assert_eq!(teams.unwrap().items, [build::team("t-two")]);
}

#[tokio::test]
async fn a_transaction_that_nobody_waits_for_stops_at_its_next_statement() {
    for db in [TestStore::sqlite().await, TestStore::postgres().await] {
        let (began, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
        let body = db.store().write("test.left", move |tx| {
            tx.teams().insert(&build::team("t-one"))?;
            let _ = began.send(());
            let _ = wait.recv();
            let second = tx.teams().insert(&build::team("t-two"));
            let _ = ended.send(second.is_err());
            Ok::<(), StoreError>(())
        });
        tokio::select! {
            outcome = body => panic!("{outcome:?}"),
            signal = has_begun.recv() => signal.unwrap(),
        }
        go.send(()).unwrap();
        assert!(has_ended.recv().await.unwrap(), "the second statement was refused");
        add_team(db.store(), "t-three").await.unwrap();
        let teams =
            db.store().read("test.teams", |tx| tx.teams().list(&certctl_repository::PageRequest::first(9)));
        let teams: Result<_, StoreError> = teams.await;
        assert_eq!(teams.unwrap().items, [build::team("t-three")]);
    }
}
