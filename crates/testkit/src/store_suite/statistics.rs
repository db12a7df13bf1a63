//! Kept figures against the rows they count.

use super::{read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::agent::AgentStatus;
use certctl_domain::certificate::{Certificate, CertificateStatus as Status};
use certctl_domain::job::{Job, JobEvent, JobKind, JobStatus};
use certctl_domain::notification::{Delivery, Notification, NotificationStatus};
use certctl_domain::policy::PolicySeverity;
use certctl_domain::statistics::InventoryCounts;
use certctl_domain::version::CertificateVersion;
use certctl_domain::{Day, Timestamp};
use certctl_repository::{CertificateFilter, CertificateSort, Dimension, Miscount, PageRequest};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Every count that a recount finds wrong.
async fn miscounts(db: &TestStore) -> Vec<(Dimension, Miscount)> {
    read(db, |tx| {
        let mut found = Vec::new();
        for dimension in Dimension::ALL {
            let wrong = tx.statistics().miscounts(dimension)?;
            found.extend(wrong.into_iter().map(|miscount| (dimension, miscount)));
        }
        Ok(found)
    })
    .await
}

/// Folds everything and says how many changes were open.
async fn fold(db: &TestStore) -> u64 {
    write(db, |tx| {
        let open = tx.statistics().unfolded()?;
        let mut folded = 0;
        for dimension in open.keys() {
            folded += tx.statistics().fold(dimension)?;
        }
        assert_eq!(open.values().sum::<u64>(), folded);
        Ok(folded)
    })
    .await
}

pub async fn every_change_is_counted(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.teams().insert(&build::team("t-b"))?;
        tx.profiles().insert(&build::profile("prof-b"))?;
        let mut issued = Certificate {
            status: Status::Active,
            expires_at: Some(build::at(90 * DAY)),
            expiring_from: Some(build::at(60 * DAY)),
            ..build::certificate("mc-a")
        };
        let unissued = Certificate { profile_id: None, ..build::certificate("mc-b") };
        tx.certificates().insert(&issued)?;
        tx.certificates().insert(&unissued)?;
        (issued.team_id, issued.environment) = (build::id("t-b"), "Lab 'x'".to_owned());
        tx.certificates().update(&mut issued)?;
        issued.profile_id = Some(build::id("prof-b"));
        tx.certificates().update(&mut issued)?;
        tx.versions().insert(&build::version("ver-a", "mc-a"))?;
        tx.jobs().insert(&build::issuance_job("job-a", "mc-a"))?;
        tx.agents().insert(&build::agent("server-scanner"))?;
        tx.policy_rules().insert(&build::policy_rule("pr-a"))?;
        tx.policy_violations().open(&[
            build::violation("violation-a", "pr-a", "mc-a"),
            build::violation("violation-b", "pr-a", "mc-b"),
        ])?;
        for id in ["notif-a", "notif-b"] {
            let sent = NotificationStatus::Sent;
            let delivery = Some(Delivery::Delivered);
            tx.notifications().insert(&Notification { status: sent, delivery, ..build::notification(id) })?;
        }
        tx.api_calls().insert(&[build::api_call("call-a"), build::api_call("call-b")])
    })
    .await;
    assert_eq!(miscounts(db).await, []);
    assert!(fold(db).await > 10);
    assert_eq!(miscounts(db).await, []);

    write(db, |tx| {
        let mut row = tx.certificates().find(&build::id("mc-a"))?.unwrap();
        row.status = Status::RenewalInProgress;
        tx.certificates().update(&mut row)?;
        (row.status, row.expires_at) = (Status::Active, Some(build::at(91 * DAY)));
        row.expiring_from = None;
        tx.certificates().update(&mut row)?;
        (row.status, row.revoked_at) = (Status::Revoked, Some(build::at(5)));
        tx.certificates().update(&mut row)?;
        let mut other = tx.certificates().find(&build::id("mc-b"))?.unwrap();
        other.status = Status::Archived;
        tx.certificates().update(&mut other)?;
        tx.versions()
            .insert(&CertificateVersion { created_at: build::at(DAY), ..build::version("ver-b", "mc-a") })?;
        let mut job = tx.jobs().find(&build::id("job-a"))?.unwrap();
        job.apply(JobEvent::Exhausted, build::at(9)).unwrap();
        tx.jobs().update(&mut job)?;
        job.apply(JobEvent::Retried { needs_csr: true }, build::at(DAY)).unwrap();
        tx.jobs().update(&mut job)?;
        let mut violation = tx.policy_violations().find(&build::id("violation-a"))?.unwrap();
        violation.severity = PolicySeverity::Critical;
        tx.policy_violations().refresh(&violation)?;
        tx.policy_violations().seen(&[violation.id.clone(), build::id("violation-b")], build::at(8))?;
        tx.policy_violations().resolve(&[violation.id], build::at(9))?;
        tx.api_calls().prune(build::at(DAY), 1)?;
        assert_eq!(tx.notifications().delete_done(build::at(DAY), 1)?, 1);
        tx.agents().mark_offline(build::at(500))?;
        tx.agents().retire(&build::id(build::AGENT), "gone", build::at(6))
    })
    .await;
    assert_eq!(miscounts(db).await, []);
    fold(db).await;
    assert_eq!(miscounts(db).await, []);

    // Past the store, as an operator with a client could.
    db.execute("UPDATE managed_certificates SET environment = 'moved'").unwrap();
    db.execute("DELETE FROM jobs").unwrap();
    db.execute("DELETE FROM certificate_sans").unwrap();
    db.execute("DELETE FROM managed_certificates WHERE id = 'mc-b'").unwrap();
    db.execute("DELETE FROM agents WHERE id = 'server-scanner'").unwrap();
    db.execute("DELETE FROM policy_rules").unwrap();
    db.execute("DELETE FROM api_calls").unwrap();
    db.execute("DELETE FROM notification_events").unwrap();
    assert_eq!(miscounts(db).await, []);
}

