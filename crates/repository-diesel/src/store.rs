//! The store: opens the database and runs transaction bodies.

use crate::cancel::{self, Cancellation, Canceller, Waiting};
use crate::dialect;
use crate::error::{BackupError, OpenError};
use crate::lock::{self, DatabaseLock};
use crate::manager::SqliteRole;
use crate::migrate::{self, connect_to_migrate};
use crate::observe::{TxObserver, TxOutcome, TxReport};
use crate::options::{DatabaseOptions, Engine, Migrations};
use crate::pool::{Loan, Pool, PoolUsage};
use crate::totals::TotalCache;
use crate::tx::DieselTx;
use async_trait::async_trait;
use certctl_repository::{Flow, StoreError, TxBody, TxMode, TxRunner, TxSpec};
use diesel::r2d2::R2D2Connection;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// Runs of one body before the store gives up.
const MOST_ATTEMPTS: u32 = 10;
/// Longest pause between two runs.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// certctl's database on either engine. Clones share their connections.
#[derive(Debug, Clone)]
pub struct DieselStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    readers: Arc<Pool>,
    /// The same as `readers` on PostgreSQL.
    writers: Arc<Pool>,
    observer: Arc<dyn TxObserver>,
    totals: Arc<TotalCache>,
    canceller: Arc<Canceller>,
    _lock: Option<DatabaseLock>,
}

/// Opens the database and applies, or demands, its migrations. Call it on the runtime that shall
/// run the store's blocking work; that runtime must outlive the store.
pub async fn open(options: DatabaseOptions) -> Result<DieselStore, OpenError> {
    let runtime = Handle::current();
    let database = options.url.to_string();
    runtime
        .clone()
        .spawn_blocking(move || open_blocking(&runtime, &options))
        .await
        .unwrap_or_else(|failed| Err(OpenError::Connect { database, source: failed.into() }))
}

fn open_blocking(runtime: &Handle, options: &DatabaseOptions) -> Result<DieselStore, OpenError> {
    let lock = match options.url.sqlite_path() {
        Some(path) if options.exclusive => Some(DatabaseLock::acquire(path)?),
        Some(path) => lock::prepare(path).map(|()| None)?,
        None => None,
    };
    let mut conn = connect_to_migrate(&options.url)?;
    match options.migrations {
        Migrations::Apply => migrate::apply(&mut conn)?,
        Migrations::Require => match migrate::status(&mut conn)?.pending.len() {
            0 => (),
            pending => return Err(OpenError::MigrationsPending { pending }),
        },
    }
    drop(conn);
    let pool = |role, size| {
        let endpoint = options.url.endpoint(role, &options.application_name, options.statement_timeout);
        Arc::new(Pool::new(runtime.clone(), endpoint, size, options.connect_timeout))
    };
    let engine = options.url.engine();
    let (readers, writers) = match engine {
        Engine::Sqlite => (pool(SqliteRole::Reader, options.max_connections), pool(SqliteRole::Writer, 1)),
        Engine::Postgres => {
            let shared = pool(SqliteRole::Writer, options.max_connections);
            (Arc::clone(&shared), shared)
        }
    };
    let observer = Arc::clone(&options.observer);
    let endpoint =
        options.url.endpoint(SqliteRole::Writer, &options.application_name, options.statement_timeout);
    Ok(DieselStore(Arc::new(Inner {
        engine,
        readers,
        writers,
        observer,
        totals: Arc::default(),
        canceller: Arc::new(Canceller::new(runtime.clone(), endpoint)),
        _lock: lock,
    })))
}

/// What became of one run of a body.
enum Attempt {
    /// Kept or undone; whether it left alerts.
    Ended(Flow, bool),
    Conflict,
    Failed(StoreError),
}

impl DieselStore {
    /// The engine behind the store.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// How the connections are used now, by the name of their pool: `shared` on PostgreSQL, `reader` and
    /// `writer` on SQLite.
    pub fn pools(&self) -> Vec<(&'static str, PoolUsage)> {
        match self.0.engine {
            Engine::Postgres => vec![("shared", self.0.writers.usage())],
            Engine::Sqlite => vec![("reader", self.0.readers.usage()), ("writer", self.0.writers.usage())],
        }
    }

    /// Writes a consistent copy of a SQLite database, readable by its owner only, while the store
    /// keeps working.
    pub async fn backup_to(&self, path: &Path) -> Result<(), BackupError> {
        if self.0.engine == Engine::Postgres {
            return Err(BackupError::UsePgDump);
        }
        let path = path.to_owned();
        let work = move |pool: &Pool| {
            let mut loan = pool.connection().map_err(BackupError::Store)?;
            let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            made.map_err(|source| match source.kind() {
                std::io::ErrorKind::AlreadyExists => BackupError::Exists { path: path.clone() },
                _ => BackupError::File { path: path.clone(), source },
            })?;
            // SQLite accepts an existing file as long as it is empty.
            dialect::vacuum_into(&mut loan.conn, &path)
                .map(drop)
                .map_err(|error| BackupError::Store(StoreError::Other(error.into())))
        };
        // The writer's connection: readers may not write, not even elsewhere.
        let (outcome, _waited) = self.0.writers.run(work).await.map_err(BackupError::Store)?;
        outcome
    }

    fn pool(&self, mode: TxMode) -> &Arc<Pool> {
        match mode {
            TxMode::Read => &self.0.readers,
            TxMode::Write | TxMode::Claim => &self.0.writers,
        }
    }
}

