//! How often periodic tasks look for work. They are also poked when work appears.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use std::time::Duration;

const AT_LEAST_A_SECOND: Kind = Kind::Span { min: Duration::from_secs(1) };

const RENEWAL_CHECK: Key = Key::new(
    "CERTCTL_SCHEDULER_RENEWAL_CHECK_INTERVAL",
    "scheduler.renewal_check_interval",
    AT_LEAST_A_SECOND,
    "How often certificates that are due for renewal are looked for; one indexed query.",
)
.or("1m");
const JOB_PROCESSOR: Key = Key::new(
    "CERTCTL_SCHEDULER_JOB_PROCESSOR_INTERVAL",
    "scheduler.job_processor_interval",
    AT_LEAST_A_SECOND,
    "How often workers look for jobs that nothing poked them about, such as retries.",
)
.or("30s");
const AGENT_HEALTH: Key = Key::new(
    "CERTCTL_SCHEDULER_AGENT_HEALTH_CHECK_INTERVAL",
    "scheduler.agent_health_check_interval",
    AT_LEAST_A_SECOND,
    "How often silent agents are marked offline.",
)
.or("2m");
const JOB_TIMEOUT: Key = Key::new(
    "CERTCTL_JOB_TIMEOUT_INTERVAL",
    "scheduler.job_timeout_interval",
    AT_LEAST_A_SECOND,
    "How often jobs that waited too long for a CSR or an approval are ended.",
)
.or("10m");

const POLICY_EVALUATION: Key = Key::new(
    "CERTCTL_SCHEDULER_POLICY_EVALUATION_INTERVAL",
    "scheduler.policy_evaluation_interval",
    AT_LEAST_A_SECOND,
    "How often the whole inventory is judged by the compliance rules. It also is when a rule changes.",
)
.or("1h");

const NOTIFICATION_PROCESS: Key = Key::new(
    "CERTCTL_SCHEDULER_NOTIFICATION_PROCESS_INTERVAL",
    "scheduler.notification_process_interval",
    AT_LEAST_A_SECOND,
    "How often notifications are looked for that nothing poked the server about.",
)
.or("1m");
const NOTIFICATION_RETRY: Key = Key::new(
    "CERTCTL_NOTIFICATION_RETRY_INTERVAL",
    "scheduler.notification_retry_interval",
    AT_LEAST_A_SECOND,
    "How often failed notifications whose pause is over are looked for, at the latest; and how long a channel that keeps failing rests before one notification is tried on it.",
)
.or("2m");

pub(crate) const KEYS: &[Key] = &[
    RENEWAL_CHECK,
    JOB_PROCESSOR,
    AGENT_HEALTH,
    JOB_TIMEOUT,
    POLICY_EVALUATION,
    NOTIFICATION_PROCESS,
    NOTIFICATION_RETRY,
];

/// Periods of the periodic tasks.
#[derive(Debug, Clone)]
pub struct Scheduler {
    /// Renewal sweep.
    pub renewal_check: Duration,
    /// Poll of the job workers.
    pub job_processor: Duration,
    /// Agent health sweep.
    pub agent_health_check: Duration,
    /// Job timeout sweep.
    pub job_timeout: Duration,
    /// Evaluation of the compliance rules.
    pub policy_evaluation: Duration,
    /// Delivery of notifications.
    pub notification_process: Duration,
    /// Retries of notifications, and the rest of failing channels.
    pub notification_retry: Duration,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Scheduler {
    Scheduler {
        renewal_check: reader.span(&RENEWAL_CHECK),
        job_processor: reader.span(&JOB_PROCESSOR),
        agent_health_check: reader.span(&AGENT_HEALTH),
        job_timeout: reader.span(&JOB_TIMEOUT),
        policy_evaluation: reader.span(&POLICY_EVALUATION),
        notification_process: reader.span(&NOTIFICATION_PROCESS),
        notification_retry: reader.span(&NOTIFICATION_RETRY),
    }
}
