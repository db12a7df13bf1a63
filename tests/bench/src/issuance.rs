//! The local CA: from an accepted CSR to a committed version, beside raw signatures.

use crate::core::Core;
use crate::place::{Place, Postgres};
use crate::{signatures, table};
use anyhow::{Result, ensure};
use async_trait::async_trait;
use certctl_crypto::KeyPair;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::job::{Job, JobKind};
use certctl_domain::profile::KeySpec;
use certctl_domain::{JsonText, Timestamp};
use certctl_lifecycle::Tasks;
use certctl_pki::RequestTemplate;
use certctl_repository::StoreError;
use certctl_scheduler::{WorkerOptions, Workers};
use certctl_service::jobs::IssuanceRunner;
use certctl_service::{Engine, EngineOptions};
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{AttemptOutcome, JobEngine};
use certctl_telemetry::{IssuanceMetrics, JobMetrics, Registry};
use certctl_testkit::{build, seed_basics};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Notify;

/// Jobs a server runs at once by default.
const CONCURRENCY: u32 = 25;
/// Rows per transaction while the work is prepared.
const BATCH: usize = 200;

/// Issues `count` certificates on each engine and prints the table.
pub(crate) async fn measure(count: u32) -> Result<()> {
    let cores = signatures::cores();
    let one = signatures::per_second(1)?;
    let all = signatures::per_second(cores)?;
    let sqlite = issue(&Place::sqlite()?, count).await?;
    let server = Postgres::start()?;
    let postgres = issue(&Place::postgres(&server)?, count).await?;
    let row = |what: &str, rate: f64| vec![what.to_owned(), table::rate(rate), table::share(rate, all)];
    table::print(
        &format!("Issuance by the local CA, {count} certificates, {CONCURRENCY} at once"),
        &["ECDSA P-256", "rate", "of all cores' signatures"],
        &[
            row(&format!("signatures, {cores} cores"), all),
            row("signatures, one core", one),
            row("issued and committed, SQLite", sqlite),
            row("issued and committed, PostgreSQL without fsync", postgres),
        ],
    )?;
    table::line(
        "\nEach issuance reads and checks the order, lints what will be signed, commits the intent, signs, checks \
         the result and commits version, ledger, job, certificate, deployment job and audit event.",
    )
}

/// Certificates per second.
async fn issue(place: &Place, count: u32) -> Result<f64> {
    let core = Core::open(place.url.clone()).await?;
    prepare(&core, count).await?;
    let metrics = Registry::new();
    let runner = IssuanceRunner::new(
        core.base.clone(),
        Arc::clone(&core.issuers),
        Arc::clone(&core.wakeups),
        IssuanceMetrics::register(&metrics)?,
    );
    let engine = Arc::new(Counted {
        engine: Engine::new(
            core.base.clone(),
            Arc::clone(&core.wakeups),
            vec![Arc::new(runner)],
            JobMetrics::register(&metrics)?,
            EngineOptions { owner: "bench".to_owned(), lease: Duration::from_mins(1) },
        ),
        left: AtomicU32::new(count),
        failed: AtomicU32::new(0),
        all_done: Notify::new(),
    });
    let tasks = Tasks::new(Handle::current());
    let options = WorkerOptions { concurrency: CONCURRENCY, poll_period: Duration::from_secs(1) };
    let workers = Workers::new(Arc::<Counted>::clone(&engine), Arc::clone(&core.base.clock), options);
    let begun = Instant::now();
    let working = workers.start(&tasks);
    engine.all_done.notified().await;
    let elapsed = begun.elapsed();
    tasks.soft().cancel();
    working.await?;
    core.base.store.close().await;
    ensure!(engine.failed.load(Ordering::SeqCst) == 0, "some issuances failed");
    Ok(f64::from(count) / elapsed.as_secs_f64())
}

/// Certificates that wait for their signature.
async fn prepare(core: &Core, count: u32) -> Result<()> {
    seed_basics(&core.base.store).await;
    let now = core.base.clock.now();
    let key = KeyPair::generate(KeySpec::P256)?;
    let mut work = Vec::new();
    for number in 0..count {
        work.push(order(number, now, &key)?);
    }
    for batch in work.chunks(BATCH) {
        let batch = batch.to_vec();
        core.base
            .store
            .write("bench.prepare", move |tx| {
                for (certificate, job) in &batch {
                    tx.certificates().insert(certificate)?;
                    tx.deployments().insert(&build::mapping(certificate.id.as_str()))?;
                    tx.jobs().insert(job)?;
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    Ok(())
}

fn order(number: u32, now: Timestamp, key: &KeyPair) -> Result<(Certificate, Job)> {
    let id = format!("mc-bench-{number}");
    let certificate = Certificate {
        status: CertificateStatus::RenewalInProgress,
        profile_id: None,
        ..build::certificate(&id)
    };
    let template = RequestTemplate {
        common_name: Some(certificate.common_name.clone()),
        sans: certificate.names().into_iter().collect(),
        ..RequestTemplate::default()
    };
    let payload = json!({"csr_pem": template.sign(key)?.to_pem()});
    let job = Job {
        kind: JobKind::Issuance,
        certificate_id: Some(certificate.id.clone()),
        agent_id: Some(build::id(build::AGENT)),
        payload: JsonText::trusted(payload.to_string()),
        run_after: now,
        ..build::job(&format!("job-bench-{number}"))
    };
    Ok((certificate, job))
}

/// An engine that says when everything is done.
#[derive(Debug)]
struct Counted {
    engine: Engine,
    left: AtomicU32,
    failed: AtomicU32,
    all_done: Notify,
}

#[async_trait]
impl JobEngine for Counted {
    async fn claim(&self, limit: u32) -> Result<Vec<Job>, ServiceError> {
        self.engine.claim(limit).await
    }

    async fn run(&self, job: Job) -> AttemptOutcome {
        let outcome = self.engine.run(job).await;
        if outcome != AttemptOutcome::Completed {
            self.failed.fetch_add(1, Ordering::SeqCst);
        }
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.all_done.notify_one();
        }
        outcome
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, ServiceError> {
        self.engine.next_due().await
    }

    async fn work_arrived(&self) {
        self.engine.work_arrived().await;
    }

    async fn release(&self) -> Result<u64, ServiceError> {
        self.engine.release().await
    }
}
