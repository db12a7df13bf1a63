//! Live events and idempotency keys.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_domain::Timestamp;
use certctl_domain::idempotency::KeptAnswer;
use certctl_repository::{Store, StoreError};
use certctl_repository_diesel::{DatabaseOptions, Migrations, open};
use certctl_service::reconcile::Retention;
use certctl_service::{EventOptions, Events, Foundation, IdempotencyKeys};
use certctl_service_api::engine::{Reconciler, StopSignal};
use certctl_service_api::event::{EventFilter, EventService, EventStream, Notice, ResetReason};
use certctl_service_api::idempotency::{Begun, IdempotencyService, KeyedRequest};
use certctl_testkit::{FakeClock, TestStore, build};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::Notify;

const SOON: Duration = Duration::from_mins(2);

fn base(t: &ServiceBench) -> (Foundation, FakeClock) {
    (t.base.clone(), t.clock.clone())
}

fn events_with(t: &ServiceBench, options: EventOptions) -> Events {
    Events::new(t.base.clone(), options, Arc::new(Notify::new()))
}

fn events(t: &ServiceBench) -> Events {
    let (period, pause) = (Duration::from_millis(20), Duration::from_millis(1));
    events_with(t, EventOptions { period, pause, ..EventOptions::default() })
}

/// Runs `test` beside the tail.
async fn following<T>(events: &Events, test: impl Future<Output = T>) -> T {
    tokio::select! {
        () = events.follow() => unreachable!("the tail ended"),
        done = test => done,
    }
}

async fn happens(store: &Store, id: &str) {
    let event = build::audit_event(id);
    let added: Result<(), StoreError> =
        store.write("test.event", move |tx| tx.audit().append(&event.clone())).await;
    added.unwrap();
}

/// Objects get the id of their audit event, so that each event can be told apart.
async fn changes(store: &Store, id: &str) {
    let mut event = build::audit_event(&format!("audit-{id}"));
    event.resource_id = id.to_owned();
    let added: Result<(), StoreError> =
        store.write("test.event", move |tx| tx.audit().append(&event.clone())).await;
    added.unwrap();
}

async fn watch(events: &Events, after: Option<i64>) -> Box<dyn EventStream> {
    events.watch(&viewer(), after, EventFilter::default()).await.unwrap()
}

async fn next(stream: &mut Box<dyn EventStream>) -> Notice {
    tokio::time::timeout(SOON, stream.next()).await.expect("an event in time").expect("an open stream")
}

async fn next_id(stream: &mut Box<dyn EventStream>) -> String {
    match next(stream).await {
        Notice::Event(event) => event.resource_id,
        Notice::Reset(reason) => format!("{reason:?}"),
    }
}

async fn sqlite() -> ServiceBench {
    ServiceBench::empty().await
}

async fn both() -> [ServiceBench; 2] {
    [sqlite().await, ServiceBench::on(TestStore::postgres().await)]
}

#[tokio::test]
async fn every_watcher_is_told_what_happens_and_resumes_without_a_gap() {
    for t in both().await {
        let (store, events) = (t.store(), events(&t));
        changes(store, "mc-before").await;
        following(&events, async {
            let (mut one, mut other) = (watch(&events, None).await, watch(&events, None).await);
            changes(store, "mc-1").await;
            changes(store, "mc-2").await;
            for stream in [&mut one, &mut other] {
                assert_eq!([next_id(stream).await, next_id(stream).await], ["mc-1", "mc-2"]);
            }
            let position = one.position();
            drop((one, other));
            changes(store, "mc-3").await;
            let mut back = watch(&events, Some(position)).await;
            changes(store, "mc-4").await;
            assert_eq!([next_id(&mut back).await, next_id(&mut back).await], ["mc-3", "mc-4"]);
            assert!(back.position() > position);
        })
        .await;
    }
}

#[tokio::test]
async fn watchers_are_told_only_what_they_ask_for() {
    let t = sqlite().await;
    let events = events(&t);
    following(&events, async {
        let filter = EventFilter { resources: Some(vec!["job".to_owned()]) };
        let mut jobs = events.watch(&viewer(), None, filter).await.unwrap();
        happens(t.store(), "audit-one").await;
        let job = build::job("job-one");
        let queued: Result<(), StoreError> =
            t.store().write("test.job", move |tx| tx.jobs().insert(&job)).await;
        queued.unwrap();
        assert_eq!(next_id(&mut jobs).await, "job-one");
    })
    .await;
}

#[tokio::test]
async fn events_of_another_replica_are_told() {
    let db = TestStore::postgres().await;
    let url = db.url().clone();
    let t = ServiceBench::on(db);
    let options = DatabaseOptions { migrations: Migrations::Require, ..DatabaseOptions::new(url) };
    let other = Store::new(Arc::new(open(options).await.unwrap()));
    let events = events(&t);
    following(&events, async {
        let mut stream = watch(&events, None).await;
        changes(&other, "mc-there").await;
        assert_eq!(next_id(&mut stream).await, "mc-there");
    })
    .await;
    other.close().await;
}

