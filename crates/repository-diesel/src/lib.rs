//! Storage of certctl on SQLite and PostgreSQL, written once with diesel.
//!
//! The only crate that knows diesel: no type of it appears in the public interface. [`open`]
//! gives a [`DieselStore`], which runs transaction bodies for `certctl_repository::Store`.

#[macro_use]
#[expect(missing_docs, reason = "the derived backend types have none")]
mod conn;
#[macro_use]
mod paging;

mod cancel;
mod constraints;
mod dialect;
mod error;
mod lock;
mod manager;
mod migrate;
mod observe;
mod options;
mod pool;
mod prepared;
pub mod provision;
mod repos;
mod rows;
mod schema;
mod store;
mod totals;
mod tx;
mod types;

pub use error::{BackupError, OpenError};
pub use migrate::{MigrationStatus, migrate, migration_status};
pub use observe::{NoObserver, TxObserver, TxOutcome, TxReport};
pub use options::{DatabaseOptions, DatabaseUrl, Engine, InvalidDatabaseUrl, Migrations};
pub use pool::PoolUsage;
pub use store::{DieselStore, open};

/// Parts that only this crate's own tests reach for.
#[doc(hidden)]
pub mod internals {
    pub use crate::conn::{AnyConn, MultiBackend, MultiField, MultiRawValue, MultiRow};
    pub use crate::dialect::{begin, commit, engine, roll_back};
    pub use crate::manager::{ConnectionSource, Endpoint, SqliteRole};
    pub use crate::migrate::{apply, connect_to_migrate as connect, revert_all};
    pub use crate::types::DbTime;

    /// Opens one connection with these session settings.
    pub fn connect_with(
        url: &crate::DatabaseUrl,
        application_name: &str,
        statement_timeout: std::time::Duration,
    ) -> Result<AnyConn, diesel::r2d2::Error> {
        url.endpoint(SqliteRole::Writer, application_name, statement_timeout).connect()
    }
}
