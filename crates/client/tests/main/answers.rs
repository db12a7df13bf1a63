//! What the client makes of answers.

use certctl_api_types::MergePatch;
use certctl_client::{Client, ClientError, ListQuery, Watched};
use certctl_crypto::SecretString;
use certctl_domain::id::{AgentId, CertificateId, RenewalPolicyId};
use certctl_domain::retry::FailureClass;
use certctl_fake_server::{HttpsServer, Request, Response};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server with a record of what it was asked, and a client that trusts it.
struct Fixture {
    client: Client,
    seen: Arc<Mutex<Vec<Request>>>,
    _server: HttpsServer,
}

fn fixture(answer: impl Fn(usize, &Request) -> Response + Send + Sync + 'static) -> Fixture {
    let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
    let (record, calls) = (Arc::clone(&seen), AtomicUsize::new(0));
    let server = HttpsServer::start(move |request| {
        record.lock().unwrap().push(request.clone());
        answer(calls.fetch_add(1, Ordering::SeqCst), request)
    })
    .unwrap();
    let client = Client::builder(format!("{}/behind/a/proxy", server.url()))
        .ca_bundle_pem(server.certificate_pem())
        .token(SecretString::new("ck_secret"))
        .user_agent("test/1")
        .read_retries(vec![Duration::from_millis(1); 2])
        .build()
        .unwrap();
    Fixture { client, seen, _server: server }
}

fn empty_page(_call: usize, _request: &Request) -> Response {
    Response::json(200, &json!({"data": [], "total": 0, "page": 1, "per_page": 50}))
}

#[tokio::test]
async fn requests_carry_credential_product_prefix_and_encoded_parameters() {
    let fixture = fixture(empty_page);
    let query = ListQuery::new().filter("name", "a&b=ü").per_page(7).page(3);
    fixture.client.certificates().list(&query).await.unwrap();
    let seen = fixture.seen.lock().unwrap();
    assert_eq!(seen[0].path, "/behind/a/proxy/api/v1/certificates");
    assert_eq!(seen[0].bearer(), Some("ck_secret"));
    assert_eq!(seen[0].headers["user-agent"], "test/1");
    let parameters = ["name", "per_page", "page"].map(|name| seen[0].query[name].as_str());
    assert_eq!(parameters, ["a&b=ü", "7", "3"]);
    assert!(!format!("{:?}", fixture.client).contains("ck_secret"));
}

#[tokio::test]
async fn a_list_is_read_to_its_end_by_cursor() {
    let fixture = fixture(|call, _request| {
        let mut page = json!({"data": [], "total": 2, "page": 1, "per_page": 1});
        if call == 0 {
            page["next_cursor"] = "abc".into();
        }
        Response::json(200, &page)
    });
    let mut pages = 0;
    let mut next = Some(ListQuery::new().filter("status", "Failed"));
    while let Some(query) = next {
        let page = fixture.client.jobs().list(&query).await.unwrap();
        pages += 1;
        next = query.after(&page);
    }
    let seen = fixture.seen.lock().unwrap();
    assert_eq!(pages, 2);
    assert_eq!((seen[1].query["cursor"].as_str(), seen[1].query["status"].as_str()), ("abc", "Failed"));
}

#[tokio::test]
async fn a_refusal_carries_the_servers_code_and_message() {
    let fixture = fixture(|_call, _request| Response::error(409, "already_renewing", "wait for job-1"));
    let id = CertificateId::parse("mc-1").unwrap();
    let error = fixture.client.certificates().renew(&id, false).await.unwrap_err();
    assert_eq!(
        (error.status(), error.code(), error.class()),
        (Some(409), Some("already_renewing"), FailureClass::Permanent)
    );
    let text = error.to_string();
    assert!(text.contains("wait for job-1") && text.contains("req-1") && text.contains("POST"), "{text}");
}

#[tokio::test]
async fn reads_are_tried_again_and_writes_are_not() {
    let flaky = |call: usize, request: &Request| match call {
        0 | 1 => Response::error(503, "unavailable", "later"),
        _ => empty_page(call, request),
    };
    let reading = fixture(flaky);
    reading.client.targets().list(&ListQuery::new()).await.unwrap();
    assert_eq!(reading.seen.lock().unwrap().len(), 3);

    let writing = fixture(flaky);
    let id = CertificateId::parse("mc-1").unwrap();
    let error = writing.client.certificates().renew(&id, true).await.unwrap_err();
    assert_eq!((error.status(), error.class()), (Some(503), FailureClass::Transient));
    assert_eq!(writing.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_claim_is_not_repeated_because_it_leases_jobs() {
    let fixture = fixture(|_call, _request| Response::hang_up());
    let agent = AgentId::parse("agent-1").unwrap();
    let error =
        fixture.client.agent_work(&agent).claim("i", Duration::from_millis(1500), 4).await.unwrap_err();
    assert!(matches!(error, ClientError::Transport { .. }), "{error}");
    let seen = fixture.seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].query["wait"].as_str(), seen[0].query["limit"].as_str()), ("2s", "4"));
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_honoured_or_handed_to_the_caller() {
    let fixture = fixture(|_call, _request| {
        Response::error(429, "too_many_requests", "slow down").header("Retry-After", "120")
    });
    let error = fixture.client.system().version().await.unwrap_err();
    assert_eq!(error.class(), FailureClass::Throttled(Some(Duration::from_mins(2))));
    assert_eq!(fixture.seen.lock().unwrap().len(), 1, "two minutes are too long to wait inside a call");
}

