//! The database of a scenario, and what only it can tell.

use anyhow::{Context, Result, ensure};
use certctl_domain::id::CertificateId;
use certctl_domain::job::Job;
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_repository::{JobFilter, PageRequest, Store, StoreError, Tx};
use certctl_repository_diesel::{DatabaseOptions, Migrations, open};
use certctl_test_support::{TestPostgres, require_program};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

/// A PostgreSQL server that several tests share, each with a database of its own: the one that
/// `CERTCTL_TEST_PG_URL` names, else one of this process.
#[derive(Debug, Clone)]
pub struct PostgresServer {
    base: url::Url,
}

impl PostgresServer {
    /// The shared server.
    pub fn shared() -> Result<Self> {
        static SHARED: OnceLock<Result<(Option<TestPostgres>, PostgresServer), String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| {
            let started = || match std::env::var("CERTCTL_TEST_PG_URL") {
                Ok(url) => Ok((None, Self { base: url.parse()? })),
                Err(_) => TestPostgres::start().and_then(|own| {
                    let base = Self::of(&own)?;
                    Ok((Some(own), base))
                }),
            };
            started().map_err(|error: anyhow::Error| format!("{error:#}"))
        });
        let (_, server) = shared.as_ref().map_err(|message| anyhow::anyhow!("{message}"))?;
        Ok(server.clone())
    }

    /// A server that a test has to itself.
    pub fn of(own: &TestPostgres) -> Result<Self> {
        Ok(Self { base: own.url("postgres").parse()? })
    }

    /// Runs a statement in the administrative database.
    fn administer(&self, sql: &str) -> Result<()> {
        let mut psql = Command::new(require_program("psql", "postgresql-client")?);
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            self.base.as_str(),
            "--command",
            sql,
        ]);
        let output = psql.stdin(Stdio::null()).output().context("cannot run psql")?;
        ensure!(output.status.success(), "psql failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

/// One database.
#[derive(Debug)]
pub struct Database {
    url: String,
    server: Option<(PostgresServer, String)>,
}

impl Database {
    /// The SQLite file of the server whose data directory this is.
    pub fn sqlite(data_dir: &Path) -> Self {
        Self { url: format!("sqlite:{}", data_dir.join("certctl.db").display()), server: None }
    }

    /// A fresh database; dropped with the value.
    pub fn postgres(server: PostgresServer) -> Result<Self> {
        // Random, not the process id: a killed run leaves its databases behind, and ids come again.
        let name = format!("certctl_e2e_{:016x}", RandomState::new().build_hasher().finish());
        server.administer(&format!("CREATE DATABASE {name}"))?;
        let mut url = server.base.clone();
        url.set_path(&format!("/{name}"));
        Ok(Self { url: url.into(), server: Some((server, name)) })
    }

    /// The URL for `CERTCTL_DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs `body` beside the server.
    pub async fn with<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T> {
        let options = DatabaseOptions {
            exclusive: false,
            max_connections: 1,
            migrations: Migrations::Require,
            application_name: "certctl-e2e".to_owned(),
            ..DatabaseOptions::new(self.url.parse()?)
        };
        let store = Store::new(Arc::new(open(options).await?));
        let outcome = store.write("e2e", body).await;
        store.close().await;
        Ok(outcome?)
    }

    /// The whole ledger, newest first.
    pub async fn ledger(&self) -> Result<Vec<Issuance>> {
        self.with(|tx| {
            let mut rows = Vec::new();
            let mut page = PageRequest::first(500);
            loop {
                let part = tx.ledger().list(&page)?;
                rows.extend(part.items);
                match part.next {
                    Some(next) => page.after = Some(next),
                    None => return Ok(rows),
                }
            }
        })
        .await
    }

    /// The ledger of one certificate: how many rows are in each state.
    pub async fn ledger_of(&self, certificate: &CertificateId) -> Result<LedgerCount> {
        let mut count = LedgerCount::default();
        for row in self.ledger().await?.iter().filter(|row| row.certificate_id.as_ref() == Some(certificate))
        {
            match row.state {
                IssuanceState::Intent => count.intents += 1,
                IssuanceState::Issued => count.issued += 1,
                IssuanceState::Abandoned => count.abandoned += 1,
            }
        }
        Ok(count)
    }

    /// Every job, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        self.with(|tx| {
            let mut rows = Vec::new();
            let mut page = PageRequest::first(500);
            loop {
                let part = tx.jobs().list(&JobFilter::default(), &page)?;
                rows.extend(part.items);
                match part.next {
                    Some(next) => page.after = Some(next),
                    None => return Ok(rows),
                }
            }
        })
        .await
    }
}

/// Rows of the ledger by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LedgerCount {
    /// Intents whose outcome nobody has recorded yet.
    pub intents: usize,
    /// Issued.
    pub issued: usize,
    /// Given up after the intent.
    pub abandoned: usize,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            let _ = server.administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
