//! Opens connections for the pool. The derived `establish` tries one engine after the other and
//! hides the real error, and SQLite takes any text for a file name, so the engine is chosen here.

use crate::conn::AnyConn;
use crate::dialect;
use diesel::connection::{Connection, SimpleConnection};
use diesel::r2d2::R2D2Connection;
use diesel::{PgConnection, SqliteConnection};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What a SQLite connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqliteRole {
    /// Changes data; there is one at a time.
    Writer,
    /// Reads only; SQLite itself refuses writes.
    Reader,
}

/// Where connections go.
#[derive(Clone)]
pub enum Endpoint {
    /// A PostgreSQL server.
    Postgres {
        /// Connection URL, with its password.
        url: String,
        /// Shown in `pg_stat_activity`.
        application_name: String,
        /// Longest statement; zero sets no limit.
        statement_timeout: Duration,
    },
    /// A SQLite file.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What the connections are for.
        role: SqliteRole,
    },
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres { .. } => f.write_str("Endpoint::Postgres([redacted])"),
            Self::Sqlite { path, role } => write!(f, "Endpoint::Sqlite({}, {role:?})", path.display()),
        }
    }
}

impl Endpoint {
    /// Opens a connection and prepares its session.
    pub fn connect(&self) -> Result<AnyConn, diesel::r2d2::Error> {
        let mut conn = match self {
            Self::Postgres { url, .. } => PgConnection::establish(url).map(AnyConn::Postgres),
            Self::Sqlite { path, .. } => {
                SqliteConnection::establish(&path.to_string_lossy()).map(AnyConn::Sqlite)
            }
        }
        .map_err(diesel::r2d2::Error::ConnectionError)?;
        conn.batch_execute(&self.session()).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(conn)
    }

    fn session(&self) -> String {
        match self {
            // Times are zone-less columns in UTC, so the session must be in UTC too.
            Self::Postgres { application_name, statement_timeout, .. } => {
                let limit = statement_timeout.as_millis();
                format!(
                    "SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET statement_timeout = {limit}; \
                     SET lock_timeout = {limit}; SET idle_in_transaction_session_timeout = '60s'; \
                     SET application_name = '{}'",
                    application_name.replace('\'', "''")
                )
            }
            // The busy timeout comes first, so that the switch to WAL waits as well. FULL, because
            // a lost last commit could be a certificate that nobody knows.
            Self::Sqlite { role, .. } => {
                let query_only = match role {
                    SqliteRole::Writer => "OFF",
                    SqliteRole::Reader => "ON",
                };
                format!(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA query_only = {query_only}"
                )
            }
        }
    }
}

/// A pooled connection.
#[derive(Debug)]
pub struct Session {
    /// The connection.
    pub conn: AnyConn,
    /// Set when the connection must not be used again, for example because its server went away.
    pub spoiled: bool,
    /// PostgreSQL's number of the process behind the connection.
    pub(crate) backend: Option<i32>,
}

/// The pool's source of connections.
#[derive(Debug, Clone)]
pub struct ConnectionSource(pub Endpoint);

impl r2d2::ManageConnection for ConnectionSource {
    type Connection = Session;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Session, Self::Error> {
        let mut conn = self.0.connect()?;
        let backend = dialect::backend(&mut conn).map_err(diesel::r2d2::Error::QueryError)?;
        Ok(Session { conn, spoiled: false, backend })
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), Self::Error> {
        session.conn.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    /// Also true for a connection that was left inside a transaction.
    fn has_broken(&self, session: &mut Session) -> bool {
        session.spoiled || session.conn.is_broken()
    }
}
