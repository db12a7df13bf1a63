//! SQLite: one file is migrated per test process and copied for every test.

use certctl_repository_diesel::{DatabaseUrl, migrate};
use std::fs::File;
use std::io::Write;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The bytes of a migrated, empty database.
static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();

/// A fresh copy in a directory of its own.
pub(super) fn create() -> (TempDir, DatabaseUrl) {
    let template = TEMPLATE.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("template.db");
        migrate(&DatabaseUrl::sqlite(&path)).unwrap();
        // The connection is closed by now, so everything is in the one file.
        std::fs::read(path).unwrap()
    });
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("certctl.db");
    File::create_new(&path).unwrap().write_all(template).unwrap();
    (directory, DatabaseUrl::sqlite(path))
}
