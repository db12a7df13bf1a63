//! Limits, proxies and other origins.

use crate::support::{Answer, as_who, core, routes, send_to, to};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use certctl_domain::{Clock, Timestamp};
use certctl_http_core::{Cors, Edge, HttpCore, Rate, RateLimitOptions, RateLimits, TrustedProxies};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Debug, Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_000 + self.0.load(Ordering::SeqCst))
    }
}

const NEAR: &str = "192.0.2.7:4711";
const FAR: &str = "198.51.100.9:4711";

/// One per second and ten at once for addresses, two per second and four at once for identities.
fn limited(edge: Edge) -> (Arc<HttpCore>, Arc<Hands>) {
    let hands = Arc::new(Hands::default());
    let options = RateLimitOptions {
        address: Rate { per_second: 1, burst: 10 },
        identity: Rate { per_second: 2, burst: 4 },
    };
    let clock: Arc<dyn Clock> = hands.clone();
    let limits = Some(Arc::new(RateLimits::new(options, clock)));
    (Arc::new(HttpCore { edge: Edge { limits, ..edge }, ..(*core().0).clone() }), hands)
}

async fn ask(core: &Arc<HttpCore>, peer: &str, request: TestRequest) -> Answer {
    send_to(Arc::clone(core), routes, request.peer_addr(peer.parse().unwrap())).await
}

fn me(token: &str) -> TestRequest {
    as_who(to(Method::GET, "/api/v1/me"), token)
}

async fn statuses(
    core: &Arc<HttpCore>,
    peer: &str,
    count: usize,
    make: impl Fn() -> TestRequest,
) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(ask(core, peer, make()).await.status);
    }
    statuses
}

#[actix_web::test]
async fn an_identity_has_its_own_quota_and_is_told_where_it_stands() {
    let (core, hands) = limited(Edge::default());
    let first = ask(&core, NEAR, me("viewer")).await;
    assert_eq!(
        (first.status, first.header("ratelimit-limit"), first.header("ratelimit-remaining")),
        (200, "4", "3")
    );
    assert_eq!(first.header("ratelimit-reset"), "1");
    assert_eq!(statuses(&core, NEAR, 4, || me("viewer")).await, [200, 200, 200, 429]);
    let refused = ask(&core, FAR, me("viewer")).await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".to_owned()));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit-remaining")), ("1", "0"));
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
    assert_eq!(ask(&core, NEAR, me("operator")).await.status, 200, "another identity has its own");
    hands.0.store(1, Ordering::SeqCst);
    assert_eq!(statuses(&core, NEAR, 3, || me("viewer")).await, [200, 200, 429]);
}

#[actix_web::test]
async fn many_agents_behind_one_address_do_not_starve_each_other() {
    let (core, _) = limited(Edge::default());
    let poll =
        |n: usize| as_who(to(Method::GET, &format!("/api/v1/agents/agent-{n}")), &format!("agent:agent-{n}"));
    // Ten new credentials pay for the address; from then on they are known and pay for themselves.
    for round in 0..3 {
        for n in 0..10 {
            assert_eq!(ask(&core, NEAR, poll(n)).await.status, 204, "agent {n} in round {round}");
        }
    }
    assert_eq!(ask(&core, NEAR, poll(11)).await.status, 429, "the address has paid for ten");
    assert_eq!(ask(&core, FAR, poll(11)).await.status, 204);
}

#[actix_web::test]
async fn failed_authentications_are_limited_more_strictly_and_spare_who_is_known() {
    let (core, hands) = limited(Edge::default());
    assert_eq!(ask(&core, NEAR, me("viewer")).await.status, 200);
    assert_eq!(statuses(&core, NEAR, 4, || me("nobody")).await, [401, 401, 429, 429]);
    assert_eq!(ask(&core, NEAR, to(Method::GET, "/api/v1/me")).await.status, 429);
    assert_eq!(ask(&core, NEAR, me("operator")).await.status, 429, "a newcomer waits");
    assert_eq!(ask(&core, NEAR, me("viewer")).await.status, 200, "who was good before does not");
    assert_eq!(ask(&core, FAR, me("nobody")).await.status, 401);
    hands.0.store(1, Ordering::SeqCst);
    assert_eq!(ask(&core, NEAR, me("operator")).await.status, 200);
}

#[actix_web::test]
async fn public_routes_and_wrong_paths_share_a_bucket_that_is_not_the_one_of_the_api() {
    let (core, _) = limited(Edge::default());
    let public = || to(Method::GET, "/api/v1/agents/literal");
    assert_eq!(statuses(&core, NEAR, 8, public).await, [204; 8]);
    assert_eq!(ask(&core, NEAR, to(Method::GET, "/api/v1/missing")).await.status, 404);
    assert_eq!(ask(&core, NEAR, to(Method::PATCH, "/api/v1/notes")).await.status, 405);
    for path in ["/api/v1/agents/literal", "/api/v1/missing"] {
        let answer = ask(&core, NEAR, to(Method::GET, path)).await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, "1"), "{path}");
    }
    assert_eq!(ask(&core, NEAR, to(Method::PATCH, "/api/v1/notes")).await.status, 429);
    assert_eq!(ask(&core, NEAR, me("viewer")).await.status, 200);
}

#[actix_web::test]
async fn a_whole_ipv6_network_is_one_client() {
    let (core, _) = limited(Edge::default());
    let public = || to(Method::GET, "/api/v1/agents/literal");
    assert_eq!(statuses(&core, "[2001:db8::1]:1", 10, public).await, [204; 10]);
    assert_eq!(ask(&core, "[2001:db8::ffff:2]:1", public()).await.status, 429);
    assert_eq!(ask(&core, "[2001:db8:0:1::1]:1", public()).await.status, 204);
}

