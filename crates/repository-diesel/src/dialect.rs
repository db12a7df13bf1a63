//! What the engines say differently. Everything else is written once.

use crate::conn::AnyConn;
use certctl_repository::TxMode;
use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use diesel::result::QueryResult;

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
