//! An operation at the size of a real inventory.

use crate::bench::{ServiceBench, operator, viewer};
use crate::flow::Never;
use crate::operation::{StopsAfter, ended, of_team, operations, renewal, work};
use certctl_domain::operation::{ItemState, OperationState};
use certctl_repository::{JobFilter, PageRequest};
use certctl_service_api::list::ListRequest;
use certctl_service_api::operation::{OperationService, OperationView};
use certctl_testkit::build;
use std::collections::BTreeMap;

const COUNT: usize = 10_000;
/// A stretch in the middle whose certificates have no target, so that nobody can make their keys.
const FAILING: std::ops::Range<usize> = 4_900..5_100;

async fn seed(t: &ServiceBench) {
    t.write(|tx| {
        let rows: Vec<_> = (0..COUNT).map(|n| build::certificate(&format!("mc-{n:05}"))).collect();
        tx.certificates().insert_all(&rows)?;
        let (before, after) = (&rows[..FAILING.start], &rows[FAILING.end..]);
        before
            .iter()
            .chain(after)
            .try_for_each(|row| tx.deployments().insert(&build::mapping(row.id.as_str())))
    })
    .await;
}

/// Done, failed and left so far.
async fn progress(t: &ServiceBench, view: &OperationView) -> (OperationState, u64, u64, u64) {
    let row = ended(t, view).await.operation;
    let left = row.total_matched - row.total_done - row.total_skipped - row.total_failed;
    (row.state, row.total_done, row.total_failed, left)
}

/// Works until `looks` have been taken, then the process "ends".
async fn works_until_stopped(t: &ServiceBench, looks: u32) {
    let report = work(t, &StopsAfter(looks.into())).await;
    assert_eq!(report.error, None);
}

async fn ten_thousand_renewals(t: ServiceBench) {
    seed(&t).await;
    let view = operations(&t).start(&operator(), renewal(of_team())).await.unwrap();
    assert_eq!(view.operation.total_matched, COUNT as u64, "there is no silent cap");
    assert_eq!(progress(&t, &view).await, (OperationState::Pending, 0, 0, COUNT as u64));

    // One look before each round of fifty, one before each half of it.
    works_until_stopped(&t, 40 * 3).await;
    assert_eq!(progress(&t, &view).await, (OperationState::Running, 2_000, 0, 8_000));
    // The next process ends among those that fail, with a look before each of them.
    works_until_stopped(&t, 58 * 3 + 2 * (3 + 50)).await;
    assert_eq!(progress(&t, &view).await, (OperationState::Running, 4_900, 100, 5_000));
    let report = work(&t, &Never).await;
    assert_eq!((report.counts, report.error), (vec![("items", 5_000)], None));
    assert_eq!(progress(&t, &view).await, (OperationState::Completed, 9_800, 200, 0));

    // Every item has its own result, and each certificate is there once.
    let mut items = BTreeMap::new();
    let mut page = ListRequest { per_page: 500, ..ListRequest::default() };
    loop {
        let listed = operations(&t).items(&viewer(), &view.operation.id, None, page.clone()).await.unwrap();
        assert_eq!(listed.total, COUNT as u64);
        items.extend(listed.items.into_iter().map(|item| (item.certificate_id.to_string(), item)));
        let Some(next) = listed.next_cursor else { break };
        page.cursor = Some(next);
    }
    assert_eq!(items.len(), COUNT);
    for n in 0..COUNT {
        let item = &items[&format!("mc-{n:05}")];
        if FAILING.contains(&n) {
            assert_eq!((item.state, item.code.as_deref()), (ItemState::Failed, Some("no_key_holder")), "{n}");
        } else {
            assert_eq!((item.state, item.result.is_some()), (ItemState::Done, true), "{n}");
        }
    }
    // Nothing was queued twice by the second and third process.
    let first = PageRequest::first(1);
    let jobs = t.read(move |tx| tx.jobs().list(&JobFilter::default(), &first)).await;
    assert_eq!(jobs.total, 9_800);
}

#[tokio::test]
async fn ten_thousand_certificates_with_a_failing_middle_survive_two_restarts_on_sqlite() {
    ten_thousand_renewals(ServiceBench::new().await).await;
}

#[tokio::test]
async fn ten_thousand_certificates_with_a_failing_middle_survive_two_restarts_on_postgresql() {
    let [_, postgres] = ServiceBench::both().await;
    ten_thousand_renewals(postgres).await;
}
