//! Demo data: the services once more, on a clock that jumps through ninety days.

use crate::Environment;
use anyhow::{Context, ensure};
use certctl_connector_api::issuer::IssuerEnv;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_demo::{DemoAgents, DemoClock, DemoIds, Stage, live};
use certctl_handler::Services;
use certctl_lifecycle::{Lifecycle, Tasks};
use certctl_repository::StoreError;
use certctl_repository_diesel::Engine as Database;
use certctl_service::jobs::IssuanceRunner;
use certctl_service::reconcile::{
    AgentHealth, DeploymentSweep, JobTimeouts, OperationRunner, PolicyEvaluation, RenewalSweep, WaitingTimes,
};
use certctl_service::{
    AgentGroups, AgentWork, AgentWorkOptions, Agents, ApiKeys, ApprovalReminders, Approvals, Certificates,
    Channels, Delivery, DeliveryLoop, DeliveryOptions, Engine, EngineOptions, ExpiryAlerts, Foundation,
    Issuers, Jobs, LiveChannels, LiveIssuers, NotificationRouter, Notifications, Operations, Owners,
    Policies, Profiles, RenewalPolicies, Revocations, Routings, SealedCaKeys, Secrets, Targets, Teams,
    Wakeups,
};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{
    DeliveryMetrics, DeployCounters, ExpiryAlertMetrics, IssuanceMetrics, JobMetrics, Registry,
};
use std::sync::Arc;
use std::time::Duration;

/// How often simulated agents are heard of, and do what they are asked for.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Leases of the story, whose rounds are shorter.
const LEASE: Duration = Duration::from_mins(1);

/// How long a request waits for its approval in the story.
const APPROVAL: Duration = Duration::from_hours(7 * 24);
/// How long a failing channel rests in the story.
const REST: Duration = Duration::from_mins(2);

/// Plays the story into a database that has its first rows and nothing else. What it counts goes to
/// a registry of its own: the metrics of the server begin at zero.
pub(super) async fn seed(
    base: &Foundation,
    secrets: &Secrets,
    environment: &Environment,
    outside: &NotifierEnv,
    life: &Lifecycle,
    engine: Database,
) -> anyhow::Result<()> {
    ensure!(
        engine == Database::Sqlite,
        "demo data needs a SQLite database: on PostgreSQL, leases follow the database's own clock, which cannot jump"
    );
    let now = environment.clock.now();
    let stage = stage(base, secrets, environment, (outside, life.tasks()), DemoClock::new(now))?;
    tracing::info!("playing ninety days of demo data");
    live(&stage, now).await.context("the demo data could not be made")?;
    settle_alerts(base).await
}

/// What nobody was told of in the story was long ago: nobody is told of it now.
async fn settle_alerts(base: &Foundation) -> anyhow::Result<()> {
    const BATCH: u32 = 500;
    loop {
        let now = base.clock.now();
        let settled = base.store.write("demo.alerts", move |tx| {
            let ids: Vec<_> = tx.alerts().unrouted(BATCH)?.into_iter().map(|alert| alert.id).collect();
            tx.alerts().routed(&ids, now)?;
            Ok::<_, StoreError>(ids.len())
        });
        if settled.await? < BATCH as usize {
            return Ok(());
        }
    }
}

/// What keeps the simulated agents alive.
pub(super) fn agents(services: &Services) -> (Arc<dyn Reconciler>, Duration) {
    let agents = DemoAgents::new(Arc::clone(&services.agents), Arc::clone(&services.agent_work));
    (Arc::new(agents), HEARTBEAT)
}

