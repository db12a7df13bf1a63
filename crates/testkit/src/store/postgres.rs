//! PostgreSQL: one template database per set of migrations, cloned for every test.

use certctl_repository_diesel::{DatabaseUrl, migrate, provision};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// Name of the migrated template.
static TEMPLATE: OnceLock<String> = OnceLock::new();

/// A database that is dropped with this value, open connections or not.
#[derive(Debug)]
pub(super) struct TestDatabase {
    server: Server,
    name: String,
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A leftover is harmless, and panicking in a drop would hide the test's own failure.
        drop(self.server.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
    }
}

/// A fresh clone of the template.
pub(super) fn create() -> (TestDatabase, DatabaseUrl) {
    let server = Server::of_environment();
    let template = TEMPLATE.get_or_init(|| server.template());
    let name = fresh_name();
    server.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
    let url = server.database(&name);
    (TestDatabase { server, name }, url)
}

fn fresh_name() -> String {
    // Random, not the process id: a killed run leaves its databases behind, and ids come again.
    format!("certctl_test_{:016x}", RandomState::new().build_hasher().finish())
}

/// URL of a server, split around the name of the database.
#[derive(Debug)]
struct Server {
    base: String,
    parameters: String,
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where PostgreSQL is")]
    fn of_environment() -> Self {
        let url = std::env::var("CERTCTL_TEST_PG_URL").expect(
            "CERTCTL_TEST_PG_URL is not set: run `cargo xtask test`, which starts a PostgreSQL for the tests",
        );
        let (address, parameters) = match url.split_once('?') {
            Some((address, parameters)) => (address, format!("?{parameters}")),
            None => (url.as_str(), String::new()),
        };
        let (base, _database) = address.rsplit_once('/').expect("CERTCTL_TEST_PG_URL names a database");
        Self { base: base.to_owned(), parameters }
    }

    fn database(&self, name: &str) -> DatabaseUrl {
        format!("{}/{name}{}", self.base, self.parameters).parse().unwrap()
    }

    fn execute(&self, statement: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        provision::execute(&self.database("postgres"), &[statement])
    }

    /// The template for the migrations that this program was built with. It outlives the process, so that only the
    /// first one migrates; it is built under another name, so that nobody sees it half done.
    fn template(&self) -> String {
        let template = concat!("certctl_template_", env!("CERTCTL_MIGRATIONS_DIGEST")).to_owned();
        let building = format!("{}_template", fresh_name());
        if self.execute(&format!("ALTER DATABASE {template} CONNECTION LIMIT -1")).is_ok() {
            return template;
        }
        self.execute(&format!("CREATE DATABASE {building}")).unwrap();
        migrate(&self.database(&building)).unwrap();
        if self.execute(&format!("ALTER DATABASE {building} RENAME TO {template}")).is_err() {
            // Another process was faster.
            self.execute(&format!("DROP DATABASE {building}")).unwrap();
        }
        template
    }
}
