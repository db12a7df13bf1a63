//! Live events.

use crate::support::{Bench, request};
use actix_web::http::Method;

#[actix_web::test]
async fn events_come_as_a_stream_that_says_where_to_go_on() {
    let answer = Bench::new().get("viewer", "/events").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/event-stream"));
    assert_eq!(
        (answer.header("cache-control"), answer.header("x-content-type-options")),
        ("no-store", "nosniff")
    );
    assert_eq!(
        answer.body,
        "retry: 2000\nid: 5\n\n\
         id: 6\nevent: certificate_created\n\
         data: {\"resource\":\"certificate\",\"id\":\"mc-1\",\"kind\":\"certificate_created\",\"at\":\"2026-01-01T00:00:00Z\"}\n\n\
         id: 7\nevent: change\n\
         data: {\"resource\":\"job\",\"id\":\"job-1\",\"kind\":\"job_queued\\ndata: evil\",\"at\":\"2026-01-01T00:00:00Z\"}\n\n"
    );
}

#[actix_web::test]
async fn events_are_filtered_and_resumed() {
    let bench = Bench::new();
    let jobs = bench.get("viewer", "/events?resource=job,target&last_event_id=7").await;
    assert!(jobs.body.starts_with("retry: 2000\nid: 7\n\n") && !jobs.body.contains("mc-1"), "{}", jobs.body);
    let resumed =
        request(Method::GET, "/events?last_event_id=3", "viewer").insert_header(("last-event-id", "20"));
    let resumed = bench.send(resumed).await;
    assert!(
        resumed.body.starts_with(
            "retry: 2000\nid: 20\n\nid: 21\nevent: reset\ndata: {\"reason\":\"position_lost\"}\n\n"
        ),
        "{}",
        resumed.body
    );
}

#[actix_web::test]
async fn a_stream_that_cannot_be_had_is_refused_before_it_begins() {
    let bench = Bench::new();
    for query in
        ["resource=", "resource=Job", "resource=job,", "resource=a%0Adata", "x=1", "last_event_id=-1"]
    {
        assert_eq!(bench.get("viewer", &format!("/events?{query}")).await.refusal().0, 400, "{query}");
    }
    let strange = request(Method::GET, "/events", "viewer").insert_header(("last-event-id", "seven"));
    assert_eq!(bench.send(strange).await.refusal(), (400, "invalid_header".to_owned()));
    assert_eq!(bench.get("metrics", "/events").await.refusal(), (403, "forbidden".to_owned()));
    let crowded = bench.get("viewer", "/events?last_event_id=100").await;
    assert_eq!(
        (crowded.refusal(), crowded.header("retry-after")),
        ((429, "too_many_requests".to_owned()), "15")
    );
}

#[actix_web::test]
async fn a_stream_ends_when_the_server_stops() {
    let bench = Bench::new();
    bench.stopping.cancel();
    assert_eq!(bench.get("viewer", "/events").await.body, "retry: 2000\nid: 5\n\n");
}
