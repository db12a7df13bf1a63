//! What the engines say differently. Everything else is written once.

use crate::conn::AnyConn;
use crate::options::Engine;
use crate::prepared::Preparable;
use crate::schema::{api_keys, jobs, managed_certificates, notification_events};
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_repository::TxMode;
use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types;
use std::path::Path;

/// The engine behind a connection.
pub const fn engine(conn: &AnyConn) -> Engine {
    match conn {
        AnyConn::Postgres(_) => Engine::Postgres,
        AnyConn::Sqlite(_) => Engine::Sqlite,
    }
}

/// Begins a transaction. SQLite must take the write lock at once: a deferred transaction that
/// turns into a writer fails with "busy", whatever the busy timeout says.
pub fn begin(conn: &mut AnyConn, mode: TxMode) -> QueryResult<()> {
    match conn {
        AnyConn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            match mode {
                TxMode::Read => "BEGIN DEFERRED",
                TxMode::Write | TxMode::Claim => "BEGIN IMMEDIATE",
            },
        ),
        AnyConn::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
            conn,
            match mode {
                TxMode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                TxMode::Write => "BEGIN ISOLATION LEVEL REPEATABLE READ",
                TxMode::Claim => "BEGIN ISOLATION LEVEL READ COMMITTED",
            },
        ),
    }
}

/// Commits the transaction that [`begin`] began.
pub fn commit(conn: &mut AnyConn) -> QueryResult<()> {
    <AnyConn as Connection>::TransactionManager::commit_transaction(conn)
}

/// Undoes the transaction that [`begin`] began.
pub fn roll_back(conn: &mut AnyConn) -> QueryResult<()> {
    <AnyConn as Connection>::TransactionManager::rollback_transaction(conn)
}

/// Whether running the transaction again can help.
pub(crate) fn is_conflict(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // diesel has no kind for these two: PostgreSQL's 40P01 and SQLite's SQLITE_BUSY.
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            matches!(info.message(), "deadlock detected" | "database is locked")
        }
        _ => false,
    }
}

/// Whether the connection is of no use any more.
pub(crate) fn is_broken(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)
            | Error::BrokenTransactionManager
    )
}

/// Ids of the server's due jobs, oldest first, kept from other replicas until the transaction ends.
pub(crate) fn lock_due_server_jobs(conn: &mut AnyConn, at: DbTime, limit: i64) -> QueryResult<Vec<String>> {
    let due = jobs::table
        .filter(jobs::executor.eq("server"))
        .filter(jobs::due_at.le(at))
        .filter(jobs::status.eq("Pending").or(jobs::status.eq("Running")))
        .order((jobs::due_at, jobs::id))
        .limit(limit)
        .select(jobs::id);
    match conn {
        AnyConn::Postgres(conn) => due.for_update().skip_locked().load(conn),
        // BEGIN IMMEDIATE already keeps other writers out.
        AnyConn::Sqlite(conn) => due.load(conn),
    }
}

/// Ids of a channel's due notifications, oldest first, kept from other replicas until the transaction
/// ends.
pub(crate) fn lock_due_notifications(
    conn: &mut AnyConn,
    channel: Option<&str>,
    at: DbTime,
    limit: i64,
) -> QueryResult<Vec<String>> {
    use notification_events as n;
    let due = || n::table.filter(n::due_at.le(at)).order((n::due_at, n::id)).limit(limit).select(n::id);
    match (conn, channel) {
        (AnyConn::Postgres(conn), Some(channel)) => {
            due().filter(n::channel_id.eq(channel)).for_update().skip_locked().load(conn)
        }
        (AnyConn::Postgres(conn), None) => {
            due().filter(n::channel_id.is_null()).for_update().skip_locked().load(conn)
        }
        (AnyConn::Sqlite(conn), Some(channel)) => due().filter(n::channel_id.eq(channel)).load(conn),
        (AnyConn::Sqlite(conn), None) => due().filter(n::channel_id.is_null()).load(conn),
    }
}

/// Ids of an agent's due jobs, oldest first: those whose time or lease has come, and those that an
/// older process of the same agent holds. Names of processes grow, so the poll that a killed agent
/// left behind takes nothing from its successor.
pub(crate) fn lock_due_agent_jobs(
    conn: &mut AnyConn,
    agent: &str,
    holder: &str,
    at: DbTime,
    limit: i64,
) -> QueryResult<Vec<String>> {
    let due =
        jobs::table
            .filter(jobs::agent_id.eq(agent))
            .filter(jobs::completed_at.is_null())
            .filter(jobs::status.eq("AwaitingCSR").or(
                jobs::executor.eq("agent").and(jobs::status.eq("Pending").or(jobs::status.eq("Running"))),
            ))
            .filter(jobs::due_at.le(at).or(jobs::lease_owner.lt(holder)))
            .order((jobs::due_at, jobs::id))
            .limit(limit)
            .select(jobs::id);
    match conn {
        AnyConn::Postgres(conn) => due.for_update().skip_locked().load(conn),
        AnyConn::Sqlite(conn) => due.load(conn),
    }
}