pub async fn open_changes_count_before_and_after_they_are_folded(db: &TestStore) {
    seed_basics(db.store()).await;
    fold(db).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-a"))).await;
    let counted = || {
        read(db, |tx| {
            let counts = tx.statistics().inventory(build::at(0), build::at(30 * DAY))?;
            Ok((counts.total, tx.statistics().agents_by_status()?))
        })
    };
    let before = counted().await;
    assert_eq!((before.0, before.1[&AgentStatus::Online]), (1, 1));
    fold(db).await;
    assert_eq!(counted().await, before);
    assert_eq!(fold(db).await, 0);
}

pub async fn a_wrong_count_is_found_and_mended(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-a"))).await;
    fold(db).await;
    db.execute("UPDATE rollups SET amount = 41 WHERE dimension = 'certificate.status'").unwrap();
    db.execute("INSERT INTO rollups (dimension, key, amount) VALUES ('certificate.team', 't-none', 7)")
        .unwrap();
    let wrong = [
        (Dimension::CertificateStatus, Miscount { key: "Pending".to_owned(), off_by: 40 }),
        (Dimension::CertificateTeam, Miscount { key: "t-none".to_owned(), off_by: 7 }),
    ];
    assert_eq!(miscounts(db).await, wrong);
    let mended = write(db, |tx| tx.statistics().mend(Dimension::CertificateStatus)).await;
    assert_eq!(mended, [wrong[0].1.clone()]);
    write(db, |tx| tx.statistics().mend(Dimension::CertificateTeam)).await;
    assert_eq!(miscounts(db).await, []);
    fold(db).await;
    assert_eq!(miscounts(db).await, []);
}

/// Certificates around the edges of hours, in every stored status.
fn around_the_hour() -> Vec<Certificate> {
    let statuses = [
        Status::Active,
        Status::Pending,
        Status::Failed,
        Status::RenewalInProgress,
        Status::Revoked,
        Status::Archived,
    ];
    let ends = [
        (None, None),
        (Some(2 * HOUR), Some(HOUR)),
        (Some(2 * HOUR), None),
        (Some(2 * HOUR + 1), Some(2 * HOUR)),
        (Some(HOUR), Some(2 * HOUR)),
        (Some(3 * HOUR - 1), Some(10)),
        (Some(30 * DAY), Some(2 * HOUR)),
        (Some(30 * DAY + 2 * HOUR), None),
    ];
    let rows = statuses.iter().flat_map(|status| ends.iter().map(move |end| (*status, *end)));
    rows.enumerate()
        .map(|(n, (status, (expires, expiring)))| Certificate {
            status,
            expires_at: expires.map(build::at),
            expiring_from: expiring.map(build::at),
            ..build::certificate(&format!("mc-{n}"))
        })
        .collect()
}

pub async fn statuses_are_counted_as_the_list_shows_them(db: &TestStore) {
    seed_basics(db.store()).await;
    let rows = around_the_hour();
    let new = rows.clone();
    write(db, move |tx| new.iter().try_for_each(|row| tx.certificates().insert(row))).await;
    for folded in [false, true] {
        if folded {
            fold(db).await;
        }
        for seconds in [0, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR, 2 * HOUR + 1, 3 * HOUR - 1, 30 * DAY] {
            agree_at(db, &rows, build::at(seconds)).await;
        }
    }
}

