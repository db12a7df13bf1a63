//! Where is measured: the machine and fresh databases on it.

use anyhow::Result;
use certctl_e2e::harness::{Database, PostgresServer};
use certctl_repository_diesel::DatabaseUrl;
use certctl_test_support::TestPostgres;
use tempfile::TempDir;

/// Processor and number of cores.
pub(crate) fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, name)| name.trim()).to_owned();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{cores} cores, {model}")
}

/// A PostgreSQL of this run.
pub(crate) struct Postgres {
    // Dropped in this order: the database before its server.
    pub(crate) server: PostgresServer,
    _process: TestPostgres,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let process = TestPostgres::start()?;
        Ok(Self { server: PostgresServer::of(&process)?, _process: process })
    }
}

/// A fresh database; gone with the value.
pub(crate) struct Place {
    pub(crate) url: DatabaseUrl,
    _database: Option<Database>,
    _directory: Option<TempDir>,
}

impl Place {
    /// A SQLite file.
    pub(crate) fn sqlite() -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("certctl-bench-").tempdir()?;
        let url = DatabaseUrl::sqlite(directory.path().join("certctl.db"));
        certctl_repository_diesel::migrate(&url)?;
        Ok(Self { url, _database: None, _directory: Some(directory) })
    }

    /// A database of `postgres`.
    pub(crate) fn postgres(postgres: &Postgres) -> Result<Self> {
        let database = Database::postgres(postgres.server.clone())?;
        let url = database.url().parse()?;
        certctl_repository_diesel::migrate(&url)?;
        Ok(Self { url, _database: Some(database), _directory: None })
    }
}
