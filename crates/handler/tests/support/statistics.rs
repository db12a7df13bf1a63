//! Figures of an installation that never changes, and the number of days that was asked for.

use super::sample;
use async_trait::async_trait;
use certctl_domain::Day;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::statistics::InventoryCounts;
use certctl_service_api::metrics::{Figures, MetricsService};
use certctl_service_api::statistics::{Expirations, Issued, JobTrend, StatisticsService, Summary};
use certctl_service_api::{Actor, ServiceError};
use std::time::Duration;

pub(crate) struct Statistics;

fn summary() -> Summary {
    Summary {
        certificates: InventoryCounts { total: 20, expiring: 3, expired: 2, revoked: 1 },
        active_agents: 4,
        offline_agents: 1,
        pending_jobs: 6,
        failed_jobs: 7,
        complete_jobs: 8,
        notifications_dead: 4,
        notifications_pending: 5,
        notifications_no_notifier: 6,
        at: sample::time(2),
    }
}

/// The wanted days, which the fake starts on 2026-01-01.
fn days(wanted: Option<u32>) -> Result<impl Iterator<Item = Day>, ServiceError> {
    match wanted.unwrap_or(30) {
        days @ 1..=365 => Ok(Day::of(sample::time(0)).onwards(days)),
        _ => Err(ServiceError::invalid("days", "invalid_value", "must be 1 to 365")),
    }
}

#[async_trait]
impl StatisticsService for Statistics {
    async fn summary(&self, _: &Actor) -> Result<Summary, ServiceError> {
        Ok(summary())
    }

    async fn certificates_by_status(&self, _: &Actor) -> Result<Vec<(CertificateStatus, u64)>, ServiceError> {
        Ok(CertificateStatus::ALL.iter().copied().zip(0..).collect())
    }

    async fn expiration_timeline(
        &self,
        _: &Actor,
        wanted: Option<u32>,
    ) -> Result<Vec<Expirations>, ServiceError> {
        Ok(days(wanted)?.zip(0..).map(|(day, count)| Expirations { day, count }).collect())
    }

    async fn job_trends(&self, _: &Actor, wanted: Option<u32>) -> Result<Vec<JobTrend>, ServiceError> {
        Ok(days(wanted)?.zip(0..).map(|(day, n)| JobTrend { day, completed: n, failed: n / 2 }).collect())
    }

    async fn issuance_rate(&self, _: &Actor, wanted: Option<u32>) -> Result<Vec<Issued>, ServiceError> {
        Ok(days(wanted)?.zip(0..).map(|(day, n)| Issued { day, new: 1, renewed: n }).collect())
    }
}

#[async_trait]
impl MetricsService for Statistics {
    async fn figures(&self, _: &Actor) -> Result<Figures, ServiceError> {
        let uptime = Duration::from_millis(86_400_900);
        Ok(Figures { summary: summary(), started_at: sample::time(1), uptime })
    }

    async fn prometheus(&self, _: &Actor) -> Result<String, ServiceError> {
        Ok("certctl_up 1\n".to_owned())
    }
}
