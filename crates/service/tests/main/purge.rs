//! What is over is removed after its time: archived certificates, operations.

use crate::bench::{ServiceBench, operator, viewer};
use crate::flow::{Flow, Never};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::ledger::IssuanceState;
use certctl_repository::PageRequest;
use certctl_service::Operations;
use certctl_service::reconcile::{OperationRetention, OperationRunner, Purge};
use certctl_service_api::certificate::CertificateService;
use certctl_service_api::engine::Reconciler;
use certctl_service_api::list::ListRequest;
use certctl_service_api::operation::{
    BULK_RENEW, OperationQuery, OperationService, OperationSpec, Selection,
};
use certctl_testkit::build;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// An archived certificate with a leaf, and how long that is valid.
async fn archived(bench: ServiceBench) -> (Flow, Duration) {
    let t = Flow::on(bench);
    t.served().await;
    let row = t.bench.certificate("mc-www").await;
    let rest = row.expires_at.unwrap().since(t.bench.base.clock.now());
    t.certificates.archive(&operator(), &row.id).await.unwrap();
    (t, rest)
}

async fn purge(t: &Flow, keep: Duration) -> u64 {
    let report = Purge::new(t.bench.base.clone(), keep).activate(&Never).await;
    assert_eq!(report.error, None);
    report.counts.iter().map(|(_, count)| count).sum()
}

#[tokio::test]
async fn an_archived_certificate_goes_after_its_time_and_its_issuances_stay_on_record() {
    for bench in ServiceBench::both().await {
        let (t, rest) = archived(bench).await;
        t.bench.clock.advance(rest + Duration::from_secs(1));
        assert_eq!(purge(&t, rest + DAY).await, 0, "it was archived too recently");
        t.bench.clock.advance(DAY);
        assert_eq!(purge(&t, rest + DAY).await, 1);
        assert_eq!(purge(&t, rest + DAY).await, 0);

        let gone = t.certificates.get(&viewer(), &build::id("mc-www")).await.unwrap_err();
        assert_eq!(gone.code(), "not_found");
        assert!(t.bench.all_jobs().await.is_empty());
        let (ledger, mapped) = t
            .bench
            .read(|tx| {
                let mapped = tx.deployments().of_certificate(&build::id("mc-www"))?;
                Ok((tx.ledger().list(&PageRequest::first(5))?.items, mapped))
            })
            .await;
        assert!(mapped.is_empty());
        assert_eq!((ledger.len(), ledger[0].state), (1, IssuanceState::Issued));
        assert_eq!(ledger[0].certificate_id, None);
        let event = t.bench.audit().await.into_iter().next_back().unwrap();
        let details: Value = serde_json::from_str(event.details.as_str()).unwrap();
        assert_eq!((event.action.as_str(), event.resource_id.as_str()), ("certificate_purged", "mc-www"));
        assert_eq!((&details["name"], &details["versions"]), (&"www".into(), &1.into()));
        assert_eq!(details["serial_numbers"][0].as_str(), ledger[0].serial_number.as_deref());
        // The name is free again, and the certificate begins anew.
        t.create().await;
        assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Pending);
    }
}

#[tokio::test]
async fn a_certificate_with_a_valid_leaf_or_back_in_service_stays() {
    for bench in ServiceBench::both().await {
        let (t, rest) = archived(bench).await;
        t.bench.clock.advance(rest.saturating_sub(Duration::from_secs(1)));
        assert_eq!(purge(&t, Duration::from_secs(1)).await, 0, "its leaf is valid for another second");
        t.bench.clock.advance(Duration::from_secs(2));
        t.certificates.unarchive(&operator(), &build::id("mc-www")).await.unwrap();
        t.bench.clock.advance(rest);
        assert_eq!(purge(&t, Duration::from_secs(1)).await, 0);
    }
}

#[tokio::test]
async fn many_archived_certificates_go_in_batches() {
    for t in ServiceBench::both().await {
        t.write(|tx| {
            (0..250).try_for_each(|n| {
                let mut row = build::certificate(&format!("mc-{n}x"));
                row.status = CertificateStatus::Archived;
                row.expires_at = None;
                tx.certificates().insert(&row)
            })
        })
        .await;
        let t = Flow::on(t);
        t.bench.clock.set(build::at(0).plus(DAY));
        assert_eq!(purge(&t, Duration::from_hours(1)).await, 250);
    }
}

#[tokio::test]
async fn operations_go_after_their_time_and_those_under_way_stay() {
    for t in ServiceBench::both().await {
        t.write(|tx| {
            (0..600).try_for_each(|n| tx.certificates().insert(&build::certificate(&format!("mc-{n}x"))))
        })
        .await;
        let operations = Operations::new(t.base.clone(), Arc::clone(&t.wakeups));
        let start = async || {
            let selection = Selection { team_id: Some(build::id(build::TEAM)), ..Selection::default() };
            let kind = BULK_RENEW;
            let parameters = Map::new();
            let spec = OperationSpec { kind, selection, parameters, dry_run: true, expected_count: None };
            operations.start(&operator(), spec).await.unwrap().operation.id
        };
        let ended = start().await;
        OperationRunner::new(t.base.clone(), Arc::clone(&t.wakeups)).activate(&Never).await;
        let under_way = start().await;
        let retention = OperationRetention::new(t.base.clone(), DAY);
        t.clock.advance(DAY.saturating_sub(Duration::from_secs(1)));
        assert_eq!(retention.activate(&Never).await.counts, []);
        t.clock.advance(Duration::from_secs(2));
        assert_eq!(retention.activate(&Never).await.counts, [("removed", 1)]);
        let left =
            operations.list(&viewer(), OperationQuery::default(), ListRequest::default()).await.unwrap();
        let left: Vec<_> = left.items.into_iter().map(|view| view.operation.id).collect();
        assert_eq!(left, [under_way]);
        let gone = operations.get(&viewer(), &ended, Duration::ZERO).await.unwrap_err();
        assert_eq!(gone.code(), "not_found");
    }
}
