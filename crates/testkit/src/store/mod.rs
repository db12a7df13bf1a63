//! A private, migrated and empty database per test.

mod postgres;
mod sqlite;

use certctl_repository::Store;
use certctl_repository_diesel::{DatabaseOptions, DatabaseUrl, DieselStore, Migrations, open, provision};
use std::sync::Arc;

/// A database of one test. Dropping it removes the database.
#[derive(Debug)]
pub struct TestStore {
    store: Store,
    database: DieselStore,
    url: DatabaseUrl,
    home: Home,
}

/// What goes away with the test: a directory or a database on the server.
#[derive(Debug)]
pub struct TestHome(#[expect(dead_code, reason = "held for its drop")] Home);

#[derive(Debug)]
#[expect(dead_code, reason = "held for its drop")]
enum Home {
    Directory(tempfile::TempDir),
    Database(postgres::TestDatabase),
}

impl TestStore {
    /// A SQLite file in a temporary directory.
    pub async fn sqlite() -> Self {
        let (directory, url) = sqlite::create();
        Self::open(url, Home::Directory(directory)).await
    }

    /// A database on the PostgreSQL server at `CERTCTL_TEST_PG_URL`.
    ///
    /// # Panics
    /// When the variable is not set: run `cargo xtask test`, which starts a server.
    pub async fn postgres() -> Self {
        let (database, url) = postgres::create();
        Self::open(url, Home::Database(database)).await
    }

    async fn open(url: DatabaseUrl, home: Home) -> Self {
        let options = DatabaseOptions {
            max_connections: 6,
            migrations: Migrations::Require,
            application_name: "certctl-test".to_owned(),
            ..DatabaseOptions::new(url.clone())
        };
        let database = open(options).await.unwrap();
        Self { store: Store::new(Arc::new(database.clone())), database, url, home }
    }

    /// The store, as services hold it.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The database behind the store.
    pub const fn database(&self) -> &DieselStore {
        &self.database
    }

    /// Where the database is.
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Lets go of the store, so that a test can open the database in another way while it keeps
    /// the returned value.
    pub fn into_home(self) -> TestHome {
        TestHome(self.home)
    }

    /// Runs SQL past the store, as an operator with a client could.
    pub fn execute(&self, statement: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        provision::execute(&self.url, &[statement])
    }
}