#[tokio::test]
async fn oversized_foreign_and_redirecting_answers_are_refused() {
    let huge = fixture(|_call, _request| Response::new(200, vec![b' '; (4 << 20) + 1]));
    let error = huge.client.system().openapi().await.unwrap_err();
    assert!(matches!(error, ClientError::TooLarge { .. }), "{error}");

    let portal = fixture(|_call, _request| Response::new(502, "<html>bad gateway</html>"));
    let error = portal.client.system().version().await.unwrap_err();
    assert!(matches!(error, ClientError::Foreign { status: 502, .. }), "{error}");

    let elsewhere =
        fixture(|_call, _request| Response::new(302, "").header("Location", "https://evil.example"));
    let error = elsewhere.client.system().version().await.unwrap_err();
    assert!(matches!(error, ClientError::Foreign { status: 302, .. }), "{error}");

    let nonsense = fixture(|_call, _request| Response::json(200, &json!({"status": 5})));
    let error = nonsense.client.system().health().await.unwrap_err();
    assert!(matches!(error, ClientError::Decode { .. }), "{error}");
}

#[tokio::test]
async fn a_patch_is_sent_as_a_merge_patch_to_its_resource() {
    let fixture = fixture(|_call, _request| Response::error(404, "not_found", "there is none"));
    let patch = MergePatch(json!({"auto_renew": false}).as_object().unwrap().clone());
    let id = RenewalPolicyId::parse("rp-web").unwrap();
    fixture.client.renewal_policies().patch(&id, &patch, None).await.unwrap_err();
    let seen = fixture.seen.lock().unwrap();
    assert_eq!(
        (&*seen[0].method, &*seen[0].path),
        ("PATCH", "/behind/a/proxy/api/v1/renewal-policies/rp-web")
    );
    assert_eq!(seen[0].headers["content-type"], "application/merge-patch+json");
}

#[tokio::test]
async fn retiring_an_agent_twice_says_so() {
    let fixture = fixture(|_call, _request| Response::new(204, ""));
    let agent = AgentId::parse("agent-1").unwrap();
    let answer = fixture.client.agents().retire(&agent, true, Some("host is gone")).await.unwrap();
    assert_eq!(answer, None);
    let seen = fixture.seen.lock().unwrap();
    assert_eq!((seen[0].query["force"].as_str(), seen[0].query["reason"].as_str()), ("true", "host is gone"));
}

#[tokio::test]
async fn an_action_with_a_key_is_sent_again_under_the_same_key() {
    let fixture = fixture(|call, _request| match call {
        0 => Response::hang_up(),
        _ => Response::json(202, &json!({"job_ids": [], "status": "accepted"})),
    });
    let id = CertificateId::parse("mc-1").unwrap();
    let keyed = fixture.client.with_idempotency_key("k-1");
    // What the body is does not matter here.
    let _ = keyed.certificates().renew(&id, false).await;
    let _ = keyed.certificates().get(&id).await;
    let seen = fixture.seen.lock().unwrap();
    let keys: Vec<_> = seen.iter().map(|request| request.headers.get("idempotency-key").cloned()).collect();
    let key = Some("k-1".to_owned());
    assert_eq!(keys, [key.clone(), key, None]);
}

#[tokio::test]
async fn a_stream_of_events_is_read_and_its_position_known() {
    let fixture = fixture(|_call, _request| {
        Response::new(
            200,
            "retry: 2000\nid: 5\n\n: still here\nid: 6\n\nid: 7\nevent: job_queued\n\
             data: {\"resource\":\"job\",\"id\":\"job-1\",\"kind\":\"job_queued\",\"at\":\"2026-01-01T00:00:00Z\"}\n\n\
             id: 8\nevent: reset\ndata: {\"reason\":\"too_slow\"}\n\nid: 9\nevent: cut",
        )
    });
    let mut stream = fixture.client.events().watch(&["job"], Some("4")).await.unwrap();
    assert_eq!(stream.position(), Some("4"));
    let Some(Watched::Event(event)) = stream.next().await.unwrap() else { panic!("an event comes first") };
    assert_eq!((&*event.id, stream.position()), ("job-1", Some("7")));
    assert!(
        matches!(stream.next().await.unwrap(), Some(Watched::Reset(reset)) if reset.reason == "too_slow")
    );
    assert_eq!(stream.next().await.unwrap(), None);
    assert_eq!(stream.position(), Some("8"));
    let seen = fixture.seen.lock().unwrap();
    assert_eq!((seen[0].headers["last-event-id"].as_str(), seen[0].query["resource"].as_str()), ("4", "job"));
}

#[tokio::test]
async fn a_refused_stream_is_an_error() {
    let fixture = fixture(|_call, _request| Response::error(429, "too_many_requests", "too many requests"));
    let refused = fixture.client.events().watch(&[], None).await.unwrap_err();
    assert_eq!(refused.code(), Some("too_many_requests"));
}
