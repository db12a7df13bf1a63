//! One connection type over both engines.

use diesel::{PgConnection, SqliteConnection};
use std::fmt;

/// A connection to either engine. Queries are written against it once; only `conn`, `dialect`,
/// `manager` and `migrate` look inside.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

impl fmt::Debug for AnyConn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "AnyConn::Postgres",
            Self::Sqlite(_) => "AnyConn::Sqlite",
        })
    }
}

/// Type-checks one expression against each real backend. For the few statements that diesel's
/// combined backend does not offer, above all `ON CONFLICT`.
#[doc(hidden)]
#[macro_export]
macro_rules! on_backend {
    ($conn:expr, |$inner:ident| $query:expr) => {
        match &mut *$conn {
            $crate::internals::AnyConn::Postgres($inner) => $query,
            $crate::internals::AnyConn::Sqlite($inner) => $query,
        }
    };
}