/// Ids of the admin keys that may be used at `at`. A transaction that revokes one meanwhile makes this
/// one run again, so two administrators cannot revoke each other's key at the same time.
pub(crate) fn lock_usable_admins(conn: &mut AnyConn, at: DbTime) -> QueryResult<Vec<String>> {
    let usable = api_keys::table
        .filter(api_keys::role.eq("admin"))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(at)))
        .order(api_keys::id)
        .select(api_keys::id);
    match conn {
        AnyConn::Postgres(conn) => usable.for_update().load(conn),
        // BEGIN IMMEDIATE already keeps other writers out.
        AnyConn::Sqlite(conn) => usable.load(conn),
    }
}

/// Keeps others from changing certificates until the transaction ends.
pub(crate) fn hold_certificates<'a>(
    conn: &mut AnyConn,
    ids: impl Iterator<Item = &'a str>,
) -> QueryResult<()> {
    match conn {
        AnyConn::Postgres(conn) => managed_certificates::table
            .filter(managed_certificates::id.eq_any(ids))
            .order(managed_certificates::id)
            .select(managed_certificates::id)
            .for_share()
            .load::<String>(conn)
            .map(drop),
        // BEGIN IMMEDIATE already keeps other writers out.
        AnyConn::Sqlite(_) => Ok(()),
    }
}

/// The instant by which leases are judged: the database's where several replicas share one, else `now`.
pub(crate) fn lease_clock(conn: &mut AnyConn, now: Timestamp) -> QueryResult<Timestamp> {
    match conn {
        AnyConn::Postgres(conn) => {
            let clock = diesel::dsl::sql::<sql_types::Timestamp>("(clock_timestamp() AT TIME ZONE 'UTC')");
            diesel::select(clock).prepared().get_result::<DbTime>(conn).map(Timestamp::from)
        }
        AnyConn::Sqlite(_) => Ok(now),
    }
}

/// Has PostgreSQL plan this transaction's statements with their values: what is best for a common
/// fragment of a name is worst for a rare one, and a plan for any value fits neither.
pub(crate) fn plan_with_values(conn: &mut AnyConn) -> QueryResult<()> {
    match conn {
        AnyConn::Postgres(conn) => conn.batch_execute("SET LOCAL plan_cache_mode = force_custom_plan"),
        AnyConn::Sqlite(_) => Ok(()),
    }
}

/// PostgreSQL's number of the process behind a connection; none on SQLite.
pub(crate) fn backend(conn: &mut AnyConn) -> QueryResult<Option<i32>> {
    match conn {
        AnyConn::Postgres(conn) => {
            let number = diesel::dsl::sql::<sql_types::Integer>("pg_backend_pid()");
            diesel::select(number).get_result(conn).map(Some)
        }
        AnyConn::Sqlite(_) => Ok(None),
    }
}

/// Ends the statement that the process behind another connection runs.
pub(crate) fn cancel_backend(conn: &mut AnyConn, backend: i32) -> QueryResult<()> {
    match conn {
        AnyConn::Postgres(conn) => diesel::sql_query("SELECT pg_cancel_backend($1)")
            .bind::<sql_types::Integer, _>(backend)
            .execute(conn)
            .map(drop),
        // Its interrupt is out of reach without unsafe code; the transaction ends at its next statement.
        AnyConn::Sqlite(_) => Ok(()),
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    number: i64,
}

/// Numbers of the rows that SQLite's index of fragments finds for `query`, at most `most`. PostgreSQL has
/// no such index: none.
pub(crate) fn fragments_up_to(conn: &mut AnyConn, query: &str, most: i64) -> QueryResult<Vec<i64>> {
    match conn {
        AnyConn::Postgres(_) => Ok(Vec::new()),
        AnyConn::Sqlite(conn) => diesel::sql_query(
            "SELECT rowid AS number FROM search_fragments WHERE search_fragments MATCH $1 LIMIT $2",
        )
        .bind::<sql_types::Text, _>(query)
        .bind::<sql_types::BigInt, _>(most)
        .prepared()
        .get_results::<Number>(conn)
        .map(|rows| rows.into_iter().map(|row| row.number).collect()),
    }
}

/// Writes a consistent copy of a SQLite database to `path`; false on PostgreSQL.
pub(crate) fn vacuum_into(conn: &mut AnyConn, path: &Path) -> QueryResult<bool> {
    match conn {
        AnyConn::Sqlite(conn) => {
            let path = path.to_string_lossy().replace('\'', "''");
            conn.batch_execute(&format!("VACUUM INTO '{path}'")).map(|()| true)
        }
        AnyConn::Postgres(_) => Ok(false),
    }
}
