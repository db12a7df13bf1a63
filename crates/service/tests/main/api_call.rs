//! The log of API calls: its queue, its writer, what belongs into it.

use crate::bench::{ServiceBench, viewer};
use crate::flow::Never;
use certctl_domain::access::ActorType;
use certctl_domain::api_call::ApiCall;
use certctl_service::audit::{ApiCallRetention, Audit, AuditKeys, CallLog, CallLogOptions, CallLogScope};
use certctl_service_api::audit::{AuditService, CallQuery};
use certctl_service_api::engine::Reconciler;
use certctl_service_api::list::ListRequest;
use certctl_telemetry::{CallLogMetrics, Registry};
use certctl_testkit::build;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

fn log(t: &ServiceBench, capacity: usize, registry: &Registry) -> CallLog {
    let options = CallLogOptions { scope: CallLogScope::All, capacity };
    CallLog::new(t.base.clone(), options, CallLogMetrics::register(registry).unwrap())
}

async fn stored(t: &ServiceBench) -> Vec<ApiCall> {
    let audit = Audit::new(t.base.clone(), Arc::new(AuditKeys::new(t.base.clone(), t.secrets.clone())));
    audit.calls(&viewer(), CallQuery::default(), ListRequest::default()).await.unwrap().items
}

#[tokio::test]
async fn what_is_queued_at_the_end_is_written_and_what_did_not_fit_is_told() {
    let t = ServiceBench::empty().await;
    let registry = Registry::new();
    let log = log(&t, 3, &registry);
    for n in 0..5 {
        log.record(ApiCall { timestamp: build::at(n), ..build::api_call(&format!("call-{n}")) });
    }
    assert!(registry.render().unwrap().contains("certctl_api_call_log_dropped_total 2"));
    assert!(stored(&t).await.is_empty(), "a call does not wait for the database");
    log.run(ready(())).await;
    let mut rows = stored(&t).await;
    rows.sort_by_key(|row| row.lost);
    let note = rows.pop().unwrap();
    assert_eq!((note.lost, note.path.as_str(), note.actor.as_str()), (2, "-", "system"));
    let mut ids: Vec<_> = rows.iter().map(|row| row.id.to_string()).collect();
    ids.sort();
    assert_eq!(ids, ["call-0", "call-1", "call-2"]);
}

#[tokio::test]
async fn calls_are_written_while_the_server_runs() {
    let t = ServiceBench::empty().await;
    let log = log(&t, 10, &Registry::new());
    log.record(build::api_call("call-1"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = log.run(async {
        let _ = stopped.await;
    });
    let watching = async {
        while stored(&t).await.is_empty() {
            tokio::task::yield_now().await;
        }
        log.record(build::api_call("call-2"));
        stop.send(()).unwrap();
    };
    tokio::join!(writing, watching);
    assert_eq!(stored(&t).await.len(), 2);
}

#[test]
fn probes_and_routine_are_left_out() {
    let call = build::api_call("call-1");
    let routine = |status| ApiCall {
        route: Some("/api/v1/agents/{id}/work".to_owned()),
        actor_type: Some(ActorType::Agent),
        status: Some(status),
        ..call.clone()
    };
    let at = |path: &str| ApiCall { path: path.to_owned(), route: Some(path.to_owned()), ..call.clone() };
    let covered = |scope: CallLogScope| {
        let calls = [
            call.clone(),
            ApiCall { method: "POST".to_owned(), ..call.clone() },
            ApiCall { status: Some(403), ..call.clone() },
            routine(200),
            routine(410),
            at("/health"),
            at("/api/v1/version"),
            at("/api/v1/metrics/prometheus"),
        ];
        calls.map(|call| scope.covers(&call))
    };
    assert_eq!(covered(CallLogScope::All), [true, true, true, false, true, false, false, false]);
    assert_eq!(covered(CallLogScope::Changes), [false, true, true, false, false, false, false, false]);
    assert_eq!(covered(CallLogScope::Off), [false; 8]);
}

#[tokio::test]
async fn old_calls_go() {
    let t = ServiceBench::empty().await;
    let rows =
        [build::api_call("call-old"), ApiCall { timestamp: build::at(3600), ..build::api_call("call-new") }];
    t.write(move |tx| tx.api_calls().insert(&rows)).await;
    t.clock.advance(Duration::from_hours(2));
    let retention = ApiCallRetention::new(t.base.clone(), Duration::from_hours(1));
    assert_eq!(retention.activate(&Never).await.counts, [("removed", 1)]);
    let left = stored(&t).await;
    assert_eq!(left.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["call-new"]);
}
