//! What runs again and again, and how often.

use certctl_config::ServerConfig;
use certctl_scheduler::{Reconcilers, Schedule};
use certctl_service::reconcile::{
    AgentHealth, DEPLOYMENT_PAUSE, DeploymentSweep, JobRetention, JobTimeouts, NotificationRetention,
    OperationRetention, OperationRunner, PolicyEvaluation, Purge, RenewalSweep, Retention, RollupFold,
    RollupRepair, WaitingTimes,
};
use certctl_service::{Foundation, Loops, StoreLeases, Wakeups};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{RollupMetrics, SchedulerMetrics};
use std::sync::Arc;
use std::time::Duration;

/// How often what is over long enough is removed.
const RETENTION_CHECK: Duration = Duration::from_hours(1);
/// How often unfinished operations are taken up that nobody was woken for.
const OPERATIONS_CHECK: Duration = Duration::from_secs(30);
/// How often the changes of kept counts are added up: what is open is read with every figure.
const ROLLUP_FOLD: Duration = Duration::from_secs(15);
/// How often kept counts are compared with a recount.
const ROLLUP_REPAIR: Duration = Duration::from_hours(6);

/// Those of the inventory.
pub(super) fn reconcilers(
    config: &ServerConfig,
    base: &Foundation,
    wakeups: &Arc<Wakeups>,
    rollups: RollupMetrics,
) -> Vec<(Arc<dyn Reconciler>, Duration)> {
    let waiting = WaitingTimes {
        csr: config.jobs.awaiting_csr_timeout,
        approval: config.jobs.awaiting_approval_timeout,
    };
    let mut tasks: Vec<(Arc<dyn Reconciler>, Duration)> = vec![
        (Arc::new(RenewalSweep::new(base.clone(), Arc::clone(wakeups))), config.scheduler.renewal_check),
        (
            Arc::new(DeploymentSweep::new(base.clone(), Arc::clone(wakeups), DEPLOYMENT_PAUSE)),
            config.scheduler.renewal_check,
        ),
        (Arc::new(OperationRunner::new(base.clone(), Arc::clone(wakeups))), OPERATIONS_CHECK),
        (Arc::new(Retention::new(base.clone())), RETENTION_CHECK),
        (Arc::new(JobTimeouts::new(base.clone(), waiting)), config.scheduler.job_timeout),
        (
            Arc::new(PolicyEvaluation::new(base.clone(), Arc::clone(wakeups))),
            config.scheduler.policy_evaluation,
        ),
        (Arc::new(RollupFold::new(base.clone())), ROLLUP_FOLD),
        (Arc::new(RollupRepair::new(base.clone(), rollups)), ROLLUP_REPAIR),
        (Arc::new(AgentHealth::new(base.clone())), config.scheduler.agent_health_check),
    ];
    let keep = config.jobs.retention;
    if !keep.is_zero() {
        tasks.push((Arc::new(JobRetention::new(base.clone(), keep)), RETENTION_CHECK));
    }
    let keep = config.retention.operations;
    if !keep.is_zero() {
        tasks.push((Arc::new(OperationRetention::new(base.clone(), keep)), RETENTION_CHECK));
    }
    let keep = config.retention.archived_certificates;
    if !keep.is_zero() {
        tasks.push((Arc::new(Purge::new(base.clone(), keep)), RETENTION_CHECK));
    }
    let keep = config.retention.notifications;
    if !keep.is_zero() {
        tasks.push((Arc::new(NotificationRetention::new(base.clone(), keep)), RETENTION_CHECK));
    }
    tasks
}

/// All there are: each runs on one server at a time, and its silence is noticed.
pub(super) fn scheduled(
    base: &Foundation,
    process: String,
    loops: Arc<Loops>,
    metrics: SchedulerMetrics,
    tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
) -> Reconcilers {
    for (task, period) in &tasks {
        loops.expect(task.name(), *period);
    }
    let leases = Arc::new(StoreLeases::new(base.clone(), process));
    let none = Reconcilers::new(leases, Arc::clone(&base.clock), Arc::clone(&base.ids), metrics);
    tasks
        .into_iter()
        .fold(none.recorded_by(loops), |all, (task, period)| all.with(task, Schedule::every(period)))
}