fn stage(
    real: &Foundation,
    secrets: &Secrets,
    environment: &Environment,
    (outside, tasks): (&NotifierEnv, &Tasks),
    clock: DemoClock,
) -> anyhow::Result<Stage> {
    let metrics = Registry::new();
    let base = Foundation {
        clock: Arc::new(clock.clone()),
        ids: Arc::new(DemoIds::new(clock.clone())),
        ..real.clone()
    };
    let wakeups = Arc::new(Wakeups::default());
    let ca_keys = Arc::new(SealedCaKeys::new(base.clone(), secrets.clone()));
    let issuer_env = IssuerEnv { clock: Arc::clone(&base.clock), ca_keys, pki_base_url: None };
    let live_issuers = Arc::new(LiveIssuers::new(environment.issuers.clone(), issuer_env, secrets.clone()));
    let times = AgentWorkOptions { lease: LEASE, recheck: LEASE };
    let counters = Arc::new(DeployCounters::register(&metrics)?);
    let runner = IssuanceRunner::new(
        base.clone(),
        Arc::clone(&live_issuers),
        Arc::clone(&wakeups),
        IssuanceMetrics::register(&metrics)?,
    );
    let told = Arc::new(ExpiryAlertMetrics::register(&metrics)?);
    let outside = NotifierEnv { clock: Arc::clone(&base.clock), ..outside.clone() };
    let live_channels = Arc::new(LiveChannels::new(environment.notifiers.clone(), outside, secrets.clone()));
    let delivery = Delivery::new(
        base.clone(),
        Arc::clone(&live_channels),
        Arc::clone(&wakeups),
        tasks.clone(),
        DeliveryMetrics::register(&metrics)?,
        DeliveryOptions::new("demo".to_owned(), REST),
    );
    let telling: Vec<Arc<dyn Reconciler>> = vec![
        Arc::new(ApprovalReminders::new(base.clone(), APPROVAL)),
        Arc::new(ExpiryAlerts::new(base.clone(), Arc::clone(&wakeups), told)),
        Arc::new(NotificationRouter::new(base.clone(), Arc::clone(&wakeups))),
        Arc::new(DeliveryLoop::deliver(delivery)),
    ];
    let waiting = WaitingTimes { csr: Duration::from_hours(24), approval: APPROVAL };
    let reconcilers: Vec<Arc<dyn Reconciler>> = vec![
        Arc::new(JobTimeouts::new(base.clone(), waiting)),
        Arc::new(AgentHealth::new(base.clone())),
        Arc::new(OperationRunner::new(base.clone(), Arc::clone(&wakeups))),
        Arc::new(RenewalSweep::new(base.clone(), Arc::clone(&wakeups))),
        Arc::new(DeploymentSweep::new(base.clone(), Arc::clone(&wakeups), Duration::from_hours(1))),
        Arc::new(PolicyEvaluation::new(base.clone(), Arc::clone(&wakeups))),
    ];
    Ok(Stage {
        clock,
        api_keys: Arc::new(ApiKeys::new(base.clone(), true)),
        agents: Arc::new(Agents::new(base.clone(), None)),
        agent_groups: Arc::new(AgentGroups::new(base.clone(), Arc::clone(&wakeups))),
        agent_work: Arc::new(AgentWork::new(
            base.clone(),
            secrets.clone(),
            Arc::clone(&wakeups),
            counters,
            times,
        )),
        approvals: Arc::new(Approvals::new(base.clone(), Arc::clone(&wakeups))),
        certificates: Arc::new(Certificates::new(base.clone(), Arc::clone(&wakeups))),
        channels: Arc::new(Channels::new(base.clone(), live_channels, secrets.clone())),
        issuers: Arc::new(Issuers::new(base.clone(), live_issuers, secrets.clone())),
        jobs: Arc::new(Jobs::new(base.clone(), Arc::clone(&wakeups))),
        notifications: Arc::new(Notifications::new(base.clone(), Arc::clone(&wakeups))),
        operations: Arc::new(Operations::new(base.clone(), Arc::clone(&wakeups))),
        owners: Arc::new(Owners::new(base.clone())),
        policies: Arc::new(Policies::new(base.clone(), Arc::clone(&wakeups))),
        profiles: Arc::new(Profiles::new(base.clone())),
        renewal_policies: Arc::new(RenewalPolicies::new(base.clone(), Arc::clone(&wakeups))),
        routing: Arc::new(Routings::new(base.clone())),
        revocations: Arc::new(Revocations::new(base.clone(), Arc::clone(&wakeups))),
        targets: Arc::new(Targets::new(
            base.clone(),
            environment.targets.clone(),
            secrets.clone(),
            Arc::clone(&wakeups),
        )),
        teams: Arc::new(Teams::new(base.clone())),
        engine: Arc::new(Engine::new(
            base,
            wakeups,
            vec![Arc::new(runner)],
            JobMetrics::register(&metrics)?,
            EngineOptions { owner: "demo".to_owned(), lease: LEASE },
        )),
        reconcilers,
        telling,
    })
}
