//! The digest: when it is sent, to whom, and what is in it.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_domain::JsonText;
use certctl_domain::certificate::{Certificate, CertificateStatus as Status};
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::notification::{
    Channel, ChannelHealth, DigestSchedule, Notification, NotificationChannel, NotificationStatus,
    NotificationType,
};
use certctl_domain::organisation::Owner;
use certctl_repository::{NotificationFilter, PageRequest};
use certctl_service::reconcile::Digest;
use certctl_service::{DigestOptions, Digests};
use certctl_service_api::digest::DigestService;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_testkit::build;
use futures_util::FutureExt;
use std::sync::Arc;
use std::time::Duration;

const DAY: i64 = 86_400;

struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

fn options() -> DigestOptions {
    DigestOptions {
        enabled: true,
        schedule: DigestSchedule { interval: Duration::from_hours(24), hour: None },
        recipients: vec!["ops@example.com".to_owned()],
        owners: true,
    }
}

fn digests(t: &ServiceBench, options: DigestOptions) -> Digests {
    Digests::new(t.base.clone(), Arc::clone(&t.wakeups), options)
}

/// One activation of the loop of a server that has just started.
async fn run(t: &ServiceBench) -> Report {
    Digest::new(digests(t, options())).activate(&Never).await
}

async fn add_channel(t: &ServiceBench, id: &'static str, kind: NotificationChannel, enabled: bool) {
    let channel = Channel {
        id: build::id(id),
        name: id.to_owned(),
        kind,
        public_config: JsonText::empty_object(),
        sealed_config: Vec::new(),
        enabled,
        source: ConnectorSource::Database,
        health: ChannelHealth::default(),
        created_at: build::at(0),
        updated_at: build::at(0),
    };
    t.write(move |tx| tx.channels().insert(&channel)).await;
}

/// Two owners with certificates, one without, a failure and a request of the first one.
async fn furnish(t: &ServiceBench) {
    add_channel(t, "nc-off", NotificationChannel::Email, false).await;
    add_channel(t, "nc-slack", NotificationChannel::Slack, true).await;
    t.write(|tx| {
        let owner = |id: &str, name: &str, email: &str| Owner {
            name: name.to_owned(),
            email: email.to_owned(),
            ..build::owner(id)
        };
        tx.owners().insert(&owner("o-web", "Web", "web@example.com"))?;
        tx.owners().insert(&owner("o-db", "Databases", "db@example.com"))?;
        tx.owners().insert(&owner("o-idle", "Idle", "idle@example.com"))?;
        for (id, owner, status, end) in [
            ("mc-far", "o-web", Status::Active, 80 * DAY),
            ("mc-near", "o-web", Status::Active, 20 * DAY),
            ("mc-nearer", "o-web", Status::Failed, 3 * DAY),
            ("mc-over", "o-web", Status::Active, -DAY / 2),
            ("mc-revoked", "o-web", Status::Revoked, 2 * DAY),
            ("mc-gone", "o-db", Status::Archived, 2 * DAY),
            ("mc-db", "o-db", Status::Active, 10 * DAY),
        ] {
            let expires_at = Some(build::at(end));
            let row =
                Certificate { owner_id: build::id(owner), status, expires_at, ..build::certificate(id) };
            tx.certificates().insert(&row)?;
        }
        let failed = Job {
            certificate_id: Some(build::id("mc-nearer")),
            status: JobStatus::Failed,
            completed_at: Some(build::at(-60)),
            last_error: Some("the agent said <no> & left".to_owned()),
            ..build::job("job-failed")
        };
        tx.jobs().insert(&failed)?;
        tx.jobs().insert(&Job { certificate_id: Some(build::id("mc-db")), ..build::job("job-live") })?;
        let old = Job { completed_at: Some(build::at(-9 * DAY)), ..failed };
        tx.jobs().insert(&Job {
            id: build::id("job-old"),
            last_error: Some("long ago".to_owned()),
            ..old
        })?;
        tx.approvals().insert(&build::approval("ar-1", "mc-nearer"))
    })
    .await;
}

async fn furnished(t: &ServiceBench) {
    furnish(t).await;
    add_channel(t, "nc-mail", NotificationChannel::Email, true).await;
}

/// Digests in the outbox, by recipient.
async fn queued(t: &ServiceBench) -> Vec<Notification> {
    let filter = NotificationFilter { kind: Some(NotificationType::Digest), ..NotificationFilter::default() };
    let page = PageRequest::first(500);
    let mut rows = t.read(move |tx| tx.notifications().list(&filter, &page)).await.items;
    rows.sort_by(|a, b| (&a.recipient, a.created_at).cmp(&(&b.recipient, b.created_at)));
    rows
}

