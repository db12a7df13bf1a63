//! Figures about the whole installation, read from counts that are kept with what they count.

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::agent::AgentStatus;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::JobStatus;
use certctl_domain::{Day, Timestamp};
use certctl_repository::{NotificationCounts, StoreError, Tx};
use certctl_service_api::statistics::{
    Expirations, Issued, JobTrend, MOST_DAYS, StatisticsService, Summary, USUAL_DAYS,
};
use certctl_service_api::{Actor, ServiceError};
use std::time::Duration;

/// A certificate that ends within this time is expiring, whatever its renewal policy says.
const SOON: Duration = Duration::from_hours(30 * 24);

/// Use cases of statistics.
#[derive(Debug)]
pub struct Statistics {
    base: Foundation,
}

impl Statistics {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }

    /// The last `days` days, today included, after the checks that every use case makes.
    fn past(&self, who: &Actor, days: Option<u32>) -> Result<Vec<Day>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        Ok(Day::of(self.base.clock.now()).back(check_days(days)?).collect())
    }
}

fn check_days(days: Option<u32>) -> Result<u32, ServiceError> {
    match days.unwrap_or(USUAL_DAYS) {
        days @ 1..=MOST_DAYS => Ok(days),
        _ => Err(ServiceError::invalid("days", "invalid_value", format!("must be 1 to {MOST_DAYS}"))),
    }
}

/// How many notifications are where. Best effort, in a transaction of its own: what is wrong with
/// them must not hide everything else.
pub(crate) async fn notification_counts(base: &Foundation) -> Option<NotificationCounts> {
    let read =
        base.store.read("statistics.notifications", |tx| Ok::<_, Failure>(tx.notifications().counts()?));
    match read.await {
        Ok(counts) => Some(counts),
        Err(failure) => {
            let error = ServiceError::from(failure);
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot count the notifications; figures are shown without them"
            );
            None
        }
    }
}

/// The figures of `now`.
pub(crate) fn summary(
    tx: &mut dyn Tx,
    now: Timestamp,
    notifications: Option<NotificationCounts>,
) -> Result<Summary, StoreError> {
    let notifications = notifications.unwrap_or_default();
    let statistics = tx.statistics();
    let certificates = statistics.inventory(now, now.plus(SOON))?;
    let agents = statistics.agents_by_status()?;
    let jobs = statistics.jobs_by_kind()?;
    let agents_where = |wanted: &dyn Fn(AgentStatus) -> bool| {
        agents.iter().filter(|(status, _)| wanted(**status)).map(|(_, count)| count).sum()
    };
    let jobs_where = |wanted: &dyn Fn(JobStatus) -> bool| {
        jobs.iter().filter(|((_, status), _)| wanted(*status)).map(|(_, count)| count).sum()
    };
    Ok(Summary {
        certificates,
        active_agents: agents_where(&|status| status != AgentStatus::Offline),
        offline_agents: agents_where(&|status| status == AgentStatus::Offline),
        pending_jobs: jobs_where(&JobStatus::is_live),
        failed_jobs: jobs_where(&|status| status == JobStatus::Failed),
        complete_jobs: jobs_where(&|status| status == JobStatus::Completed),
        notifications_dead: notifications.dead,
        notifications_pending: notifications.pending + notifications.failed,
        notifications_no_notifier: notifications.no_notifier,
        at: now,
    })
}

#[async_trait]
impl StatisticsService for Statistics {
    async fn summary(&self, who: &Actor) -> Result<Summary, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let now = self.base.clock.now();
        let notifications = notification_counts(&self.base).await;
        let read = self
            .base
            .store
            .read("statistics.summary", move |tx| Ok::<_, Failure>(summary(tx, now, notifications)?));
        Ok(read.await?)
    }

    async fn certificates_by_status(
        &self,
        who: &Actor,
    ) -> Result<Vec<(CertificateStatus, u64)>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let now = self.base.clock.now();
        let read = self.base.store.read("statistics.by_status", move |tx| {
            Ok::<_, Failure>(tx.statistics().certificates_by_status(now)?)
        });
        let mut counts = read.await?;
        for (status, count) in &mut counts {
            if *status == CertificateStatus::Archived {
                *count = 0;
            }
        }
        Ok(counts)
    }

    async fn expiration_timeline(
        &self,
        who: &Actor,
        days: Option<u32>,
    ) -> Result<Vec<Expirations>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let now = self.base.clock.now();
        let days: Vec<Day> = Day::of(now).onwards(check_days(days)?).collect();
        let last = days.last().copied().unwrap_or_else(|| Day::of(now));
        let read = self.base.store.read("statistics.expirations", move |tx| {
            Ok::<_, Failure>(tx.statistics().ends_by_day(now, last)?)
        });
        let counts = read.await?;
        let row = |day| Expirations { day, count: counts.get(&day).copied().unwrap_or_default() };
        Ok(days.into_iter().map(row).collect())
    }

    async fn job_trends(&self, who: &Actor, days: Option<u32>) -> Result<Vec<JobTrend>, ServiceError> {
        let days = self.past(who, days)?;
        let Some(first) = days.first().copied() else { return Ok(Vec::new()) };
        let read = self.base.store.read("statistics.job_trends", move |tx| {
            Ok::<_, Failure>(tx.statistics().finished_by_day(first)?)
        });
        let counts = read.await?;
        let count = |day, status| counts.get(&(day, status)).copied().unwrap_or_default();
        let row = |day| JobTrend {
            day,
            completed: count(day, JobStatus::Completed),
            failed: count(day, JobStatus::Failed),
        };
        Ok(days.into_iter().map(row).collect())
    }

    async fn issuance_rate(&self, who: &Actor, days: Option<u32>) -> Result<Vec<Issued>, ServiceError> {
        let days = self.past(who, days)?;
        let Some(first) = days.first().copied() else { return Ok(Vec::new()) };
        let read = self
            .base
            .store
            .read("statistics.issuances", move |tx| Ok::<_, Failure>(tx.statistics().issued_by_day(first)?));
        let counts = read.await?;
        let row = |day| {
            let counts = counts.get(&day).copied().unwrap_or_default();
            Issued { day, new: counts.new, renewed: counts.renewed }
        };
        Ok(days.into_iter().map(row).collect())
    }
}
