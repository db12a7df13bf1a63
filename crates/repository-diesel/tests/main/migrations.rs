//! Migrations on both engines, and their agreement with the schema of the code.

use certctl_repository_diesel::internals::{
    AnyConn, Endpoint, SqliteRole, apply, connect, connect_with, engine, revert_all,
};
use certctl_repository_diesel::{
    DatabaseOptions, DatabaseUrl, Engine, MigrationStatus, Migrations, OpenError, migrate, migration_status,
    open,
};
use certctl_testkit::TestStore;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeSet;
use std::time::Duration;

/// An empty database on each engine; dropped with the store that owns it.
async fn empty_databases() -> [(TestStore, AnyConn); 2] {
    let mut databases = [TestStore::sqlite().await, TestStore::postgres().await].map(|db| {
        let conn = connect(db.url()).unwrap();
        (db, conn)
    });
    for (_, conn) in &mut databases {
        revert_all(conn).unwrap();
    }
    databases
}

#[derive(Debug, QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut AnyConn, postgres: &str, sqlite: &str) -> Vec<String> {
    let query = match engine(conn) {
        Engine::Postgres => postgres,
        Engine::Sqlite => sqlite,
    };
    diesel::sql_query(query).load::<Line>(conn).unwrap().into_iter().map(|row| row.line).collect()
}

/// Everything a migration can make: columns, constraints, indexes, triggers and functions.
fn dump(conn: &mut AnyConn) -> Vec<String> {
    lines(
        conn,
        "SELECT line FROM (
             SELECT format('column %s.%s %s %s', table_name, column_name, data_type, is_nullable) AS line
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT format('function %s', proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         ) AS everything WHERE line NOT LIKE '%__diesel_schema_migrations%' ORDER BY line",
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master
         WHERE tbl_name <> '__diesel_schema_migrations' ORDER BY 1",
    )
}

#[tokio::test]
async fn every_migration_can_be_reverted_and_applied_again() {
    for (_db, mut conn) in empty_databases().await {
        assert_eq!(dump(&mut conn), [""; 0], "a down script leaves something behind");
        apply(&mut conn).unwrap();
        let first = dump(&mut conn);
        revert_all(&mut conn).unwrap();
        apply(&mut conn).unwrap();
        assert_eq!(dump(&mut conn), first);
        assert!(first.len() > 50, "{first:#?}");
    }
}

/// `table.column type nullability` of every column, in the order of the table.
fn columns(conn: &mut AnyConn) -> Vec<String> {
    lines(
        conn,
        "SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) AS line
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'
         ORDER BY table_name, ordinal_position",
        "SELECT m.name || '.' || c.name || ' ' || iif(lower(c.type) = 'integer', 'bigint', lower(c.type)) || ' ' || iif(c.\"notnull\", 'NO', 'YES') AS line
         FROM sqlite_master AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'
             -- An index to PostgreSQL; SQLite makes it of tables.
             AND m.name NOT LIKE 'search\\_%' ESCAPE '\\' ORDER BY m.name, c.cid",
    )
}