fn to<'n>(rows: &'n [Notification], recipient: &str) -> &'n Notification {
    rows.iter().find(|row| row.recipient == recipient).unwrap_or_else(|| panic!("nothing for {recipient}"))
}

#[tokio::test]
async fn a_digest_is_queued_once_per_interval_whoever_restarts() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        assert_eq!(run(&t).await.counts, [("queued", 3)]);
        assert_eq!(run(&t).await, Report::default());
        t.clock.advance(Duration::from_hours(23));
        assert_eq!(run(&t).await, Report::default());
        let due = Digest::new(digests(&t, options())).next_due().await;
        assert_eq!(due, Some(build::at(DAY)));
        // Three hours late; the next one is due on time again.
        t.clock.advance(Duration::from_hours(4));
        assert_eq!(run(&t).await.counts, [("queued", 3)]);
        assert_eq!(run(&t).await, Report::default());
        assert_eq!(Digest::new(digests(&t, options())).next_due().await, Some(build::at(2 * DAY)));
        // After a long time without a server there is one, not one for each day that was missed.
        t.clock.advance(Duration::from_hours(24 * 10));
        assert_eq!(run(&t).await.counts, [("queued", 3)]);
        assert_eq!(run(&t).await, Report::default());
        assert_eq!(queued(&t).await.len(), 9);
    }
}

#[tokio::test]
async fn replicas_that_meet_send_one() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        let (one, other) = (Digest::new(digests(&t, options())), Digest::new(digests(&t, options())));
        let (first, second) = tokio::join!(one.activate(&Never), other.activate(&Never));
        let counts: Vec<_> = [first, second].into_iter().flat_map(|report| report.counts).collect();
        assert_eq!(counts, [("queued", 3)]);
        assert_eq!(queued(&t).await.len(), 3);
    }
}

#[tokio::test]
async fn operators_read_everything_and_owners_their_own() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        run(&t).await;
        let rows = queued(&t).await;
        let recipients: Vec<_> = rows.iter().map(|row| &*row.recipient).collect();
        assert_eq!(recipients, ["db@example.com", "ops@example.com", "web@example.com"]);

        let everything = to(&rows, "ops@example.com");
        assert_eq!(everything.story.subject, "certctl Certificate Digest — 2026-01-01");
        assert_eq!(everything.channel_id, Some(build::id("nc-mail")));
        assert_eq!(
            (everything.channel, everything.status),
            (NotificationChannel::Email, NotificationStatus::Pending)
        );
        assert_eq!(everything.resource_id, "all");
        let text = &everything.story.message;
        for line in [
            "Certificates: 6\n",
            "Expiring within 30 days: 3\n",
            "Expired: 1\n",
            "Jobs under way: 1\n",
            "Jobs failed: 1\n",
            "Agents online: 1\n",
            "Notifications given up: 0\n",
            "- Deployment of mc-nearer.example.com (mc-nearer) | 2025-12-31 23:59 | the agent said <no> & left\n",
            "- mc-nearer.example.com (mc-nearer) | ops | 2026-01-01 00:00\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        let ends: Vec<_> =
            text.lines().filter(|line| line.contains(" | 20") && line.contains("mc-")).collect();
        assert_eq!(
            ends[..4],
            [
                "- mc-over.example.com (mc-over) | 2025-12-31 | expired",
                "- mc-nearer.example.com (mc-nearer) | 2026-01-04 | 3 days",
                "- mc-db.example.com (mc-db) | 2026-01-11 | 10 days",
                "- mc-near.example.com (mc-near) | 2026-01-21 | 20 days",
            ]
        );
        assert!(
            !text.contains("long ago") && !text.contains("mc-revoked") && !text.contains("mc-gone"),
            "{text}"
        );

        let theirs = &to(&rows, "db@example.com").story.message;
        for line in [
            "Certificates of Databases as of",
            "Certificates: 1\n",
            "Jobs under way: 1\n",
            "Jobs failed: 0\n",
        ] {
            assert!(theirs.contains(line), "{line} in\n{theirs}");
        }
        assert!(
            theirs.contains("Nothing failed.") && theirs.contains("Nothing waits for an approval."),
            "{theirs}"
        );
        assert!(!theirs.contains("mc-near") && !theirs.contains("Agents"), "{theirs}");
        let other = &to(&rows, "web@example.com").story.message;
        assert!(other.contains("Certificates: 5\n") && other.contains("Jobs failed: 1\n"), "{other}");
        assert!(!other.contains("mc-db"), "{other}");
    }
}