#[async_trait]
impl TxRunner for DieselStore {
    async fn run(&self, spec: TxSpec, mut body: TxBody) -> Result<(), StoreError> {
        let started = Instant::now();
        let pool = self.pool(spec.mode);
        let mut report = TxReport {
            name: spec.name,
            mode: spec.mode,
            attempts: 0,
            waited: Duration::ZERO,
            duration: Duration::ZERO,
            outcome: TxOutcome::Contended,
            alerted: false,
        };
        let mut ended = Err(StoreError::Contended);
        let waiting = Waiting::new(&self.0.canceller);
        while report.attempts < MOST_ATTEMPTS {
            let (totals, cancellation) = (Arc::clone(&self.0.totals), waiting.cancellation());
            let work = move |pool: &Pool| {
                let outcome = attempt(pool, &totals, spec.mode, &mut body, &cancellation);
                (body, outcome)
            };
            let outcome = match pool.run(work).await {
                Ok(((returned, outcome), waited)) => {
                    body = returned;
                    report.waited += waited;
                    outcome
                }
                Err(error) => {
                    ended = Err(error);
                    report.outcome = TxOutcome::Unavailable;
                    break;
                }
            };
            report.attempts += 1;
            match outcome {
                Attempt::Ended(flow, alerted) => {
                    ended = Ok(());
                    report.alerted = alerted;
                    report.outcome = match flow {
                        Flow::Commit => TxOutcome::Committed,
                        Flow::RollBack => TxOutcome::RolledBack,
                    };
                    break;
                }
                Attempt::Failed(error) => {
                    report.outcome = match error {
                        StoreError::Unavailable(_) => TxOutcome::Unavailable,
                        _ => TxOutcome::Failed,
                    };
                    ended = Err(error);
                    break;
                }
                // The permit is back meanwhile, so others get on.
                Attempt::Conflict => tokio::time::sleep(pause(report.attempts)).await,
            }
        }
        waiting.done();
        report.duration = started.elapsed();
        self.0.observer.observe(&report);
        ended
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let work = |pool: &Pool| {
            let mut loan = pool.connection()?;
            loan.conn.ping().map_err(|error| {
                loan.spoiled = true;
                StoreError::Unavailable(error.into())
            })
        };
        let (outcome, _waited) = self.0.readers.run(work).await?;
        outcome
    }

    async fn close(&self) {
        // Readers first: the last connection to close, the writer, puts SQLite's files in order.
        self.0.readers.close().await;
        self.0.writers.close().await;
    }
}

/// A pause of random length, so that transactions that met once do not meet again.
fn pause(attempts: u32) -> Duration {
    let random = RandomState::new().hash_one(attempts) % 1_000;
    let longest = LONGEST_PAUSE.min(Duration::from_millis(5) * attempts);
    longest.mul_f64(f64::from(u32::try_from(random).unwrap_or_default()) / 1_000.0)
}

/// Runs the body once. A panic in it leaves the connection inside the transaction, and the pool
/// throws such a connection away.
fn attempt(
    pool: &Pool,
    totals: &TotalCache,
    mode: TxMode,
    body: &mut TxBody,
    cancellation: &Cancellation,
) -> Attempt {
    if cancellation.is_gone() {
        return Attempt::Failed(cancel::gone());
    }
    let mut loan = match begin(pool, mode) {
        Ok(Some(loan)) => loan,
        Ok(None) => return Attempt::Conflict,
        Err(error) => return Attempt::Failed(error),
    };
    let statements = cancellation.statements(loan.backend);
    if cancellation.is_gone() {
        roll_back(&mut loan);
        return Attempt::Failed(cancel::gone());
    }
    let mut tx = DieselTx::new(&mut loan.conn, totals, cancellation);
    let flow = body(&mut tx);
    let (conflict, failed, alerted) = (tx.conflict, tx.failed, tx.alerted);
    let effects = std::mem::take(&mut tx.effects);
    // A cancellation that was sent may arrive late; it must not meet the next transaction.
    loan.spoiled |= statements.end();
    if cancellation.is_gone() {
        roll_back(&mut loan);
        return Attempt::Failed(cancel::gone());
    }
    if flow == Flow::Commit && !failed {
        return match dialect::commit(&mut loan.conn) {
            Ok(()) => {
                for effect in effects {
                    effect();
                }
                Attempt::Ended(Flow::Commit, alerted)
            }
            Err(error) if dialect::is_conflict(&error) => {
                roll_back(&mut loan);
                Attempt::Conflict
            }
            Err(error) if dialect::is_broken(&error) => {
                loan.spoiled = true;
                Attempt::Failed(StoreError::Unavailable(error.into()))
            }
            Err(error) => {
                roll_back(&mut loan);
                Attempt::Failed(StoreError::Other(error.into()))
            }
        };
    }
    roll_back(&mut loan);
    match flow {
        _ if conflict => Attempt::Conflict,
        Flow::RollBack => Attempt::Ended(Flow::RollBack, false),
        Flow::Commit => {
            Attempt::Failed(StoreError::Other("the body went on after a failed statement".into()))
        }
    }
}

/// A connection inside a new transaction; none when SQLite's write lock could not be had. Since the
/// body has not run yet, connections that died in the pool are simply replaced.
fn begin(pool: &Pool, mode: TxMode) -> Result<Option<Loan>, StoreError> {
    let mut last = None;
    for _ in 0..=pool.size() {
        let mut loan = pool.connection()?;
        match dialect::begin(&mut loan.conn, mode) {
            Ok(()) => return Ok(Some(loan)),
            Err(error) if dialect::is_conflict(&error) => return Ok(None),
            Err(error) => {
                loan.spoiled = true;
                last = Some(error);
            }
        }
    }
    Err(last.map_or(StoreError::Contended, |error| StoreError::Unavailable(error.into())))
}

fn roll_back(loan: &mut Loan) {
    if dialect::roll_back(&mut loan.conn).is_err() {
        loan.spoiled = true;
    }
}
