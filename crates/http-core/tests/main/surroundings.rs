//! What every answer carries, and who may ask.

use crate::support::{MakeError, Seen, anonymous_core, as_who, core, routes, send, send_to, table, to};
use actix_web::http::Method;
use actix_web::web::Data;
use certctl_domain::access::{Permission, Role};
use certctl_domain::id::AgentId;
use certctl_http_core::HttpCore;
use certctl_service_api::{ConflictCode, ServiceError};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[actix_web::test]
async fn every_answer_has_a_request_id_and_security_headers() {
    for path in ["/api/v1/agents/literal", "/api/v1/missing", "/api/v1/me", "/api/v1/panic"] {
        let answer = send(to(Method::GET, path)).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // A refusal is never kept, wherever it comes from.
    assert_eq!(send(to(Method::GET, "/elsewhere")).await.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn browsers_are_told_to_insist_on_tls_only_where_there_is_tls() {
    let plain = Arc::new(HttpCore { encrypted: false, ..(*core().0).clone() });
    let answer = send_to(plain, routes, to(Method::GET, "/api/v1/missing")).await;
    assert_eq!(answer.header("strict-transport-security"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[actix_web::test]
async fn a_well_formed_request_id_is_kept_and_a_strange_one_replaced() {
    let with = |id: &'static str| to(Method::GET, "/api/v1/missing").insert_header(("x-request-id", id));
    let answer = send(with("trace-0123.abc_DEF")).await;
    assert_eq!(answer.header("x-request-id"), "trace-0123.abc_DEF");
    assert_eq!(answer.json()["request_id"], "trace-0123.abc_DEF");
    for strange in ["short", "has spaces in it", "semi;colon-123"] {
        assert_eq!(send(with(strange)).await.header("x-request-id"), "00000000-0000-0000-0000-000000000000");
    }
}

#[actix_web::test]
async fn unknown_paths_and_methods_have_their_codes() {
    assert_eq!(send(to(Method::GET, "/api/v1/missing")).await.refusal(), (404, "route_not_found".to_owned()));
    assert_eq!(send(to(Method::GET, "/")).await.refusal(), (404, "route_not_found".to_owned()));
    let answer = send(to(Method::PATCH, "/api/v1/notes")).await;
    assert_eq!(answer.refusal(), (405, "method_not_allowed".to_owned()));
    assert_eq!(answer.header("allow"), "GET, HEAD, POST, PUT");
    assert_eq!(answer.json()["details"]["allowed"], serde_json::json!(["GET", "HEAD", "POST", "PUT"]));
}

#[actix_web::test]
async fn head_is_answered_where_get_is() {
    assert_eq!(send(to(Method::HEAD, "/api/v1/notes")).await.status, 200);
    assert_eq!(send(to(Method::HEAD, "/api/v1/me")).await.status, 401);
}

#[actix_web::test]
async fn literal_paths_win_over_parameters() {
    assert_eq!(send(to(Method::GET, "/api/v1/agents/literal")).await.status, 204);
}

#[actix_web::test]
async fn anonymous_callers_are_told_how_to_authenticate() {
    let answer = send(to(Method::GET, "/api/v1/me")).await;
    assert_eq!(answer.refusal(), (401, "missing_credential".to_owned()));
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"certctl\"");
    for token in ["nobody", "", "two words"] {
        let answer = send(as_who(to(Method::GET, "/api/v1/me"), token)).await;
        assert_eq!(answer.refusal(), (401, "invalid_credential".to_owned()), "{token:?}");
    }
}

#[actix_web::test]
async fn the_caller_knows_name_request_and_address() {
    let request = as_who(to(Method::GET, "/api/v1/me"), "viewer")
        .insert_header(("x-request-id", "request-1"))
        .peer_addr("192.0.2.7:4711".parse().unwrap());
    assert_eq!(send(request).await.json(), r#"viewer Some("request-1") Some("192.0.2.7")"#);
}

#[actix_web::test]
async fn agents_use_only_their_own_routes() {
    let own = |token: &str| as_who(to(Method::GET, "/api/v1/agents/agent-1"), token);
    assert_eq!(send(own("agent:agent-1")).await.status, 204);
    assert_eq!(send(own("agent:agent-2")).await.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(send(own("admin")).await.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(send(own("retired:agent-1")).await.refusal(), (410, "agent_retired".to_owned()));
    let strange = as_who(to(Method::GET, "/api/v1/agents/NO"), "agent:agent-1");
    assert_eq!(send(strange).await.refusal(), (403, "forbidden".to_owned()));

    let write = |token: &str| as_who(to(Method::POST, "/api/v1/notes"), token);
    assert_eq!(send(write("agent:agent-1")).await.refusal(), (403, "forbidden".to_owned()));
    let me = |token: &str| as_who(to(Method::GET, "/api/v1/me"), token);
    assert_eq!(send(me("agent:agent-1")).await.status, 200);
    assert_eq!(send(me("retired:agent-1")).await.refusal(), (410, "agent_retired".to_owned()));
}

#[actix_web::test]
async fn without_required_credentials_strangers_have_the_configured_role() {
    let me = || to(Method::GET, "/api/v1/me");
    let core = || anonymous_core(Role::Viewer);
    assert!(send_to(core(), routes, me()).await.body.starts_with("\"anonymous "));
    let write = to(Method::POST, "/api/v1/notes");
    assert_eq!(send_to(core(), routes, write).await.refusal(), (403, "forbidden".to_owned()));
    // A credential that is sent counts, and must be valid.
    assert_eq!(send_to(core(), routes, as_who(me(), "wrong")).await.refusal().0, 401);
    let own = as_who(to(Method::GET, "/api/v1/agents/agent-1"), "agent:agent-1");
    assert_eq!(send_to(core(), routes, own).await.status, 204);
}

#[actix_web::test]
async fn a_panic_is_an_internal_error_that_says_nothing() {
    let answer = send(to(Method::GET, "/api/v1/panic")).await;
    assert_eq!(answer.refusal(), (500, "internal_error".to_owned()));
    assert!(!answer.body.contains("secret"), "{}", answer.body);
}

/// How to make an error, its status and its code.
type Case = (fn() -> ServiceError, u16, &'static str);

#[actix_web::test]
async fn every_service_error_has_its_status_and_code() {
    let cases: [Case; 12] = [
        (|| ServiceError::not_found("note", "n-1"), 404, "not_found"),
        (|| ServiceError::invalid("a", "b", "c"), 400, "invalid_request"),
        (|| ServiceError::unprocessable("a", "b", "c"), 422, "unprocessable"),
        (|| ServiceError::conflict(ConflictCode::Stale, "changed"), 409, "stale"),
        (
            || ServiceError::Unauthenticated { code: "invalid_enrolment_token", message: "m" },
            401,
            "invalid_enrolment_token",
        ),
        (|| ServiceError::Forbidden { permission: Permission::JobWrite }, 403, "forbidden"),
        (|| ServiceError::Retired { id: AgentId::parse("agent-1").unwrap() }, 410, "agent_retired"),
        (|| ServiceError::Throttled { retry_after: Duration::from_millis(1_500) }, 429, "too_many_requests"),
        (|| ServiceError::Upstream { message: "the CA is down".to_owned() }, 502, "upstream_failed"),
        (|| ServiceError::Unavailable("password=hunter2".into()), 503, "unavailable"),
        (|| ServiceError::internal("password=hunter2"), 500, "internal_error"),
        (
            || ServiceError::Conflict {
                code: ConflictCode::BlockedByDependencies,
                message: "m".to_owned(),
                details: Some(serde_json::json!({ "counts": { "pending_jobs": 1 } })),
            },
            409,
            "blocked_by_dependencies",
        ),
    ];
    for (make, status, code) in cases {
        let answer = send_to(
            core().0,
            move |config| {
                config.app_data(Data::new(MakeError(make)));
                table().register(config);
            },
            to(Method::GET, "/api/v1/failure"),
        )
        .await;
        assert_eq!(answer.refusal(), (status, code.to_owned()));
        assert!(!answer.body.contains("hunter2"), "{}", answer.body);
        assert_eq!(answer.header("retry-after"), if status == 429 { "2" } else { "" });
        if code == "blocked_by_dependencies" {
            assert_eq!(answer.json()["details"]["counts"]["pending_jobs"], 1);
        }
        if status == 400 || status == 422 {
            assert_eq!(answer.field(), (status, "a".to_owned(), "b".to_owned()));
        }
    }
}

#[actix_web::test]
async fn requests_are_counted_by_route_pattern() {
    let (core, observed) = core();
    send_to(core.clone(), routes, to(Method::GET, "/api/v1/agents/agent-9/jobs/job-9?x=1")).await;
    send_to(core.clone(), routes, to(Method::GET, "/no/such/path")).await;
    send_to(core, routes, to(Method::from_bytes(b"BREW").unwrap(), "/api/v1/notes")).await;
    let seen = |method, route: Option<&str>, status| Seen { method, route: route.map(str::to_owned), status };
    assert_eq!(observed.started.load(Ordering::SeqCst), 3);
    assert_eq!(
        *observed.finished.lock().unwrap(),
        [
            seen("GET", Some("/api/v1/agents/{id}/jobs/{job_id}"), Some(401)),
            seen("GET", None, Some(404)),
            seen("OTHER", Some("/api/v1/notes"), Some(405)),
        ]
    );
}
