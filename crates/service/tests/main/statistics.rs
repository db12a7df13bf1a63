//! Statistics, metrics and the reconcilers of kept counts.

use crate::bench::{ServiceBench, agent, person, viewer};
use certctl_domain::access::Role;
use certctl_domain::certificate::{Certificate, CertificateStatus as Status};
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::notification::{Delivery, Notification, NotificationStatus as S};
use certctl_domain::statistics::InventoryCounts;
use certctl_service::reconcile::{RollupFold, RollupRepair};
use certctl_service::{Metrics, MetricsSources, Statistics};
use certctl_service_api::engine::{Reconciler, StopSignal};
use certctl_service_api::metrics::MetricsService;
use certctl_service_api::statistics::StatisticsService;
use certctl_telemetry::{InstallationMetrics, PoolLevel, PoolMetrics, Registry, RollupMetrics};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

const DAY: i64 = 86_400;

struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

/// One certificate of every kind: unissued, sound, expiring, expired, revoked and archived.
async fn furnished(t: &ServiceBench) {
    t.write(|tx| {
        for (id, status, end) in [
            ("mc-new", Status::Pending, None),
            ("mc-sound", Status::Active, Some(80 * DAY)),
            ("mc-soon", Status::Failed, Some(3 * DAY)),
            ("mc-over", Status::Active, Some(0)),
            ("mc-revoked", Status::Revoked, Some(3 * DAY)),
            ("mc-gone", Status::Archived, Some(3 * DAY)),
        ] {
            let row = Certificate { status, expires_at: end.map(build::at), ..build::certificate(id) };
            tx.certificates().insert(&row)?;
        }
        let ended = |id: &str, status| Job { status, completed_at: Some(build::at(0)), ..build::job(id) };
        tx.jobs().insert(&ended("job-done", JobStatus::Completed))?;
        tx.jobs().insert(&ended("job-failed", JobStatus::Failed))?;
        tx.jobs().insert(&ended("job-off", JobStatus::Cancelled))?;
        tx.jobs().insert(&build::job("job-live"))?;
        let notices = [
            (S::Dead, None),
            (S::Dead, None),
            (S::Sent, Some(Delivery::NoNotifier)),
            (S::Sent, Some(Delivery::Delivered)),
            (S::Pending, None),
            (S::Failed, None),
        ];
        for (n, (status, delivery)) in notices.into_iter().enumerate() {
            let next_retry_at = (status == S::Failed).then(|| build::at(9));
            let row = build::notification(&format!("notif-{n}"));
            tx.notifications().insert(&Notification { status, delivery, next_retry_at, ..row })?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_summary_counts_what_is_in_service() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        let summary = Statistics::new(t.base.clone()).summary(&viewer()).await.unwrap();
        let certificates = InventoryCounts { total: 5, expiring: 1, expired: 1, revoked: 1 };
        assert_eq!(summary.certificates, certificates);
        assert_eq!(certificates.active(), 2);
        assert_eq!((summary.active_agents, summary.offline_agents), (1, 0));
        assert_eq!((summary.pending_jobs, summary.failed_jobs, summary.complete_jobs), (1, 1, 1));
        assert_eq!(
            (summary.notifications_dead, summary.notifications_pending, summary.notifications_no_notifier),
            (2, 2, 1)
        );
    }
}

#[tokio::test]
async fn every_day_and_every_status_has_a_row() {
    let t = ServiceBench::new().await;
    furnished(&t).await;
    t.clock.advance(Duration::from_secs(1));
    let statistics = Statistics::new(t.base.clone());
    let statuses = statistics.certificates_by_status(&viewer()).await.unwrap();
    assert_eq!(statuses.iter().map(|(status, _)| *status).collect::<Vec<_>>(), Status::ALL);
    assert_eq!(statuses.iter().map(|(_, count)| count).sum::<u64>(), 5);
    let ends = statistics.expiration_timeline(&viewer(), Some(5)).await.unwrap();
    assert_eq!(ends.iter().map(|row| row.count).collect::<Vec<_>>(), [0, 0, 0, 1, 0]);
    assert_eq!(ends[0].day.to_string(), "2026-01-01");
    let trends = statistics.job_trends(&viewer(), Some(2)).await.unwrap();
    assert_eq!(trends.iter().map(|row| (row.completed, row.failed)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    assert_eq!(trends[1].day.to_string(), "2026-01-01");
    assert_eq!(statistics.issuance_rate(&viewer(), None).await.unwrap().len(), 30);
    for days in [0, 366] {
        let refused = statistics.issuance_rate(&viewer(), Some(days)).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_request", "{days}");
    }
    let refused = statistics.summary(&person(Role::Metrics)).await.unwrap_err();
    assert_eq!(refused.code(), "forbidden");
}

#[tokio::test]
async fn a_damaged_count_mends_and_is_told() {
    let t = ServiceBench::new().await;
    furnished(&t).await;
    let registry = Registry::new();
    let repair = RollupRepair::new(t.base.clone(), RollupMetrics::register(&registry).unwrap());
    let fold = RollupFold::new(t.base.clone());
    assert!(fold.activate(&Never).await.counts[0].1 > 20);
    assert_eq!(fold.activate(&Never).await.counts, []);
    assert_eq!(repair.activate(&Never).await.counts, []);
    t.execute(
        "UPDATE rollups SET amount = amount + 5 WHERE dimension = 'certificate.status' AND key = 'Active'",
    );
    let statistics = Statistics::new(t.base.clone());
    assert_eq!(statistics.summary(&viewer()).await.unwrap().certificates.total, 10);
    assert_eq!(repair.activate(&Never).await.counts, [("corrected", 1)]);
    assert_eq!(statistics.summary(&viewer()).await.unwrap().certificates.total, 5);
    let text = registry.render().unwrap();
    assert!(text.contains("certctl_rollup_corrections_total{dimension=\"certificate.status\"} 1"), "{text}");
}

#[tokio::test]
async fn notifications_that_cannot_be_counted_hide_nothing_else() {
    let t = ServiceBench::new().await;
    furnished(&t).await;
    t.execute("ALTER TABLE notification_events RENAME TO broken");
    let summary = Statistics::new(t.base.clone()).summary(&viewer()).await.unwrap();
    assert_eq!((summary.certificates.total, summary.notifications_dead), (5, 0));
    let (metrics, scraper) = (metrics(&t), person(Role::Metrics));
    assert_eq!(metrics.figures(&scraper).await.unwrap().summary.pending_jobs, 1);
    let text = metrics.prometheus(&scraper).await.unwrap();
    assert!(text.contains("\ncertctl_job_pending 1\n"), "{text}");
    // Not there rather than a wrong 0.
    assert!(!text.contains("\ncertctl_notification_dead_total "), "{text}");
}

fn metrics(t: &ServiceBench) -> Metrics {
    let registry = Registry::new();
    let sources = MetricsSources {
        installation: InstallationMetrics::register(&registry).unwrap(),
        pools: PoolMetrics::register(&registry).unwrap(),
        look_at_pools: Arc::new(|| {
            vec![PoolLevel { pool: "shared", size: 4, idle: 1, in_use: 1, waiting: 0 }]
        }),
        registry,
    };
    Metrics::new(t.base.clone(), sources)
}

#[tokio::test]
async fn scrapers_get_figures_that_are_seconds_old_and_people_those_of_now() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        let metrics = metrics(&t);
        let scraper = person(Role::Metrics);
        t.clock.advance(Duration::from_secs(90));
        let text = metrics.prometheus(&scraper).await.unwrap();
        for line in [
            "certctl_certificate_total 5",
            "certctl_certificate_active 2",
            "certctl_certificate_expiring_soon 1",
            "certctl_certificate_expired 1",
            "certctl_certificate_revoked 1",
            "certctl_certificates{status=\"RenewalInProgress\"} 0",
            "certctl_agent_total 1",
            "certctl_agent_online 1",
            "certctl_job_pending 1",
            "certctl_job_completed_total 1",
            "certctl_job_failed_total 1",
            "certctl_notification_dead_total 2",
            "certctl_notification_queue_depth{status=\"pending\"} 1",
            "certctl_notification_queue_depth{status=\"failed\"} 1",
            "certctl_notification_oldest_pending_age_seconds 90",
            "certctl_notification_no_notifier 1",
            "certctl_job_queue_depth{type=\"Deployment\"} 1",
            "certctl_job_queue_oldest_age_seconds{type=\"Deployment\"} 90",
            "certctl_job_queue_depth{type=\"Renewal\"} 0",
            "certctl_db_pool_connections{pool=\"shared\",state=\"in_use\"} 1",
        ] {
            assert!(text.contains(&format!("\n{line}\n")), "{line} is missing:\n{text}");
        }
        t.write(|tx| tx.certificates().insert(&build::certificate("mc-late"))).await;
        assert!(metrics.prometheus(&scraper).await.unwrap().contains("\ncertctl_certificate_total 5\n"));
        let figures = metrics.figures(&scraper).await.unwrap();
        assert_eq!((figures.summary.certificates.total, figures.summary.notifications_dead), (6, 2));
        assert_eq!((figures.uptime, figures.started_at), (Duration::from_secs(90), build::at(0)));
        t.clock.advance(Duration::from_secs(5));
        assert!(metrics.prometheus(&scraper).await.unwrap().contains("\ncertctl_certificate_total 6\n"));
        assert_eq!(metrics.figures(&agent(build::AGENT)).await.unwrap_err().code(), "forbidden");

        t.store().close().await;
        t.clock.advance(Duration::from_secs(5));
        let text = metrics.prometheus(&scraper).await.unwrap();
        assert!(
            !text.contains("certctl_certificate_total") && text.contains("certctl_db_pool_size"),
            "{text}"
        );
    }
}
