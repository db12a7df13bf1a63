//! Why a database could not be opened, migrated or backed up.

use certctl_repository::StoreError;
use std::io;
use std::path::PathBuf;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or file could not be made ready.
    #[error("cannot prepare {}", path.display())]
    File {
        /// Directory or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has the SQLite database.
    #[error("the database {} is in use by another certctl-server", path.display())]
    InUse {
        /// Database file.
        path: PathBuf,
    },
    /// No connection could be made.
    #[error("cannot connect to {database}")]
    Connect {
        /// The database, without credentials.
        database: String,
        /// What the client library said.
        #[source]
        source: Source,
    },
    /// The database was migrated by a newer certctl.
    #[error("the database has migration {version}, which this version of certctl does not know")]
    SchemaTooNew {
        /// The unknown migration.
        version: String,
    },
    /// Migrations are missing and may not be applied now.
    #[error("the database lacks {pending} migrations")]
    MigrationsPending {
        /// How many.
        pending: usize,
    },
    /// A migration failed; the ones before it are applied.
    #[error("a migration failed")]
    Migration(#[source] Source),
}

impl OpenError {
    /// What an operator can do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => {
                "the user that runs certctl must own the data directory and be able to write to it"
            }
            Self::InUse { .. } => {
                "SQLite serves one certctl-server; stop the other one, or use PostgreSQL to run several replicas"
            }
            Self::Connect { .. } => {
                "check the database URL, that the server accepts connections from this host, and the password: \
                 a volume that was initialised earlier keeps its old password"
            }
            Self::SchemaTooNew { .. } => {
                "start the version of certctl that migrated this database, or a newer one"
            }
            Self::MigrationsPending { .. } => "back up the database, then run `certctl-server migrate`",
            Self::Migration(_) => {
                "the database is at the last migration that worked; mend the cause and run it again"
            }
        }
    }
}

/// Why a backup was not made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has its own tools.
    #[error("certctl does not back up PostgreSQL: use pg_dump, or continuous archiving")]
    UsePgDump,
    /// The file exists; backups never overwrite.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be made.
    #[error("cannot write {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The database refused.
    #[error("the backup failed")]
    Store(#[source] StoreError),
}
