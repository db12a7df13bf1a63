//! Embedded migrations, one set per engine with the same names.

use crate::conn::AnyConn;
use crate::error::OpenError;
use crate::lock::DatabaseLock;
use crate::manager::SqliteRole;
use crate::options::DatabaseUrl;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::time::Duration;

const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Key of the advisory lock under which replicas migrate one after the other. Any constant does,
/// as long as it never changes.
const ADVISORY_LOCK: i64 = 0x6365_7274_6374_6c00;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Which migrations a database has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Applied versions, oldest first.
    pub applied: Vec<String>,
    /// Versions that would be applied, oldest first.
    pub pending: Vec<String>,
}

/// Applies what is pending to the database at `url`. Blocks.
pub fn migrate(url: &DatabaseUrl) -> Result<MigrationStatus, OpenError> {
    let (mut conn, _lock) = connect(url)?;
    apply(&mut conn)?;
    status(&mut conn)
}

/// Tells which migrations the database at `url` has seen. Blocks.
pub fn migration_status(url: &DatabaseUrl) -> Result<MigrationStatus, OpenError> {
    let (mut conn, _lock) = connect(url)?;
    status(&mut conn)
}

fn connect(url: &DatabaseUrl) -> Result<(AnyConn, Option<DatabaseLock>), OpenError> {
    let lock = url.sqlite_path().map(|path| DatabaseLock::acquire(path)).transpose()?;
    Ok((connect_to_migrate(url)?, lock))
}

/// A connection without time limits: a migration may run long, and wait for another replica's.
pub fn connect_to_migrate(url: &DatabaseUrl) -> Result<AnyConn, OpenError> {
    url.endpoint(SqliteRole::Writer, "certctl-migrate", Duration::ZERO)
        .connect()
        .map_err(|source| OpenError::Connect { database: url.to_string(), source: source.into() })
}

/// Compares what the database has seen with what is embedded.
pub(crate) fn status(conn: &mut AnyConn) -> Result<MigrationStatus, OpenError> {
    let (mut applied, mut known) = match conn {
        AnyConn::Postgres(conn) => versions(conn, &POSTGRES),
        AnyConn::Sqlite(conn) => versions(conn, &SQLITE),
    }
    .map_err(OpenError::Migration)?;
    applied.sort();
    known.sort();
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        return Err(OpenError::SchemaTooNew { version: unknown.clone() });
    }
    let pending = known.into_iter().filter(|version| !applied.contains(version)).collect();
    Ok(MigrationStatus { applied, pending })
}

/// Applies what is pending. Replicas that start together do it one after the other.
pub fn apply(conn: &mut AnyConn) -> Result<(), OpenError> {
    serialised(conn, |conn| {
        // Asked under the lock, so that another replica's work counts.
        status(conn)?;
        match conn {
            AnyConn::Postgres(conn) => conn.run_pending_migrations(POSTGRES).map(drop),
            AnyConn::Sqlite(conn) => conn.run_pending_migrations(SQLITE).map(drop),
        }
        .map_err(OpenError::Migration)
    })
}

/// Reverts every migration. For tests of the down scripts only.
pub fn revert_all(conn: &mut AnyConn) -> Result<(), OpenError> {
    match conn {
        AnyConn::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(drop),
        AnyConn::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(drop),
    }
    .map_err(OpenError::Migration)
}

fn serialised(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    if matches!(conn, AnyConn::Sqlite(_)) {
        return work(conn);
    }
    let failed = |source: diesel::result::Error| OpenError::Migration(source.into());
    conn.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})")).map_err(failed)?;
    let outcome = work(conn);
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})")).map_err(failed)?;
    outcome
}

/// Applied and embedded versions.
fn versions<DB: Backend>(
    conn: &mut impl MigrationHarness<DB>,
    source: &EmbeddedMigrations,
) -> Result<(Vec<String>, Vec<String>), Source> {
    let applied = conn.applied_migrations()?.iter().map(ToString::to_string).collect();
    let known = MigrationSource::<DB>::migrations(source)?;
    Ok((applied, known.iter().map(|migration| migration.name().version().to_string()).collect()))
}
