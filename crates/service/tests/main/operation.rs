//! Operations on many certificates, item by item.

use crate::bench::{ServiceBench, operator, viewer};
use crate::flow::{Flow, Never};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::CertificateId;
use certctl_domain::operation::{ItemState, OperationState};
use certctl_service::Operations;
use certctl_service::reconcile::OperationRunner;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::list::ListRequest;
use certctl_service_api::operation::{
    BULK_REASSIGN, BULK_RENEW, OperationQuery, OperationService, OperationSpec, OperationView, Selection,
};
use certctl_testkit::build;
use serde_json::{Map, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub(crate) fn operations(t: &ServiceBench) -> Operations {
    Operations::new(t.base.clone(), Arc::clone(&t.wakeups))
}

pub(crate) async fn work(t: &ServiceBench, stop: &dyn StopSignal) -> Report {
    OperationRunner::new(t.base.clone(), Arc::clone(&t.wakeups)).activate(stop).await
}

fn ids(ids: &[&str]) -> Vec<CertificateId> {
    ids.iter().map(|id| build::id(id)).collect()
}

pub(crate) fn renewal(selection: Selection) -> OperationSpec {
    let parameters = Map::new();
    OperationSpec { kind: BULK_RENEW, selection, parameters, dry_run: false, expected_count: None }
}

pub(crate) fn of_team() -> Selection {
    Selection { team_id: Some(build::id(build::TEAM)), ..Selection::default() }
}

/// Stops after so many looks.
pub(crate) struct StopsAfter(pub(crate) AtomicU32);

impl StopSignal for StopsAfter {
    fn stopping(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

/// `count` certificates on the target of the basics; the middle one has no target.
async fn seed(t: &ServiceBench, count: usize) {
    t.write(move |tx| {
        for n in 0..count {
            let row = build::certificate(&format!("mc-{n:05}"));
            tx.certificates().insert(&row)?;
            if n != count / 2 {
                tx.deployments().insert(&build::mapping(row.id.as_str()))?;
            }
        }
        Ok(())
    })
    .await;
}

pub(crate) async fn ended(t: &ServiceBench, view: &OperationView) -> OperationView {
    operations(t).get(&viewer(), &view.operation.id, Duration::ZERO).await.unwrap()
}

pub(crate) async fn codes(
    t: &ServiceBench,
    view: &OperationView,
    state: ItemState,
) -> Vec<(String, Option<String>)> {
    let all = ListRequest { per_page: 500, ..ListRequest::default() };
    let items = operations(t).items(&viewer(), &view.operation.id, Some(state), all).await.unwrap().items;
    items.into_iter().map(|item| (item.certificate_id.to_string(), item.code)).collect()
}

#[tokio::test]
async fn a_failing_item_in_the_middle_stops_nothing_on_both_engines() {
    for t in ServiceBench::both().await {
        seed(&t, 121).await;
        let view = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
        assert_eq!((view.operation.state, view.operation.total_matched), (OperationState::Pending, 121));
        let report = work(&t, &Never).await;
        assert_eq!((report.counts, report.error), (vec![("items", 121)], None));
        let view = ended(&t, &view).await;
        let row = &view.operation;
        assert_eq!(
            (row.state, row.total_done, row.total_skipped, row.total_failed),
            (OperationState::Completed, 120, 0, 1)
        );
        assert_eq!(view.errors.len(), 1);
        assert_eq!(view.errors[0].certificate_id, build::id("mc-00060"));
        assert_eq!(view.errors[0].code.as_deref(), Some("no_key_holder"));
        assert_eq!((view.done_name, view.jobs.len()), ("total_enqueued", 100));
        assert_eq!(t.all_jobs().await.len(), 120);
        let audited = t.audited().await;
        assert_eq!(audited.iter().filter(|action| *action == "bulk_renewal_initiated").count(), 1);
        assert_eq!(audited.iter().filter(|action| *action == "renewal_triggered").count(), 120);
        let event = t.audit().await.into_iter().find(|event| event.action == "renewal_triggered").unwrap();
        assert_eq!((&*event.actor, event.request_id.as_deref()), ("operator", Some("req-1")));
    }
}

#[tokio::test]
async fn what_needs_nothing_is_skipped_and_what_does_not_exist_fails() {
    let t = ServiceBench::new().await;
    for (id, status) in [
        ("mc-active", CertificateStatus::Active),
        ("mc-archived", CertificateStatus::Archived),
        ("mc-busy", CertificateStatus::RenewalInProgress),
        ("mc-revoked", CertificateStatus::Revoked),
    ] {
        t.add_mapped(Certificate { status, ..build::certificate(id) }).await;
    }
    let named = ids(&["mc-revoked", "mc-active", "mc-none", "mc-archived", "mc-busy", "mc-active"]);
    let selection = Selection { certificate_ids: named.clone(), ..Selection::default() };
    let view = operations(&t).start(&operator(), renewal(selection)).await.unwrap();
    assert_eq!(view.operation.total_matched, 5, "an id that is named twice counts once");
    work(&t, &Never).await;
    let code = |id: &str, code: &str| (id.to_owned(), Some(code.to_owned()));
    assert_eq!(codes(&t, &view, ItemState::Done).await, [("mc-active".to_owned(), None)]);
    assert_eq!(codes(&t, &view, ItemState::Failed).await, [code("mc-none", "not_found")]);
    assert_eq!(
        codes(&t, &view, ItemState::Skipped).await,
        [code("mc-archived", "archived"), code("mc-busy", "already_renewing"), code("mc-revoked", "revoked")]
    );

    // With criteria, ids that do not match are left out; those of nothing still fail.
    let other =
        Selection { certificate_ids: named, owner_id: Some(build::id("o-none")), ..Selection::default() };
    let view = operations(&t).start(&operator(), renewal(other)).await.unwrap();
    assert_eq!(view.operation.total_matched, 1);
    // By criteria alone, what is archived is not meant.
    let all = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
    assert_eq!(all.operation.total_matched, 3);
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    for t in ServiceBench::both().await {
        seed(&t, 3).await;
        let spec = OperationSpec { dry_run: true, ..renewal(of_team()) };
        let view = operations(&t).start(&operator(), spec).await.unwrap();
        work(&t, &Never).await;
        let view = ended(&t, &view).await;
        assert_eq!((view.operation.total_done, view.operation.total_failed), (2, 1));
        assert!(view.jobs.is_empty() && t.all_jobs().await.is_empty());
        assert_eq!(t.certificate("mc-00000").await.status, CertificateStatus::Pending);
        assert_eq!(t.audited().await, ["bulk_renewal_initiated"]);
    }
}

#[tokio::test]
async fn another_number_than_expected_begins_nothing() {
    let t = ServiceBench::new().await;
    seed(&t, 3).await;
    let spec = OperationSpec { expected_count: Some(2), ..renewal(of_team()) };
    let error = operations(&t).start(&operator(), spec).await.unwrap_err();
    let ServiceError::Conflict { details: Some(details), .. } = &error else { panic!("{error:?}") };
    assert_eq!((error.code(), details), ("count_mismatch", &json!({"expected": 2, "actual": 3})));
    let none = operations(&t).list(&viewer(), OperationQuery::default(), ListRequest::default()).await;
    assert_eq!(none.unwrap().total, 0);
    assert!(t.audit().await.is_empty());
    let spec = OperationSpec { expected_count: Some(3), ..renewal(of_team()) };
    operations(&t).start(&operator(), spec).await.unwrap();
}

#[tokio::test]
async fn an_operation_goes_on_where_it_was_stopped_and_does_nothing_twice() {
    for t in ServiceBench::both().await {
        seed(&t, 61).await;
        let view = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
        // One look before the round, one before the first few; the next few hold one that fails, so
        // there is a look before each of them.
        work(&t, &StopsAfter(AtomicU32::new(2 + 4))).await;
        let half = ended(&t, &view).await;
        assert_eq!((half.operation.state, half.operation.total_done), (OperationState::Running, 28));
        assert_eq!(t.all_jobs().await.len(), 28);
        work(&t, &Never).await;
        let done = ended(&t, &view).await;
        assert_eq!((done.operation.total_done, done.operation.total_failed), (60, 1));
        assert_eq!(t.all_jobs().await.len(), 60);
        assert_eq!(work(&t, &Never).await, Report::default());
    }
}

#[tokio::test]
async fn a_cancelled_operation_keeps_what_was_done() {
    let t = ServiceBench::new().await;
    seed(&t, 60).await;
    let view = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
    // One look before the round, one before the first few.
    work(&t, &StopsAfter(AtomicU32::new(2))).await;
    let refused = operations(&t).cancel(&viewer(), &view.operation.id).await.unwrap_err();
    assert_eq!(refused.code(), "forbidden");
    let cancelled = operations(&t).cancel(&operator(), &view.operation.id).await.unwrap();
    assert_eq!(cancelled.operation.state, OperationState::Cancelled);
    assert_eq!(operations(&t).cancel(&operator(), &view.operation.id).await.unwrap(), cancelled);
    assert_eq!(work(&t, &Never).await, Report::default());
    assert_eq!(t.all_jobs().await.len(), 25);
    assert_eq!(codes(&t, &view, ItemState::Cancelled).await.len(), 35);

    let view = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
    work(&t, &Never).await;
    let late = operations(&t).cancel(&operator(), &view.operation.id).await.unwrap_err();
    assert_eq!(late.code(), "invalid_state");
}

#[tokio::test]
async fn certificates_get_another_owner_and_keep_their_team_unless_it_is_named() {
    for t in ServiceBench::both().await {
        t.write(|tx| {
            tx.teams().insert(&build::team("t-new"))?;
            tx.owners().insert(&build::owner("o-new"))?;
            for id in ["mc-a", "mc-b"] {
                tx.certificates().insert(&build::certificate(id))?;
            }
            let owned = Certificate { owner_id: build::id("o-new"), ..build::certificate("mc-c") };
            tx.certificates().insert(&owned)
        })
        .await;
        let reassign = |parameters| {
            let serde_json::Value::Object(parameters) = parameters else { panic!() };
            OperationSpec { kind: BULK_REASSIGN, parameters, ..renewal(of_team()) }
        };
        for (parameters, field) in [
            (json!({"owner_id": "o-none"}), "owner_id"),
            (json!({"owner_id": "o-new", "team_id": "t-x"}), "team_id"),
        ] {
            let error = operations(&t).start(&operator(), reassign(parameters)).await.unwrap_err();
            let ServiceError::Unprocessable(fields) = error else { panic!("{error:?}") };
            assert_eq!(fields[0].field, field);
        }
        let view = operations(&t).start(&operator(), reassign(json!({"owner_id": "o-new"}))).await.unwrap();
        work(&t, &Never).await;
        let view = ended(&t, &view).await;
        assert_eq!((view.operation.total_done, view.operation.total_skipped), (2, 1));
        assert_eq!(view.done_name, "total_reassigned");
        let row = t.certificate("mc-a").await;
        assert_eq!((row.owner_id.as_str(), row.team_id.as_str()), ("o-new", build::TEAM));
        let to = json!({"owner_id": "o-new", "team_id": "t-new"});
        operations(&t).start(&operator(), reassign(to)).await.unwrap();
        work(&t, &Never).await;
        for id in ["mc-a", "mc-b", "mc-c"] {
            assert_eq!(t.certificate(id).await.team_id, build::id("t-new"));
        }
        assert_eq!(t.audited().await.iter().filter(|action| *action == "certificate_updated").count(), 5);
    }
}

#[tokio::test]
async fn a_waiting_call_is_answered_when_the_operation_ends() {
    let t = Flow::new().await.bench;
    seed(&t, 3).await;
    let view = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
    let (service, who, id) = (operations(&t), viewer(), view.operation.id.clone());
    let waiting = service.get(&who, &id, Duration::from_mins(5));
    let (view, _) = tokio::join!(waiting, work(&t, &Never));
    assert_eq!(view.unwrap().operation.state, OperationState::Completed);
}

#[tokio::test]
async fn nothing_and_nobody_begins_no_operation() {
    let t = ServiceBench::new().await;
    let error = operations(&t).start(&operator(), renewal(Selection::default())).await.unwrap_err();
    assert_eq!(error.code(), "invalid_request");
    let error = operations(&t).start(&viewer(), renewal(of_team())).await.unwrap_err();
    assert_eq!(error.code(), "forbidden");
    let empty = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
    assert_eq!((empty.operation.state, empty.operation.total_matched), (OperationState::Completed, 0));
    let query = OperationQuery { kind: Some("bulk_dance".to_owned()), state: None };
    let error = operations(&t).list(&viewer(), query, ListRequest::default()).await.unwrap_err();
    assert_eq!(error.code(), "invalid_request");
}

#[tokio::test]
async fn a_paused_operation_does_nothing_until_it_is_resumed_on_both_engines() {
    for t in ServiceBench::both().await {
        seed(&t, 60).await;
        let service = operations(&t);
        let view = service.start(&operator(), renewal(of_team())).await.unwrap();
        let id = view.operation.id.clone();
        // Between two looks of the runner, as after a restart.
        work(&t, &StopsAfter(AtomicU32::new(2))).await;
        let before = ended(&t, &view).await.operation.finished_items();
        assert!(before > 0 && before < 60, "{before}");
        let paused = service.pause(&operator(), &id).await.unwrap();
        assert_eq!(paused.operation.state, OperationState::Paused);
        assert_eq!(
            service.pause(&operator(), &id).await.unwrap().operation.paused_at,
            paused.operation.paused_at
        );
        assert_eq!(work(&t, &Never).await.counts, []);
        assert_eq!(ended(&t, &view).await.operation.finished_items(), before);

        let resumed = service.resume(&operator(), &id).await.unwrap();
        assert_eq!((resumed.operation.state, resumed.operation.paused_at), (OperationState::Running, None));
        work(&t, &Never).await;
        let row = ended(&t, &view).await.operation;
        assert_eq!((row.state, row.finished_items()), (OperationState::Completed, 60));
        assert!(service.pause(&operator(), &id).await.is_err());
        assert!(service.resume(&viewer(), &id).await.is_err());
        let audited = t.audited().await;
        for action in ["operation_paused", "operation_resumed"] {
            assert_eq!(audited.iter().filter(|done| *done == action).count(), 1, "{action}");
        }
    }
}