/// Two transactions that take their numbers in one order and commit in the other.
#[tokio::test]
async fn an_event_that_commits_late_is_told_and_the_position_waits_for_it() {
    let t = ServiceBench::on(TestStore::postgres().await);
    let (store, events) = (t.store(), events(&t));
    let (started, mut has_started) = tokio::sync::mpsc::unbounded_channel();
    let (go, wait) = mpsc::channel::<()>();
    let mut late = build::audit_event("audit-late");
    late.resource_id = "mc-late".to_owned();
    let slow = store.write("test.late", move |tx| {
        tx.audit().append(&late)?;
        let _ = started.send(());
        let _ = wait.recv();
        Ok::<_, StoreError>(())
    });
    let test = following(&events, async {
        let mut stream = watch(&events, None).await;
        let began_at = stream.position();
        has_started.recv().await.unwrap();
        changes(store, "mc-early").await;
        assert_eq!(next_id(&mut stream).await, "mc-early");
        let waiting = stream.position();
        assert_eq!(waiting, began_at, "the late number may still come");
        go.send(()).unwrap();
        assert_eq!(next_id(&mut stream).await, "mc-late");
        assert_eq!(stream.position(), began_at + 2);
        let mut back = watch(&events, Some(waiting)).await;
        assert_eq!([next_id(&mut back).await, next_id(&mut back).await], ["mc-late", "mc-early"]);
    });
    let (written, ()) = tokio::join!(slow, test);
    written.unwrap();
}

#[tokio::test]
async fn a_slow_watcher_is_told_to_read_anew() {
    let t = sqlite().await;
    let events = events_with(&t, EventOptions { buffer: 2, ..EventOptions::default() });
    following(&events, async {
        let mut slow = watch(&events, None).await;
        for n in 0..9 {
            changes(t.store(), &format!("mc-{n}")).await;
        }
        // Another watcher that joins and hears of something shows that all nine were told.
        let mut other = watch(&events, None).await;
        changes(t.store(), "mc-last").await;
        while next_id(&mut other).await != "mc-last" {}
        assert_eq!(next(&mut slow).await, Notice::Reset(ResetReason::TooSlow));
        while next_id(&mut slow).await != "mc-last" {}
    })
    .await;
}

#[tokio::test]
async fn a_position_that_is_not_kept_is_lost() {
    for t in both().await {
        let (store, events) = (t.store(), events(&t));
        for n in 0..4 {
            changes(store, &format!("mc-{n}")).await;
        }
        let (clock, retention) = {
            let (base, clock) = base(&t);
            (clock, Retention::new(base))
        };
        clock.advance(Duration::from_hours(48));
        retention.activate(&Never).await;
        following(&events, async {
            for lost in [1, i64::MAX] {
                let mut stream = watch(&events, Some(lost)).await;
                assert_eq!(next(&mut stream).await, Notice::Reset(ResetReason::PositionLost));
                changes(store, &format!("mc-new-{}", lost % 10)).await;
                assert!(next_id(&mut stream).await.starts_with("mc-new"));
            }
        })
        .await;
    }
}

struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn watches_are_limited_per_caller_and_in_all() {
    let t = sqlite().await;
    let events = events_with(&t, EventOptions { per_principal: 1, total: 2, ..EventOptions::default() });
    following(&events, async {
        let first = watch(&events, None).await;
        let own = events.watch(&viewer(), None, EventFilter::default()).await;
        assert_eq!(own.map(drop).unwrap_err().code(), "too_many_requests");
        let second = events.watch(&operator(), None, EventFilter::default()).await.unwrap();
        let third = crate::bench::person(certctl_domain::access::Role::Admin);
        let crowded = events.watch(&third, None, EventFilter::default()).await;
        assert_eq!(crowded.map(drop).unwrap_err().code(), "unavailable");
        drop((first, second));
        watch(&events, None).await;
        let nobody = crate::bench::person(certctl_domain::access::Role::Metrics);
        let refused = events.watch(&nobody, None, EventFilter::default()).await;
        assert_eq!(refused.map(drop).unwrap_err().code(), "forbidden");
    })
    .await;
}

fn request(principal: &str, path: &str) -> KeyedRequest {
    KeyedRequest { principal: principal.to_owned(), key: "k-1".to_owned(), request: format!("POST {path}") }
}

fn answer() -> KeptAnswer {
    KeptAnswer { status: 202, location: None, entity_tag: None, body: "{}".to_owned() }
}

#[tokio::test]
async fn a_keyed_request_runs_once_and_is_answered_for_a_day() {
    for t in both().await {
        let (base, clock) = base(&t);
        let keys = IdempotencyKeys::new(base.clone(), Duration::from_mins(1));
        let begin = async |body: &[u8]| keys.begin(request("anna", "/a"), body).await.unwrap();
        let Begun::Run(claim) = begin(b"x").await else { panic!("the first request must run") };
        assert_eq!(begin(b"x").await, Begun::InProgress);
        assert_eq!(begin(b"y").await, Begun::Reused);
        assert_eq!(keys.begin(request("anna", "/b"), b"x").await.unwrap(), Begun::Reused);
        keys.settle(claim, answer()).await.unwrap();
        assert_eq!(begin(b"x").await, Begun::Replay(answer()));
        clock.advance(Duration::from_hours(25));
        Retention::new(base).activate(&Never).await;
        assert!(matches!(begin(b"y").await, Begun::Run(_)));
    }
}

#[tokio::test]
async fn a_request_that_was_lost_or_failed_can_be_made_anew() {
    let t = sqlite().await;
    let (base, clock) = base(&t);
    let keys = IdempotencyKeys::new(base, Duration::from_mins(1));
    let Begun::Run(lost) = keys.begin(request("anna", "/a"), b"x").await.unwrap() else { panic!("must run") };
    clock.advance(Duration::from_mins(1));
    let Begun::Run(second) = keys.begin(request("anna", "/a"), b"x").await.unwrap() else {
        panic!("must run")
    };
    assert!(second.at > Timestamp::EPOCH && second.at > lost.at);
    // The lost one comes back to life too late.
    keys.settle(lost, answer()).await.unwrap();
    assert_eq!(keys.begin(request("anna", "/a"), b"x").await.unwrap(), Begun::InProgress);
    keys.release(second).await.unwrap();
    assert!(matches!(keys.begin(request("anna", "/a"), b"x").await.unwrap(), Begun::Run(_)));
}
