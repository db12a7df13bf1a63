//! Routes of statistics and metrics.

use crate::support::{Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;

#[actix_web::test]
async fn the_dashboard_has_its_figures() {
    let bench = Bench::new();
    assert_json_snapshot!("statistics_summary", bench.get("viewer", "/stats/summary").await.json());
    assert_json_snapshot!(
        "statistics_by_status",
        bench.get("viewer", "/stats/certificates-by-status").await.json()
    );
    assert_eq!(bench.get("metrics", "/stats/summary").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn figures_per_day_have_a_row_for_each() {
    let bench = Bench::new();
    assert_json_snapshot!(
        "statistics_expirations",
        bench.get("viewer", "/stats/expiration-timeline?days=2").await.json()
    );
    assert_json_snapshot!("statistics_jobs", bench.get("viewer", "/stats/job-trends?days=3").await.json());
    assert_json_snapshot!(
        "statistics_issuances",
        bench.get("viewer", "/stats/issuance-rate?days=2").await.json()
    );
    for path in ["/stats/expiration-timeline", "/stats/job-trends", "/stats/issuance-rate"] {
        assert_eq!(bench.get("viewer", path).await.json().as_array().map(Vec::len), Some(30));
        for bad in ["0", "366", "-1", "many", "4294967296", ""] {
            assert_eq!(bench.get("viewer", &format!("{path}?days={bad}")).await.field(), "days", "{bad}");
        }
        assert_eq!(bench.get("viewer", &format!("{path}?weeks=1")).await.field(), "weeks");
    }
}

#[actix_web::test]
async fn metrics_are_json_and_text_for_those_who_may_read_them() {
    let bench = Bench::new();
    assert_json_snapshot!("metrics", bench.get("metrics", "/metrics").await.json());
    let answer = bench.get("metrics", "/metrics/prometheus").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(answer.body, "certctl_up 1\n");
    for path in ["/metrics", "/metrics/prometheus"] {
        assert_eq!(bench.get("", path).await.status, 401);
        assert_eq!(bench.get("agent:agent-1", path).await.status, 403);
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(bench.send(request(method, path, "metrics")).await.status, 405, "{path}");
        }
    }
}
