//! The log of API calls.

use super::{read, walk, write};
use crate::{TestStore, build};
use certctl_domain::api_call::ApiCall;
use certctl_repository::{ApiCallFilter, PageRequest};

pub async fn calls_come_back_and_old_ones_go(db: &TestStore) {
    let gone = ApiCall {
        route: None,
        actor_type: None,
        status: None,
        request_id: None,
        client_address: None,
        lost: 7,
        ..build::api_call("call-1")
    };
    let kept = ApiCall { timestamp: build::at(9), ..build::api_call("call-2") };
    let rows = [gone.clone(), kept.clone()];
    write(db, move |tx| tx.api_calls().insert(&rows)).await;
    let all = || read(db, |tx| tx.api_calls().list(&ApiCallFilter::default(), &PageRequest::first(9)));
    assert_eq!(all().await.items, [kept.clone(), gone]);
    assert_eq!(all().await.total, 2);
    assert_eq!(write(db, |tx| tx.api_calls().prune(build::at(9), 5)).await, 1);
    assert_eq!(write(db, |tx| tx.api_calls().prune(build::at(9), 5)).await, 0);
    assert_eq!(all().await.items, [kept]);
    assert_eq!(all().await.total, 1);
}

pub async fn calls_are_found_by_every_filter(db: &TestStore) {
    let text = str::to_owned;
    let rows: Vec<ApiCall> = (0..6)
        .map(|n| {
            let mut call = ApiCall { timestamp: build::at(n), ..build::api_call(&format!("call-{n}")) };
            match n {
                1 => call.actor = text("anonymous"),
                2 => call.method = text("POST"),
                3 => call.path = text("/api/v1/a_b/x"),
                4 => call.status = Some(403),
                5 => call.request_id = Some(text("req-9")),
                _ => call.path = text("/api/v1/axb/x"),
            }
            call
        })
        .collect();
    write(db, move |tx| tx.api_calls().insert(&rows)).await;
    let all = ApiCallFilter::default();
    let cases = [
        (all.clone(), vec!["call-5", "call-4", "call-3", "call-2", "call-1", "call-0"]),
        (ApiCallFilter { actor: Some(text("anonymous")), ..all.clone() }, vec!["call-1"]),
        (ApiCallFilter { method: Some(text("POST")), ..all.clone() }, vec!["call-2"]),
        (ApiCallFilter { path_prefix: Some(text("/api/v1/a_b")), ..all.clone() }, vec!["call-3"]),
        (ApiCallFilter { path_prefix: Some(text("/api/V1/a_b")), ..all.clone() }, vec![]),
        (ApiCallFilter { path_prefix: Some(text("/api/v1/%")), ..all.clone() }, vec![]),
        (ApiCallFilter { status: Some(403), ..all.clone() }, vec!["call-4"]),
        (ApiCallFilter { request_id: Some(text("req-9")), ..all.clone() }, vec!["call-5"]),
        (ApiCallFilter { from: Some(build::at(4)), ..all.clone() }, vec!["call-5", "call-4"]),
        (ApiCallFilter { to: Some(build::at(1)), ..all }, vec!["call-0"]),
    ];
    for (filter, expected) in cases {
        let wanted = filter.clone();
        let ids =
            walk(db, 2, move |tx, page| tx.api_calls().list(&wanted, page), |call| call.id.to_string()).await;
        assert_eq!(ids, expected, "{filter:?}");
    }
}