#[tokio::test]
async fn hostile_names_are_text_and_nothing_else() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        t.write(|tx| {
            let row = Certificate {
                common_name: "<img src=x onerror=\"alert('1')\">&amp;".to_owned(),
                status: Status::Active,
                expires_at: Some(build::at(5 * DAY)),
                owner_id: build::id("o-evil"),
                ..build::certificate("mc-evil")
            };
            let name = "</p><script>alert(1)</script>".to_owned();
            tx.owners().insert(&Owner {
                name,
                email: "evil@example.com".to_owned(),
                ..build::owner("o-evil")
            })?;
            tx.certificates().insert(&row)
        })
        .await;
        run(&t).await;
        let rows = queued(&t).await;
        let page = to(&rows, "evil@example.com").story.html.clone().unwrap();
        let name = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp; (mc-evil)";
        assert!(page.contains(name), "{page}");
        assert!(page.contains("&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        for forbidden in ["<script", "<img", "<style", "<link", "href=", "url("] {
            assert!(!page.contains(forbidden), "{forbidden} in {page}");
        }
    }
}

#[tokio::test]
async fn an_address_gets_one_mail_whatever_it_owns() {
    let t = ServiceBench::new().await;
    furnished(&t).await;
    t.write(|tx| {
        let shared = |id: &str, email: &str| Owner { email: email.to_owned(), ..build::owner(id) };
        tx.owners().insert(&shared("o-web2", "WEB@example.com"))?;
        tx.owners().insert(&shared("o-ops", "Ops@Example.com"))?;
        for (id, owner) in [("mc-second", "o-web2"), ("mc-third", "o-ops")] {
            tx.certificates()
                .insert(&Certificate { owner_id: build::id(owner), ..build::certificate(id) })?;
        }
        Ok(())
    })
    .await;
    run(&t).await;
    let rows = queued(&t).await;
    let recipients: Vec<_> = rows.iter().map(|row| row.recipient.to_lowercase()).collect();
    assert_eq!(recipients, ["db@example.com", "ops@example.com", "web@example.com"]);
    assert!(to(&rows, "web@example.com").story.message.contains("Certificates: 6\n"));
}

#[tokio::test]
async fn a_digest_without_a_channel_waits_and_says_so() {
    let t = ServiceBench::new().await;
    furnish(&t).await;
    let report = run(&t).await;
    assert!(report.error.as_deref().unwrap().contains("Email"), "{report:?}");
    for refusal in [
        digests(&t, options()).preview(&viewer()).await.map(|_| 0).unwrap_err(),
        digests(&t, options()).send(&operator()).await.unwrap_err(),
    ] {
        assert_eq!(refusal.code(), "no_email_channel");
    }
    add_channel(&t, "nc-mail", NotificationChannel::Email, true).await;
    assert_eq!(run(&t).await.counts, [("queued", 3)]);
}

#[tokio::test]
async fn one_that_is_asked_for_is_sent_at_once_and_moves_no_times() {
    for t in ServiceBench::both().await {
        furnished(&t).await;
        run(&t).await;
        t.clock.advance(Duration::from_hours(1));
        let service = digests(&t, options());
        assert_eq!(service.send(&operator()).await.unwrap(), 3);
        assert_eq!(service.send(&operator()).await.unwrap(), 3);
        assert_eq!(queued(&t).await.len(), 9);
        assert_eq!(Digest::new(service.clone()).next_due().await, Some(build::at(DAY)));
        assert_eq!(t.audited().await, ["digest_sent", "digest_sent"]);
        assert_eq!(service.send(&viewer()).await.unwrap_err().code(), "forbidden");
        let page = service.preview(&viewer()).await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("mc-nearer.example.com"), "{page}");
        assert_eq!(queued(&t).await.len(), 9);
    }
}

#[tokio::test]
async fn digests_that_are_off_or_for_nobody_are_refused_by_name() {
    let t = ServiceBench::new().await;
    furnished(&t).await;
    let off = digests(&t, DigestOptions { enabled: false, ..options() });
    assert_eq!(off.preview(&viewer()).await.unwrap_err().code(), "digest_off");
    assert_eq!(off.send(&operator()).await.unwrap_err().code(), "digest_off");
    assert_eq!(Digest::new(off.clone()).activate(&Never).await, Report::default());
    let nobody = digests(&t, DigestOptions { recipients: Vec::new(), owners: false, ..options() });
    assert_eq!(nobody.send(&operator()).await.unwrap_err().code(), "no_digest_recipients");
    assert!(queued(&t).await.is_empty());
}

#[tokio::test]
async fn a_digest_is_delivered_at_once_and_not_at_the_next_period() {
    let t = ServiceBench::new().await;
    furnished(&t).await;
    let woken = || t.wakeups.notifications_woken().now_or_never().is_some();
    assert!(!woken());
    run(&t).await;
    assert!(woken());
    run(&t).await;
    assert!(!woken(), "none was due");
    digests(&t, options()).send(&operator()).await.unwrap();
    assert!(woken());
}