/// The same, read from the text of `schema.rs`.
fn columns_of_the_code(
    text_type: &str,
    binary_type: &str,
    time_type: &str,
    integer_type: &str,
) -> BTreeSet<String> {
    let mut columns = BTreeSet::new();
    let (mut table, mut stored_name) = (String::new(), None);
    for line in include_str!("../../src/schema.rs").lines().map(str::trim) {
        if let Some((name, _key)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            name.clone_into(&mut table);
        } else if let Some(name) = line.strip_prefix("#[sql_name = \"") {
            stored_name = name.strip_suffix("\"]").map(str::to_owned);
        } else if let Some((name, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let kind = match inner.unwrap_or(kind) {
                "Text" => text_type,
                "BigInt" => "bigint",
                "Integer" => integer_type,
                "Bool" => "boolean",
                "Timestamp" => time_type,
                "Binary" => binary_type,
                other => unreachable!("{other} has no portable column type"),
            };
            let name = stored_name.take().unwrap_or_else(|| name.to_owned());
            let nullable = if inner.is_some() { "YES" } else { "NO" };
            assert!(columns.insert(format!("{table}.{name} {kind} {nullable}")));
        }
    }
    columns
}

#[tokio::test]
async fn both_engines_have_the_schema_of_the_code() {
    let postgres = TestStore::postgres().await;
    let found: BTreeSet<_> = columns(&mut connect(postgres.url()).unwrap()).into_iter().collect();
    assert_eq!(found, columns_of_the_code("text", "bytea", "timestamp without time zone", "integer"));
    let sqlite = TestStore::sqlite().await;
    let found: BTreeSet<_> = columns(&mut connect(sqlite.url()).unwrap()).into_iter().collect();
    assert_eq!(found, columns_of_the_code("text", "blob", "timestamp", "bigint"));
}

/// Rows are read by position where a statement returns them, so the order counts too.
#[tokio::test]
async fn both_engines_have_the_columns_in_the_same_order() {
    let names = |columns: Vec<String>| -> Vec<String> {
        columns.iter().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    };
    let (postgres, sqlite) = (TestStore::postgres().await, TestStore::sqlite().await);
    assert_eq!(
        names(columns(&mut connect(postgres.url()).unwrap())),
        names(columns(&mut connect(sqlite.url()).unwrap()))
    );
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    for db in [TestStore::sqlite().await, TestStore::postgres().await] {
        db.store().close().await;
        db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')").unwrap();
        let url = db.url().clone();
        // The store's lock on the file goes with the store.
        let keep = db.into_home();
        for refused in [migrate(&url).map(drop), open(DatabaseOptions::new(url.clone())).await.map(drop)] {
            let refused = refused.unwrap_err();
            assert!(
                matches!(&refused, OpenError::SchemaTooNew { version } if version == "29990101000000"),
                "{refused:?}"
            );
        }
        drop(keep);
    }
}

#[tokio::test]
async fn pending_migrations_are_applied_or_demanded_as_asked() {
    for db in [TestStore::sqlite().await, TestStore::postgres().await] {
        db.store().close().await;
        revert_all(&mut connect(db.url()).unwrap()).unwrap();
        let url = db.url().clone();
        let keep = db.into_home();
        let before = migration_status(&url).unwrap();
        assert!(before.applied.is_empty() && before.pending.len() > 3, "{before:?}");
        assert!(before.pending.is_sorted());
        let demanding =
            DatabaseOptions { migrations: Migrations::Require, ..DatabaseOptions::new(url.clone()) };
        let refused = open(demanding.clone()).await.unwrap_err();
        assert!(
            matches!(refused, OpenError::MigrationsPending { pending } if pending == before.pending.len())
        );
        open(DatabaseOptions { migrations: Migrations::Apply, ..demanding.clone() }).await.unwrap();
        let after = migration_status(&url).unwrap();
        assert_eq!(after, MigrationStatus { applied: before.pending, pending: Vec::new() });
        open(demanding).await.unwrap();
        drop(keep);
    }
}

#[tokio::test]
async fn replicas_that_start_together_migrate_one_after_the_other() {
    let db = TestStore::postgres().await;
    revert_all(&mut connect(db.url()).unwrap()).unwrap();
    let migrations: Vec<_> = (0..4)
        .map(|_| {
            let url = db.url().clone();
            std::thread::spawn(move || migrate(&url))
        })
        .collect();
    for outcome in migrations {
        assert_eq!(outcome.join().unwrap().unwrap().pending, [""; 0]);
    }
}

#[test]
fn a_reader_of_sqlite_cannot_write() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("certctl.db");
    migrate(&DatabaseUrl::sqlite(&path)).unwrap();
    let mut reader = Endpoint::Sqlite { path, role: SqliteRole::Reader }.connect().unwrap();
    let refused = diesel::sql_query("DELETE FROM teams").execute(&mut reader).unwrap_err();
    assert!(refused.to_string().contains("readonly"), "{refused}");
}

#[tokio::test]
async fn a_session_is_named_and_its_statements_end_at_the_limit() {
    let db = TestStore::postgres().await;
    let mut conn = connect_with(db.url(), "certctl's test", Duration::from_millis(50)).unwrap();
    let name = lines(&mut conn, "SELECT current_setting('application_name') AS line", "");
    assert_eq!(name, ["certctl's test"]);
    let endless = diesel::sql_query("SELECT pg_sleep(600)").execute(&mut conn).unwrap_err().to_string();
    assert!(endless.contains("statement timeout"), "{endless}");
}
