//! Where data is stored.

use crate::database_url::{DatabaseUrl, Engine};
use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::path::Path;

const URL: Key = Key::new(
    "CERTCTL_DATABASE_URL",
    "database.url",
    Kind::DatabaseUrl,
    "The database. SQLite serves one server process; several need PostgreSQL 15 or later, where `?sslmode=verify-full&sslrootcert=<file>` encrypts and authenticates the connection.",
)
.or_computed("`sqlite:<data dir>/certctl.db`");
const MAX_CONNS: Key = Key::new(
    "CERTCTL_DATABASE_MAX_CONNS",
    "database.max_conns",
    Kind::Integer { min: 1, max: 1000 },
    "Most connections this process opens at once.",
)
.or("16");
const AUTO_MIGRATE: Key = Key::new(
    "CERTCTL_DATABASE_AUTO_MIGRATE",
    "database.auto_migrate",
    Kind::Flag,
    "Whether the server brings the schema up to date when it starts. When off, a server that finds an older schema does not start.",
)
.or_computed("`true` with SQLite, `false` with PostgreSQL")
.example("true");

pub(crate) const KEYS: &[Key] = &[URL, MAX_CONNS, AUTO_MIGRATE];

/// The database.
#[derive(Debug, Clone)]
pub struct Database {
    /// Engine, place and credentials.
    pub url: DatabaseUrl,
    /// Most connections of this process.
    pub max_conns: u32,
    /// Whether to migrate at start.
    pub auto_migrate: bool,
}

pub(crate) fn read(reader: &mut Reader<'_>, data_dir: &Path) -> Database {
    let url = reader
        .optional(&URL, DatabaseUrl::parse)
        .unwrap_or_else(|| DatabaseUrl::sqlite(&data_dir.join("certctl.db")));
    reader.computed(&URL, url.to_string());
    let max_conns = reader.integer(&MAX_CONNS);
    let auto_migrate = reader.optional(&AUTO_MIGRATE, value::flag).unwrap_or(url.engine() == Engine::Sqlite);
    reader.computed(&AUTO_MIGRATE, auto_migrate.to_string());
    Database { url, max_conns, auto_migrate }
}
