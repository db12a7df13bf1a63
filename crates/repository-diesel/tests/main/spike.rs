//! What the storage layer takes for granted of diesel, on both engines (ADR 0002).

use certctl_domain::Timestamp;
use certctl_repository::TxMode;
use certctl_repository_diesel::internals::{
    AnyConn, ConnectionSource, DbTime, Endpoint, MultiBackend, SqliteRole, begin, commit, roll_back,
};
use certctl_repository_diesel::on_backend;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use std::time::Duration;

diesel::table! {
    trial (id) {
        id -> Text,
        state -> Text,
        attempts -> BigInt,
        done -> Bool,
        note -> Nullable<Text>,
        blob -> Nullable<Binary>,
        at -> Timestamp,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = trial, treat_none_as_null = true)]
struct Trial {
    id: String,
    state: String,
    attempts: i64,
    done: bool,
    note: Option<String>,
    blob: Option<Vec<u8>>,
    at: DbTime,
}

fn trial_row(id: &str, micros: i64) -> Trial {
    Trial {
        id: id.to_owned(),
        state: "open".to_owned(),
        attempts: 0,
        done: false,
        note: Some("n".to_owned()),
        blob: Some(vec![0, 1, 255]),
        at: Timestamp::from_unix_micros(micros).into(),
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
fn postgres() -> Endpoint {
    let url = std::env::var("CERTCTL_TEST_PG_URL").expect(
        "CERTCTL_TEST_PG_URL is not set: run `cargo xtask test`, which starts a PostgreSQL for the tests",
    );
    let application_name = "certctl's spike".to_owned();
    Endpoint::Postgres { url, application_name, statement_timeout: Duration::from_secs(30) }
}

fn on_each_engine(case: impl Fn(&mut AnyConn)) {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = Endpoint::Sqlite { path: dir.path().join("spike.db"), role: SqliteRole::Writer };
    for endpoint in [sqlite, postgres()] {
        let conn = &mut endpoint.connect().unwrap();
        conn.batch_execute(
            "CREATE TEMPORARY TABLE trial (id TEXT PRIMARY KEY, state TEXT NOT NULL, attempts BIGINT NOT NULL,
             done BOOLEAN NOT NULL, note TEXT, blob BYTEA, at TIMESTAMP NOT NULL)",
        )
        .unwrap();
        case(conn);
    }
}

fn insert(conn: &mut AnyConn, row: &Trial) {
    diesel::insert_into(trial::table).values(row).execute(conn).unwrap();
}

fn count(conn: &mut AnyConn) -> i64 {
    trial::table.count().get_result(conn).unwrap()
}

#[test]
fn returning_gives_back_the_inserted_and_the_updated_row() {
    on_each_engine(|conn| {
        let row = trial_row("a", 1);
        let inserted: Trial = diesel::insert_into(trial::table)
            .values(&row)
            .returning(trial::all_columns)
            .get_result(conn)
            .unwrap();
        assert_eq!(inserted, row);
        let updated: Vec<(String, i64)> = diesel::update(trial::table.filter(trial::state.eq("open")))
            .set(trial::attempts.eq(trial::attempts + 1))
            .returning((trial::id, trial::attempts))
            .get_results(conn)
            .unwrap();
        assert_eq!(updated, [("a".to_owned(), 1)]);
    });
}

#[test]
fn boxed_filters_combine_with_eq_any_and_paging() {
    on_each_engine(|conn| {
        for n in 0..6 {
            insert(conn, &trial_row(&format!("r{n}"), n));
        }
        let wanted: Vec<String> = (0..5).map(|n| format!("r{n}")).collect();
        let mut query = trial::table.into_boxed::<MultiBackend>();
        query = query.filter(trial::id.eq_any(wanted)).filter(trial::state.like("op%"));
        query = query.filter(trial::at.le(DbTime::from(Timestamp::from_unix_micros(3))));
        query = query.order_by(trial::at.desc()).then_order_by(trial::id.desc()).limit(2).offset(1);
        let rows: Vec<Trial> = query.select(Trial::as_select()).load(conn).unwrap();
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["r2", "r1"]);
    });
}

