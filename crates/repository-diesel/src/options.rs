//! How to reach the database.

use crate::manager::{Endpoint, SqliteRole};
use crate::observe::{NoObserver, TxObserver};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded; one server process.
    Sqlite,
    /// PostgreSQL; any number of replicas.
    Postgres,
}

/// A text that names no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database URL begins with `sqlite:` and a path, or with `postgres://`")]
pub struct InvalidDatabaseUrl;

/// Which database: `sqlite:<path>` or `postgres://…`. Printing it never shows a password. A
/// PostgreSQL URL without `connect_timeout` gets one of five seconds.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DatabaseUrl {
    /// The SQLite file at `path`.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// Engine of the database.
    pub const fn engine(&self) -> Engine {
        match self.0 {
            Place::Sqlite(_) => Engine::Sqlite,
            Place::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) fn sqlite_path(&self) -> Option<&PathBuf> {
        match &self.0 {
            Place::Sqlite(path) => Some(path),
            Place::Postgres(_) => None,
        }
    }

    /// Where connections go. `role` matters to SQLite only.
    pub(crate) fn endpoint(
        &self,
        role: SqliteRole,
        application_name: &str,
        statement_timeout: Duration,
    ) -> Endpoint {
        match &self.0 {
            Place::Sqlite(path) => Endpoint::Sqlite { path: path.clone(), role },
            Place::Postgres(url) => Endpoint::Postgres {
                url: url.clone(),
                application_name: application_name.to_owned(),
                statement_timeout,
            },
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(Place::Postgres(with_connect_timeout(text))));
        }
        let path = text.strip_prefix("sqlite:").ok_or(InvalidDatabaseUrl)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        // SQLite would take these for an address or for a database in memory.
        if path.is_empty() || path.starts_with(':') || path.starts_with("file:") {
            return Err(InvalidDatabaseUrl);
        }
        Ok(Self::sqlite(path))
    }
}

/// libpq waits for ever by default, for example when a firewall drops packets.
fn with_connect_timeout(url: &str) -> String {
    if url.contains("connect_timeout=") {
        return url.to_owned();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}connect_timeout=5")
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(url) => {
                // Credentials can stand before the host and among the parameters.
                let address = url.split_once("://").map_or("", |(_, rest)| rest);
                let address = address.split(['?', '#']).next().unwrap_or_default();
                let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
                write!(f, "postgres://{host}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What to do about migrations that the database has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// Apply them before anything else.
    Apply,
    /// Refuse to start.
    Require,
}

/// How to open a database.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Which database.
    pub url: DatabaseUrl,
    /// Connections to PostgreSQL, or readers of SQLite (which has one writer besides).
    pub max_connections: u32,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// Longest statement, and longest wait for a lock, on PostgreSQL; zero sets no limit.
    pub statement_timeout: Duration,
    /// Shown in PostgreSQL's `pg_stat_activity`.
    pub application_name: String,
    /// What to do about pending migrations.
    pub migrations: Migrations,
    /// Whether a SQLite database is kept to this process. A server needs that; a short command beside a
    /// running server must do without.
    pub exclusive: bool,
    /// Is told about every transaction.
    pub observer: Arc<dyn TxObserver>,
}

impl DatabaseOptions {
    /// The defaults for an engine: SQLite migrates by itself, PostgreSQL wants an operator to do it.
    pub fn new(url: DatabaseUrl) -> Self {
        let (max_connections, migrations) = match url.engine() {
            Engine::Sqlite => (4, Migrations::Apply),
            Engine::Postgres => (16, Migrations::Require),
        };
        Self {
            url,
            max_connections,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            application_name: "certctl".to_owned(),
            migrations,
            exclusive: true,
            observer: Arc::new(NoObserver),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_url_shows_no_credentials() {
        for (url, shown) in [
            ("postgres://user:p@ss@db.example:5432/certctl?password=x", "postgres://db.example:5432/certctl"),
            ("postgresql://db.example/certctl", "postgres://db.example/certctl"),
            ("sqlite:/var/lib/certctl.db", "sqlite:/var/lib/certctl.db"),
            ("sqlite://data/certctl.db", "sqlite:data/certctl.db"),
        ] {
            let url: DatabaseUrl = url.parse().unwrap();
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), shown.to_owned()));
        }
    }

    #[test]
    fn only_real_files_and_servers_are_accepted() {
        for url in
            ["", "sqlite:", "sqlite::memory:", "sqlite:file:x?mode=memory", "mysql://x", "/var/lib/x.db"]
        {
            assert_eq!(url.parse::<DatabaseUrl>(), Err(InvalidDatabaseUrl), "{url}");
        }
    }
}