async fn agree_at(db: &TestStore, rows: &[Certificate], now: Timestamp) {
    let soon = now.plus(std::time::Duration::from_hours(720));
    let (by_status, inventory, totals) = read(db, move |tx| {
        let by_status = tx.statistics().certificates_by_status(now)?;
        let mut totals = Vec::new();
        for status in Status::ALL {
            let filter = CertificateFilter { status: Some(*status), now: Some(now), ..Default::default() };
            let page = tx.certificates().list(&filter, CertificateSort::default(), &PageRequest::first(1))?;
            totals.push((*status, page.total));
        }
        Ok((by_status, tx.statistics().inventory(now, soon)?, totals))
    })
    .await;
    let number = |wanted: &dyn Fn(&Certificate) -> bool| {
        u64::try_from(rows.iter().filter(|row| wanted(row)).count()).unwrap()
    };
    let expected: Vec<_> =
        Status::ALL.iter().map(|status| (*status, number(&|row| row.status_at(now) == *status))).collect();
    assert_eq!(by_status, expected, "at {now}");
    assert_eq!(totals, expected, "at {now}");
    let served = |row: &Certificate| !matches!(row.status, Status::Revoked | Status::Archived);
    let ended = |row: &Certificate, by: Timestamp| row.expires_at.is_some_and(|end| end <= by);
    let before = |row: &Certificate, by: Timestamp| row.expires_at.is_some_and(|end| end < by);
    let counts = InventoryCounts {
        total: number(&|row| row.status != Status::Archived),
        expired: number(&|row| served(row) && ended(row, now)),
        expiring: number(&|row| served(row) && !ended(row, now) && before(row, soon)),
        revoked: number(&|row| row.status == Status::Revoked),
    };
    assert_eq!(inventory, counts, "at {now}");
}

pub async fn figures_per_day_follow_the_rows(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for (id, end) in
            [("mc-a", DAY - 1), ("mc-b", DAY), ("mc-c", 2 * HOUR), ("mc-d", 2 * HOUR + 5), ("mc-e", 9 * DAY)]
        {
            let row = Certificate {
                status: Status::Failed,
                expires_at: Some(build::at(end)),
                ..build::certificate(id)
            };
            tx.certificates().insert(&row)?;
        }
        let ended =
            |id: &str, status, at| Job { status, completed_at: Some(build::at(at)), ..build::job(id) };
        tx.jobs().insert(&ended("job-a", JobStatus::Completed, 0))?;
        tx.jobs().insert(&ended("job-b", JobStatus::Completed, DAY - 1))?;
        tx.jobs().insert(&ended("job-c", JobStatus::Failed, DAY))?;
        for (id, created) in [("job-d", 7), ("job-e", 3)] {
            tx.jobs().insert(&Job { created_at: build::at(created), ..build::job(id) })?;
        }
        tx.agents().insert(&build::agent("agent-b"))?;
        for (id, created, agent) in
            [("ver-a", 0, build::AGENT), ("ver-b", DAY, build::AGENT), ("ver-c", DAY, "agent-b")]
        {
            tx.versions().insert(&CertificateVersion {
                created_at: build::at(created),
                agent_id: Some(build::id(agent)),
                ..build::version(id, "mc-a")
            })?;
        }
        Ok(())
    })
    .await;
    let [first, second] = [0, DAY].map(|at| Day::of(build::at(at)));
    read(db, move |tx| {
        let statistics = tx.statistics();
        let ends = statistics.ends_by_day(build::at(2 * HOUR), second)?;
        assert_eq!(ends.into_iter().collect::<Vec<_>>(), [(first, 2), (second, 1)]);
        let finished = statistics.finished_by_day(first)?;
        let expected = [((first, JobStatus::Completed), 2), ((second, JobStatus::Failed), 1)];
        assert_eq!(finished.into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(statistics.finished_by_day(second)?.len(), 1);
        let issued = statistics.issued_by_day(first)?;
        assert_eq!((issued[&first].new, issued[&first].renewed), (1, 0));
        assert_eq!((issued[&second].new, issued[&second].renewed), (1, 1));
        let oldest = statistics.oldest_live_jobs()?;
        assert_eq!(oldest.into_iter().collect::<Vec<_>>(), [(JobKind::Deployment, build::at(3))]);
        let jobs = statistics.jobs_by_kind()?;
        assert_eq!(jobs[&(JobKind::Deployment, JobStatus::Pending)], 2);
        Ok(())
    })
    .await;
    assert_eq!(miscounts(db).await, []);
}