#[test]
fn a_transaction_begun_inside_is_committed_and_undone_through_the_enum() {
    on_each_engine(|conn| {
        begin(conn, TxMode::Write).unwrap();
        insert(conn, &trial_row("kept", 1));
        let nested: Result<(), Error> = conn.transaction(|conn| {
            insert(conn, &trial_row("undone by the savepoint", 1));
            Err(Error::RollbackTransaction)
        });
        assert_eq!(nested, Err(Error::RollbackTransaction));
        commit(conn).unwrap();
        begin(conn, TxMode::Claim).unwrap();
        insert(conn, &trial_row("undone", 1));
        roll_back(conn).unwrap();
        begin(conn, TxMode::Read).unwrap();
        assert_eq!(trial::table.select(trial::id).load::<String>(conn).unwrap(), ["kept"]);
        commit(conn).unwrap();
    });
}

#[test]
fn the_pool_discards_a_connection_left_in_a_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = Endpoint::Sqlite { path: dir.path().join("spike.db"), role: SqliteRole::Writer };
    for endpoint in [sqlite, postgres()] {
        let pool = r2d2::Pool::builder().max_size(1).build(ConnectionSource(endpoint)).unwrap();
        pool.get().unwrap().conn.batch_execute("CREATE TEMPORARY TABLE mark (id TEXT)").unwrap();
        let mut session = pool.get().unwrap();
        session.conn.batch_execute("SELECT * FROM mark").expect("a clean connection is used again");
        begin(&mut session.conn, TxMode::Write).unwrap();
        drop(session);
        let marked = pool.get().unwrap().conn.batch_execute("SELECT * FROM mark");
        assert!(marked.is_err(), "the open transaction was handed on");
    }
}

#[test]
fn an_upsert_is_written_once_for_both_engines() {
    on_each_engine(|conn| {
        for _ in 0..3 {
            let rows = on_backend!(conn, |conn| diesel::insert_into(trial::table)
                .values(&trial_row("a", 1))
                .on_conflict(trial::id)
                .do_update()
                .set(trial::attempts.eq(trial::attempts + 1))
                .execute(conn));
            assert_eq!(rows, Ok(1));
        }
        assert_eq!(trial::table.select(trial::attempts).first::<i64>(conn), Ok(2));
        let ignored = on_backend!(conn, |conn| diesel::insert_into(trial::table)
            .values(&trial_row("a", 1))
            .on_conflict_do_nothing()
            .execute(conn));
        assert_eq!(ignored, Ok(0));
    });
}

#[test]
fn times_come_back_equal_and_in_order() {
    let instants = [-1, 0, 1, 1_000, 999_999, 1_000_000, 1_764_000_000_123_456, 253_402_300_799_999_999];
    on_each_engine(|conn| {
        for micros in instants {
            insert(conn, &trial_row(&format!("t{micros}"), micros));
        }
        let stored: Vec<DbTime> = trial::table.select(trial::at).order(trial::at.asc()).load(conn).unwrap();
        let stored: Vec<i64> = stored.into_iter().map(|at| Timestamp::from(at).unix_micros()).collect();
        assert_eq!(stored, instants);
    });
}

#[test]
fn a_broken_unique_rule_is_reported_as_one() {
    on_each_engine(|conn| {
        insert(conn, &trial_row("a", 1));
        let second = diesel::insert_into(trial::table).values(&trial_row("a", 1)).execute(conn);
        assert!(
            matches!(second, Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))),
            "{second:?}"
        );
        assert_eq!(count(conn), 1);
    });
}

#[test]
fn the_real_reason_of_a_failed_connection_is_kept() {
    let nowhere = Endpoint::Postgres {
        url: "postgres://nobody@127.0.0.1:1/none".to_owned(),
        application_name: "spike".to_owned(),
        statement_timeout: Duration::ZERO,
    };
    let error = nowhere.connect().unwrap_err().to_string();
    assert!(error.contains("127.0.0.1"), "{error}");
}

#[test]
fn libpq_can_speak_tls() {
    // Without TLS compiled in, libpq refuses with "sslmode value ... invalid when SSL support is not compiled in".
    let Endpoint::Postgres { url, .. } = postgres() else { unreachable!() };
    let url = format!("{url}?sslmode=require");
    let endpoint =
        Endpoint::Postgres { url, application_name: "spike".to_owned(), statement_timeout: Duration::ZERO };
    let error = endpoint.connect().unwrap_err().to_string();
    assert!(error.contains("server does not support SSL"), "{error}");
}
