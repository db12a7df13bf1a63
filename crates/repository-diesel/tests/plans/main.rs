//! How the engines answer the hot queries: none of them may read the whole of a table that grows.
//!
//! A process of its own, because the statements are recorded from every connection.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step must stop the test")]

mod clean_up;
mod notifications;
mod recorder;

use certctl_domain::Day;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::RenewalPolicyId;
use certctl_domain::job::{Executor, JobStatus};
use certctl_domain::policy::PolicySeverity;
use certctl_repository::{
    ApiCallFilter, AuditFilter, CertificateFilter, CertificateSort, CertificateSortKey as Key, ClaimRequest,
    Cursor, JobFilter, PageRequest, StoreError, Tx, ViolationFilter,
};
use certctl_testkit::{TestStore, build, seed_basics};
use recorder::Recorder;

/// Small by nature, or read whole on purpose: counts by key, and changes that are not folded yet.
/// Audit events wait for their place for seconds, and a permit to remove some is one row.
const MAY_BE_READ_WHOLE: [&str; 5] =
    ["rollups", "rollup_deltas", "leases", "audit_unsealed", "audit_prune_permit"];

type Query = (&'static str, Box<dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send>);

fn list(name: &'static str, filter: CertificateFilter) -> Query {
    let filter = CertificateFilter { now: Some(build::at(0)), ..filter };
    let read = move |tx: &mut dyn Tx| {
        tx.certificates().list(&filter, CertificateSort::default(), &PageRequest::first(100)).map(drop)
    };
    (name, Box::new(read))
}

/// The page after a row, in every order of the list.
fn ordered(name: &'static str, key: Key, position: &str) -> [Query; 2] {
    let position = position.to_owned();
    [true, false].map(|descending| {
        let after = Some(Cursor { key: position.clone(), id: "mc-5".to_owned() });
        let page = PageRequest { page: 1, per_page: 100, after };
        let sort = CertificateSort { key, descending };
        let read = move |tx: &mut dyn Tx| {
            tx.certificates().list(&CertificateFilter::default(), sort, &page).map(drop)
        };
        let query: Query = (name, Box::new(read));
        query
    })
}

fn jobs(name: &'static str, filter: JobFilter) -> Query {
    (name, Box::new(move |tx| tx.jobs().list(&filter, &PageRequest::first(100)).map(drop)))
}

fn audit(name: &'static str, filter: AuditFilter) -> Query {
    (name, Box::new(move |tx| tx.audit().list(&filter, &PageRequest::first(100)).map(drop)))
}

fn calls(name: &'static str, filter: ApiCallFilter) -> Query {
    (name, Box::new(move |tx| tx.api_calls().list(&filter, &PageRequest::first(100)).map(drop)))
}

fn violations(name: &'static str, filter: ViolationFilter) -> Query {
    let read =
        move |tx: &mut dyn Tx| tx.policy_violations().list(&filter, &PageRequest::first(100)).map(drop);
    (name, Box::new(read))
}

/// Lists whose tables grow with every change and every request.
fn trails() -> Vec<Query> {
    let (any, all) = (ApiCallFilter::default, ViolationFilter::default);
    vec![
        audit("audit", AuditFilter::default()),
        calls("calls", any()),
        calls("calls of an actor", ApiCallFilter { actor: Some("ops".to_owned()), ..any() }),
        calls("calls since", ApiCallFilter { from: Some(build::at(5)), ..any() }),
        violations("violations", all()),
        violations("violations of a rule", ViolationFilter { rule_id: Some(build::id("pr-a")), ..all() }),
        violations("open violations", ViolationFilter { open: Some(true), ..all() }),
        violations(
            "violations of a certificate",
            ViolationFilter { certificate_id: Some(build::id("mc-1")), ..all() },
        ),
        violations(
            "violations of a severity",
            ViolationFilter { severity: Some(PolicySeverity::Critical), ..all() },
        ),
        (
            "versions",
            Box::new(|tx| tx.versions().list(&build::id("mc-1"), &PageRequest::first(100)).map(drop)),
        ),
    ]
}

/// What an evaluation of rules, an import and an issuance ask for.
fn judgements() -> Vec<Query> {
    let some = || [build::id("mc-1"), build::id("mc-2")];
    vec![
        ("certificates in service", Box::new(|tx| tx.certificates().in_service(None, 500).map(drop))),
        (
            "certificates in service after one",
            Box::new(|tx| tx.certificates().in_service(Some(&build::id("mc-1")), 500).map(drop)),
        ),
        ("open violations of some", Box::new(move |tx| tx.policy_violations().open_of(&some()).map(drop))),
        (
            "open violations of one",
            Box::new(move |tx| tx.policy_violations().open_of(&some()[..1]).map(drop)),
        ),
        (
            "open violations of a rule",
            Box::new(|tx| tx.policy_violations().open_count(&build::id("pr-a")).map(drop)),
        ),
        ("lifetimes", Box::new(move |tx| tx.versions().newest_validity(&some()).map(drop))),
        ("known leaves", Box::new(|tx| tx.versions().find_by_fingerprints(&["a", "b"]).map(drop))),
        (
            "the newest leaf of an agent",
            Box::new(|tx| {
                tx.versions().latest_of_agent(&build::id("mc-1"), &build::id(build::AGENT)).map(drop)
            }),
        ),
        ("live issuances", Box::new(|tx| tx.jobs().live_issuances(&build::id("mc-1")).map(drop))),
        (
            "live deployments",
            Box::new(|tx| {
                tx.jobs().live_deployments(&build::id("mc-1"), Some(&build::id(build::TARGET))).map(drop)
            }),
        ),
    ]
}

fn lists() -> Vec<Query> {
    let none = CertificateFilter::default;
    let time = "2026-01-01T00:00:05Z";
    let mut queries = vec![
        list("certificates", none()),
        list(
            "certificates by environment",
            CertificateFilter { environment: Some("lab".to_owned()), ..none() },
        ),
        list(
            "certificates by owner",
            CertificateFilter { owner_id: Some(build::id(build::OWNER)), ..none() },
        ),
        list("certificates by team", CertificateFilter { team_id: Some(build::id(build::TEAM)), ..none() }),
        list(
            "certificates by issuer",
            CertificateFilter { issuer_id: Some(build::id(build::ISSUER)), ..none() },
        ),
        list(
            "certificates by profile",
            CertificateFilter { profile_id: Some(build::id(build::PROFILE)), ..none() },
        ),
        list(
            "certificates by policy",
            CertificateFilter {
                renewal_policy_id: Some(build::id::<RenewalPolicyId>(build::POLICY)),
                ..none()
            },
        ),
        list(
            "certificates by agent",
            CertificateFilter { agent_id: Some(build::id(build::AGENT)), ..none() },
        ),
        list(
            "certificates by target",
            CertificateFilter { target_id: Some(build::id(build::TARGET)), ..none() },
        ),
        list(
            "certificates by tag",
            CertificateFilter { tags: [("stage".to_owned(), "one".to_owned())].into(), ..none() },
        ),
        list("certificates by fragment", CertificateFilter { search: Some("ample.co".to_owned()), ..none() }),
        list(
            "certificates by fragment and team",
            CertificateFilter {
                search: Some("ample.co".to_owned()),
                team_id: Some(build::id(build::TEAM)),
                ..none()
            },
        ),
        list("certificates that expire", CertificateFilter { expires_before: Some(build::at(9)), ..none() }),
        list("certificates that last", CertificateFilter { expires_after: Some(build::at(9)), ..none() }),
        list("new certificates", CertificateFilter { created_after: Some(build::at(9)), ..none() }),
        list("changed certificates", CertificateFilter { updated_after: Some(build::at(9)), ..none() }),
        list("unarchived certificates", CertificateFilter { without_archived: true, ..none() }),
    ];
    for status in CertificateStatus::ALL {
        queries.push(list(status.as_str(), CertificateFilter { status: Some(*status), ..none() }));
    }
    for (name, key, position) in [
        ("after a creation time", Key::CreatedAt, time),
        ("after a time of change", Key::UpdatedAt, time),
        ("after an end of validity", Key::ExpiresAt, time),
        ("after a name", Key::Name, "web"),
        ("after a common name", Key::CommonName, "web"),
        ("after a status", Key::Status, "Active"),
        ("after an environment", Key::Environment, "lab"),
    ] {
        queries.extend(ordered(name, key, position));
    }
    let all = JobFilter::default;
    queries.extend([
        jobs("jobs", all()),
        jobs("jobs by status", JobFilter { status: Some(JobStatus::Running), ..all() }),
        jobs("jobs by kind", JobFilter { kind: Some(build::id("Validation")), ..all() }),
        jobs("jobs of a certificate", JobFilter { certificate_id: Some(build::id("mc-1")), ..all() }),
        jobs("jobs of an agent", JobFilter { agent_id: Some(build::id(build::AGENT)), ..all() }),
        jobs("jobs of a target", JobFilter { target_id: Some(build::id(build::TARGET)), ..all() }),
    ]);
    let any = AuditFilter::default;
    queries.extend([
        audit("audit of an actor", AuditFilter { actor: Some("ops".to_owned()), ..any() }),
        audit("audit of an action", AuditFilter { action: Some("certificate_created".to_owned()), ..any() }),
        audit(
            "audit of an object",
            AuditFilter {
                resource_type: Some("certificate".to_owned()),
                resource_id: Some("mc-1".to_owned()),
                ..any()
            },
        ),
        audit("audit since", AuditFilter { from: Some(build::at(5)), ..any() }),
    ]);
    queries
}

fn work() -> Vec<Query> {
    let claim =
        || ClaimRequest { owner: "server".to_owned(), at: build::at(9), until: build::at(99), limit: 10 };
    vec![
        ("due certificates", Box::new(|tx| tx.certificates().due(build::at(9), 100).map(drop))),
        ("the next due certificate", Box::new(|tx| tx.certificates().next_due().map(drop))),
        ("due jobs of the server", Box::new(move |tx| tx.jobs().claim_for_server(&claim()).map(drop))),
        (
            "due jobs of an agent",
            Box::new(move |tx| tx.jobs().claim_for_agent(&build::id(build::AGENT), &claim()).map(drop)),
        ),
        ("the next due job", Box::new(|tx| tx.jobs().next_due(Executor::Server).map(drop))),
        (
            "jobs that wait too long",
            Box::new(|tx| tx.jobs().waiting_since(JobStatus::AwaitingCsr, build::at(9), 10).map(drop)),
        ),
    ]
}

fn figures() -> Vec<Query> {
    let day = || Day::of(build::at(0));
    vec![
        ("summary", Box::new(|tx| tx.statistics().inventory(build::at(5), build::at(2_592_005)).map(drop))),
        ("statuses", Box::new(|tx| tx.statistics().certificates_by_status(build::at(5)).map(drop))),
        ("agents", Box::new(|tx| tx.statistics().agents_by_status().map(drop))),
        ("jobs by kind", Box::new(|tx| tx.statistics().jobs_by_kind().map(drop))),
        ("oldest jobs", Box::new(|tx| tx.statistics().oldest_live_jobs().map(drop))),
        ("ends by day", Box::new(move |tx| tx.statistics().ends_by_day(build::at(5), day()).map(drop))),
        ("finished by day", Box::new(move |tx| tx.statistics().finished_by_day(day()).map(drop))),
        ("issued by day", Box::new(move |tx| tx.statistics().issued_by_day(day()).map(drop))),
    ]
}

fn queries() -> impl Iterator<Item = Query> {
    let own = lists().into_iter().chain(trails()).chain(judgements()).chain(work()).chain(figures());
    own.chain(notifications::queries()).chain(clean_up::queries())
}

#[tokio::test]
async fn no_hot_query_reads_the_whole_of_a_growing_table() {
    let recorder = Recorder::install();
    let mut refused = Vec::new();
    for db in [TestStore::sqlite().await, TestStore::postgres().await] {
        seed_basics(db.store()).await;
        let stored: Result<(), StoreError> = db
            .store()
            .write("test.seed", |tx| {
                for n in 0..9 {
                    let row = Certificate {
                        status: CertificateStatus::Active,
                        expires_at: Some(build::at(n)),
                        ..build::certificate(&format!("mc-{n}"))
                    };
                    tx.certificates().insert(&row)?;
                    tx.jobs().insert(&build::job(&format!("job-{n}")))?;
                    tx.notifications().insert(&build::notification(&format!("notif-{n}")))?;
                    tx.alerts().insert(&build::alert(&format!("alert-{n}")))?;
                }
                clean_up::seed(tx)
            })
            .await;
        stored.unwrap();
        for (name, mut query) in queries() {
            recorder.start();
            let done: Result<(), StoreError> = db.store().write("test.plan", move |tx| query(tx)).await;
            done.unwrap();
            for statement in recorder.stop() {
                let plan = recorder::explain(&db, &statement);
                let whole: Vec<_> =
                    plan.iter().filter(|line| recorder::reads_whole(line, &MAY_BE_READ_WHOLE)).collect();
                println!("== {name}\n{statement}\n{}\n", plan.join("\n"));
                if !whole.is_empty() {
                    refused.push(format!("{name}: {whole:?}\n{statement}\n{}", plan.join("\n")));
                }
            }
        }
    }
    assert!(refused.is_empty(), "{} statements:\n{}", refused.len(), refused.join("\n\n"));
}
