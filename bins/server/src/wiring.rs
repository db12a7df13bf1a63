//! The composition root: a straight list of what the process consists of.

mod alerts;
mod audit;
mod delivery;
mod demo;
mod digest;
mod heartbeat;
pub(crate) mod keys;
mod listen;
mod notification;
mod options;
mod reconcilers;
mod relying_party;
mod revocation;

use self::options::{approval_gate, build_info, guards, static_keys};
use crate::database::{Access, open_for};
use crate::observers::{self, CountedTransactions};
use crate::{Environment, edge, master_key};
use anyhow::Context;
use certctl_config::ServerConfig;
use certctl_connector_api::issuer::IssuerEnv;
use certctl_crypto::SecretString;
use certctl_handler::Services;
use certctl_http_core::Server;
use certctl_lifecycle::Lifecycle;
use certctl_repository::Store;
use certctl_repository_diesel::Engine as Database;
use certctl_scheduler::{Reconcilers, WorkerOptions, Workers};
use certctl_service::jobs::IssuanceRunner;
use certctl_service::{
    AgentGroups, AgentWork, AgentWorkOptions, Agents, ApiKeys, Approvals, Certificates, Channels, Connectors,
    Delivery, Engine, EngineOptions, EventOptions, Events, Exports, Foundation, Imports, Issuers, Jobs,
    LiveIssuers, Loops, Metrics, MetricsSources, Notifications, Operations, Owners, Policies, PolicyGate,
    Profiles, RenewalPolicies, Renewals, Revocations, Routings, SealedCaKeys, Secrets, SessionOptions,
    Sessions, Statistics, System, Targets, Teams, Wakeups, seed,
};
use certctl_service_api::engine::JobEngine;
use certctl_telemetry::{
    DeployCounters, HttpMetrics, InstallationMetrics, IssuanceMetrics, JobMetrics, PoolMetrics,
    ProcessMetrics, Registry, RollupMetrics, SchedulerMetrics, TxMetrics,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Everything that [`crate::run`] starts and stops.
#[derive(Debug)]
pub struct App {
    /// The bound listener.
    pub http: Server,
    /// Its address.
    pub address: SocketAddr,
    /// The listener that serves only metrics.
    pub metrics: Option<Server>,
    /// The listener without TLS, for relying parties.
    pub relying_parties: Option<Server>,
    /// Runs server jobs.
    pub workers: Workers,
    /// Runs reconcilers.
    pub reconcilers: Reconcilers,
    /// Claims and runs jobs.
    pub engine: Arc<dyn JobEngine>,
    /// Delivers notifications.
    pub delivery: Arc<Delivery>,
    /// The database.
    pub store: Store,
    /// Token of the first API key, made when there was none.
    pub first_key: Option<SecretString>,
}

/// Opens, checks and connects everything; nothing runs yet and nothing is served.
#[expect(clippy::too_many_lines, reason = "the composition root is one straight list")]
pub async fn build(
    config: ServerConfig,
    life: &Lifecycle,
    mut environment: Environment,
) -> anyhow::Result<App> {
    let started = Instant::now();
    if config.demo.seed {
        environment.notifiers = certctl_demo::played(&environment.notifiers);
    }
    let metrics = Registry::new();
    ProcessMetrics::register(&metrics, env!("CARGO_PKG_VERSION"), &build_info().commit, move || {
        started.elapsed()
    })?;

    let wakeups = Arc::new(Wakeups::default());
    let changed = Arc::new(Notify::new());
    let observer = Arc::new(CountedTransactions {
        metrics: TxMetrics::register(&metrics)?,
        changed: Arc::clone(&changed),
        wakeups: Arc::clone(&wakeups),
    });
    let database = open_for(&config, Access::Server, Some(observer)).await?;
    let store = Store::new(Arc::new(database.clone()));
    let secrets = Secrets::new(Arc::new(master_key::load(&config, &store).await?));
    let base = Foundation {
        store: store.clone(),
        clock: Arc::clone(&environment.clock),
        ids: Arc::clone(&environment.ids),
        approvals: approval_gate(&config, &metrics)?,
        guards: guards(&config),
    };
    // Leases are bound to this name. A SQLite database has one server, which after a crash goes on
    // with its own leases at once; replicas on PostgreSQL need a name each.
    let process = match database.engine() {
        Database::Sqlite => "server".to_owned(),
        Database::Postgres => format!("server-{}", environment.ids.next()),
    };
    if database.engine() == Database::Sqlite {
        release_all(&base).await?;
    }

    let ca_keys = Arc::new(SealedCaKeys::new(base.clone(), secrets.clone()));
    let issuer_env = IssuerEnv {
        clock: Arc::clone(&environment.clock),
        ca_keys,
        pki_base_url: config.pki.base_url.clone(),
    };
    let outside = notification::surroundings(&config, &environment)?;
    let live_channels =
        notification::channels(&config, outside.clone(), &environment, &base, &secrets).await?;
    let live_issuers = Arc::new(LiveIssuers::new(environment.issuers.clone(), issuer_env, secrets.clone()));
    let local_ca = config
        .pki
        .sub_ca
        .as_ref()
        .map(|files| seed::LocalCaFiles { certificate: files.cert.clone(), key: files.key.clone() });
    let api_keys = Arc::new(ApiKeys::new(base.clone(), keys::has_admin(&config)));
    let empty = seed::seed(&base, &live_issuers, &secrets, &seed::SeedOptions { local_ca }).await?;
    let first_key = keys::first(&config, &api_keys).await?;
    if config.demo.seed && empty {
        demo::seed(&base, &secrets, &environment, &outside, life, database.engine()).await?;
    }

    let audit = audit::build(&config, life, &base, &secrets, &metrics).await?;

    let published = revocation::build(
        &config,
        life,
        &base,
        &live_issuers,
        &wakeups,
        database.engine(),
        &outside,
        &metrics,
    )?;
    let local = (&live_issuers, &secrets);
    let relying_parties = relying_party::build(&config, life, &base, local, &published.crls, &metrics)?;
    let sources = MetricsSources {
        registry: metrics.clone(),
        installation: InstallationMetrics::register(&metrics)?,
        pools: PoolMetrics::register(&metrics)?,
        look_at_pools: observers::pools(database.clone()),
    };
    let counters = Arc::new(DeployCounters::register(&metrics)?);
    let times = AgentWorkOptions { lease: config.jobs.agent_lease, recheck: Duration::from_secs(5) };
    let gate = PolicyGate::new(config.policy.blocking_severities.iter().copied());
    let readiness = life.readiness().clone();
    let (digests, digest_task) = digest::build(&config, &base, &wakeups);
    let loops = Arc::new(Loops::new(base.clone()));
    let events = Events::new(base.clone(), EventOptions::default(), changed);
    edge::follow(life, events.clone());
    let authentication = Arc::new(
        certctl_service::Authentication::new(base.clone(), static_keys(&config), keys::usage(life, &base))
            .with_sessions(SessionOptions {
                idle: config.auth.session_idle,
                lifetime: config.auth.session_lifetime,
            }),
    );
    let services = Services {
        connectors: Arc::new(Connectors::new(
            &environment.issuers,
            &environment.targets,
            &environment.notifiers,
        )),
        sessions: Arc::new(Sessions::new(base.clone(), Arc::clone(&authentication))),
        events: Arc::new(events),
        agent_work: Arc::new(
            AgentWork::new(base.clone(), secrets.clone(), Arc::clone(&wakeups), counters, times)
                .guarded(gate.clone()),
        ),
        approvals: Arc::new(Approvals::new(base.clone(), Arc::clone(&wakeups))),
        agents: Arc::new(Agents::new(base.clone(), config.auth.agent_bootstrap_token.as_ref())),
        certificates: Arc::new(Certificates::new(base.clone(), Arc::clone(&wakeups)).guarded(gate.clone())),
        crls: published.crls.clone(),
        channels: Arc::new(Channels::new(base.clone(), Arc::clone(&live_channels), secrets.clone())),
        digests,
        exports: Arc::new(Exports::new(base.clone(), config.export.per_actor_per_hour)),
        imports: Arc::new(Imports::new(base.clone())),
        issuers: Arc::new(Issuers::new(base.clone(), Arc::clone(&live_issuers), secrets.clone())),
        jobs: Arc::new(Jobs::new(base.clone(), Arc::clone(&wakeups))),
        notifications: Arc::new(Notifications::new(base.clone(), Arc::clone(&wakeups))),
        ocsp: relying_parties.ocsp,
        operations: Arc::new(Operations::new(base.clone(), Arc::clone(&wakeups))),
        renewals: Arc::new(Renewals::new(base.clone(), Arc::clone(&wakeups))),
        renewal_policies: Arc::new(RenewalPolicies::new(base.clone(), Arc::clone(&wakeups))),
        revocations: Arc::new(Revocations::new(base.clone(), Arc::clone(&wakeups))),
        routing: Arc::new(Routings::new(base.clone())),
        policies: Arc::new(Policies::new(base.clone(), Arc::clone(&wakeups))),
        profiles: Arc::new(Profiles::new(base.clone())),
        teams: Arc::new(Teams::new(base.clone())),
        audit: audit.service,
        system: Arc::new(System::new(store.clone(), Arc::clone(&loops), move || readiness.is_ready())),
        statistics: Arc::new(Statistics::new(base.clone())),
        metrics: Arc::new(Metrics::new(base.clone(), sources).watching(Arc::clone(&loops))),
        owners: Arc::new(Owners::new(base.clone())),
        api_keys: api_keys.clone(),
        agent_groups: Arc::new(AgentGroups::new(base.clone(), Arc::clone(&wakeups))),
        targets: Arc::new(Targets::new(
            base.clone(),
            environment.targets.clone(),
            secrets,
            Arc::clone(&wakeups),
        )),
    };

    let runner = IssuanceRunner::new(
        base.clone(),
        live_issuers,
        Arc::clone(&wakeups),
        IssuanceMetrics::register(&metrics)?,
    )
    .guarded(gate);
    let engine: Arc<dyn JobEngine> = Arc::new(Engine::new(
        base.clone(),
        Arc::clone(&wakeups),
        vec![Arc::new(runner)],
        JobMetrics::register(&metrics)?,
        EngineOptions { owner: process.clone(), lease: config.jobs.lease },
    ));
    let workers = Workers::new(
        Arc::clone(&engine),
        Arc::clone(&environment.clock),
        WorkerOptions {
            concurrency: u32::try_from(config.jobs.concurrency).unwrap_or(u32::MAX),
            poll_period: config.scheduler.job_processor,
        },
    );
    let mut others = audit.tasks;
    others.extend(digest_task);
    others.extend(published.tasks);
    others.extend(relying_parties.tasks);
    others.extend(heartbeat::task(&config, &outside, &loops)?);
    others.extend(alerts::tasks(&config, &base, &wakeups, &metrics)?);
    if config.demo.seed {
        others.push(demo::agents(&services));
    }
    let delivery = delivery::build(&config, life, &base, &live_channels, &wakeups, &process, &metrics)?;
    others.extend(delivery.tasks);
    others.extend(reconcilers::reconcilers(&config, &base, &wakeups, RollupMetrics::register(&metrics)?));
    let reconcilers =
        reconcilers::scheduled(&base, process, loops, SchedulerMetrics::register(&metrics)?, others);

    let core = listen::core(
        &config,
        life,
        &environment,
        &base,
        authentication,
        audit.calls,
        HttpMetrics::register(&metrics)?,
    );
    let pki = relying_parties.routes;
    let relying_parties = relying_party::listener(&config, &core, &pki)?;
    let (http, metrics) = listen::bind(&config, life, &environment, &core, services, pki)?;
    let address = *http.addresses().first().context("the listener has no address")?;
    Ok(App {
        http,
        address,
        metrics,
        relying_parties,
        workers,
        reconcilers,
        engine,
        delivery: delivery.engine,
        store,
        first_key,
    })
}

/// After a crash nobody else can hold a lease on a database that is ours alone.
async fn release_all(base: &Foundation) -> anyhow::Result<()> {
    let now = base.clock.now();
    let released =
        base.store.write("job.release_all", move |tx| tx.jobs().release_server_leases(None, now)).await?;
    base.store.write("notification.release_all", move |tx| tx.notifications().release(None, now)).await?;
    if released > 0 {
        tracing::info!(released, "took over {released} jobs that the last run of the server left unfinished");
    }
    Ok(())
}