#[actix_web::test]
async fn only_a_trusted_proxy_is_believed_about_the_client() {
    let trusting =
        Edge { proxies: TrustedProxies::new(["192.0.2.0/24".parse().unwrap()]), ..Edge::default() };
    let (core, _) = limited(trusting);
    let said = |token: &'static str, who: &'static str| me(token).insert_header(("x-forwarded-for", who));
    let near = ask(&core, NEAR, said("viewer", "6.6.6.6, 203.0.113.5")).await;
    assert!(near.body.contains("203.0.113.5"), "{near:?}");
    let far = ask(&core, FAR, said("viewer", "203.0.113.5")).await;
    assert!(far.body.contains("198.51.100.9"), "{far:?}");
    // The limit follows the client, not the proxy, and inventing hops does not help.
    let fail = |who: &'static str| said("nobody", who);
    assert_eq!(statuses(&core, NEAR, 3, || fail("1.1.1.1, 203.0.113.9")).await, [401, 401, 429]);
    assert_eq!(ask(&core, NEAR, fail("2.2.2.2, 203.0.113.9")).await.status, 429);
    assert_eq!(ask(&core, NEAR, fail("203.0.113.10")).await.status, 401);
}

fn of_origins(cors: Cors) -> Arc<HttpCore> {
    limited(Edge { cors, ..Edge::default() }).0
}

fn from(origin: &'static str, request: TestRequest) -> TestRequest {
    request.insert_header(("origin", origin))
}

#[actix_web::test]
async fn other_origins_are_denied_unless_they_are_named() {
    const CONSOLE: &str = "https://console.example.com";
    let core = of_origins(Cors::Only(vec![CONSOLE.to_owned()]));
    let allowed = ask(&core, NEAR, from(CONSOLE, me("viewer"))).await;
    assert_eq!((allowed.header("access-control-allow-origin"), allowed.header("vary")), (CONSOLE, "Origin"));
    assert!(allowed.header("access-control-expose-headers").contains("ETag"));
    assert_eq!(allowed.header("access-control-allow-credentials"), "");
    for other in ["https://console.example.com.evil.example", "http://console.example.com", "null", "*"] {
        let answer = ask(&core, FAR, from(other, to(Method::GET, "/api/v1/agents/literal"))).await;
        assert_eq!(
            (answer.header("access-control-allow-origin"), answer.header("vary")),
            ("", "Origin"),
            "{other}"
        );
    }
    let deny = ask(&of_origins(Cors::Deny), NEAR, from(CONSOLE, me("viewer"))).await;
    assert_eq!((deny.status, deny.header("access-control-allow-origin"), deny.header("vary")), (200, "", ""));
    let any = ask(&of_origins(Cors::Any), NEAR, from(CONSOLE, me("viewer"))).await;
    assert_eq!((any.header("access-control-allow-origin"), any.header("vary")), ("*", ""));
}

#[actix_web::test]
async fn refusals_can_be_read_by_an_allowed_origin() {
    let core = of_origins(Cors::Any);
    let ask = async |request: TestRequest| ask(&core, NEAR, from("https://a.example", request)).await;
    for expected in [401, 401, 429] {
        let answer = ask(to(Method::GET, "/api/v1/me")).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (expected, "*"));
    }
}

#[actix_web::test]
async fn a_preflight_needs_no_credential_and_costs_nothing() {
    let core = of_origins(Cors::Any);
    let ask_first = || from("https://a.example", to(Method::OPTIONS, "/api/v1/notes"));
    assert_eq!(statuses(&core, NEAR, 50, ask_first).await, [204; 50]);
    let answer = ask(&core, NEAR, ask_first()).await;
    assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, PUT, DELETE, PATCH, OPTIONS");
    assert_eq!(answer.header("access-control-max-age"), "86400");
    for name in ["Authorization", "If-Match", "Idempotency-Key", "Last-Event-ID"] {
        assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
    }
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let denied = ask(&of_origins(Cors::Deny), NEAR, ask_first()).await;
    assert_eq!((denied.status, denied.header("access-control-allow-methods")), (204, ""));
}

#[actix_web::test]
async fn a_trace_names_the_request_when_nothing_else_does() {
    let core = core().0;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let traced = || me("viewer").insert_header(("traceparent", parent));
    let answer = ask(&core, NEAR, traced()).await;
    assert_eq!(answer.header("x-request-id"), "0af7651916cd43dd8448eb211c80319c");
    let answer = ask(&core, NEAR, traced().insert_header(("x-request-id", "request-7"))).await;
    assert_eq!(answer.header("x-request-id"), "request-7");
}

#[actix_web::test]
async fn refusals_of_every_kind_carry_the_same_headers() {
    let (core, _) = limited(Edge::default());
    let long = "x".repeat(2_000);
    let big = as_who(to(Method::POST, "/api/v1/notes"), "operator")
        .insert_header(("content-type", "application/json"))
        .set_payload(format!("{{\"text\":\"{long}\"}}"));
    let cases = [
        (to(Method::GET, "/api/v1/missing"), 404),
        (to(Method::PATCH, "/api/v1/notes"), 405),
        (big, 413),
        (to(Method::GET, "/api/v1/panic"), 500),
        (to(Method::OPTIONS, "/anything"), 204),
    ];
    for (request, status) in cases {
        let answer = ask(&core, NEAR, request).await;
        assert_eq!(answer.status, status);
        for name in [
            "x-request-id",
            "strict-transport-security",
            "x-frame-options",
            "x-content-type-options",
            "referrer-policy",
            "content-security-policy",
        ] {
            assert!(!answer.header(name).is_empty(), "{status} lacks {name}");
        }
    }
}
