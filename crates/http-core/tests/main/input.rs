//! Bodies, queries, paths and headers: what is accepted and how the rest is refused.

use crate::support::{as_who, core, routes, send, send_to, to};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use actix_web::web::Bytes;

fn note(body: &'static str) -> TestRequest {
    json(as_who(to(Method::POST, "/api/v1/notes"), "operator"), body)
}

fn json(request: TestRequest, body: &'static str) -> TestRequest {
    request.insert_header(("content-type", "application/json")).set_payload(body)
}

#[actix_web::test]
async fn a_body_with_the_json_type_is_read() {
    for media_type in
        ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
    {
        let request = as_who(to(Method::POST, "/api/v1/notes"), "operator")
            .insert_header(("content-type", media_type))
            .set_payload(r#" {"text":"a"} "#);
        let answer = send(request).await;
        assert_eq!(
            (answer.status, answer.json()["text"].as_str()),
            (200, Some("a")),
            "{media_type}: {answer:?}"
        );
    }
}

#[actix_web::test]
async fn another_media_type_or_an_encoding_is_refused() {
    let request = || as_who(to(Method::POST, "/api/v1/notes"), "operator").set_payload(r#"{"text":"a"}"#);
    let wrong = (415, "unsupported_media_type".to_owned());
    assert_eq!(send(request()).await.refusal(), wrong);
    for media_type in
        ["text/plain", "application/json-patch+json", "application/json; charset=latin1", "nonsense"]
    {
        assert_eq!(
            send(request().insert_header(("content-type", media_type))).await.refusal(),
            wrong,
            "{media_type}"
        );
    }
    let gzip = note(r#"{"text":"a"}"#).insert_header(("content-encoding", "gzip"));
    assert_eq!(send(gzip).await.refusal(), wrong);
}

#[actix_web::test]
async fn malformed_json_is_refused_with_its_position() {
    let answer = send(note("{\n  \"text\": nope\n}")).await;
    assert_eq!(answer.refusal(), (400, "malformed_json".to_owned()));
    let json = answer.json();
    assert_eq!(json["details"], serde_json::json!({ "line": 2, "column": 12 }));
    assert_eq!(json["message"], "the body is not valid JSON at line 2, column 12: expected ident");
    for body in ["{", "{\"text\":\"a\"} x", "{\"text\":\"a\"}{}", "\"\u{1}\""] {
        assert_eq!(send(note(body)).await.refusal(), (400, "malformed_json".to_owned()), "{body}");
    }
}

#[actix_web::test]
async fn every_refused_field_is_named_with_its_path() {
    let cases = [
        (r#"{"text":"a","colour":"red"}"#, "colour", "unknown_field"),
        (r#"{"lines":[]}"#, "text", "missing_field"),
        (r#"{"text":"a","text":"b"}"#, "text", "duplicate_field"),
        (r#"{"text":7}"#, "text", "invalid_value"),
        (r#"{"text":"a","lines":[{"number":1},{"number":"two"}]}"#, "lines[1].number", "invalid_value"),
        (r#"{"text":"a","lines":[{"number":300}]}"#, "lines[0].number", "invalid_value"),
        (r#"{"text":"a","lines":[{}]}"#, "lines[0].number", "missing_field"),
        (r#"{"text":"a","lines":[{"number":1,"x":2}]}"#, "lines[0].x", "unknown_field"),
        (r#"{"text":"a","lines":[{"number":1,"job":"No Id"}]}"#, "lines[0].job", "invalid_value"),
        (r"[]", "", "invalid_value"),
        (r#" ["a",[]]"#, "", "invalid_value"),
    ];
    for (body, field, code) in cases {
        let answer = send(note(body)).await;
        assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()), "{body}");
        assert_eq!(answer.field(), (400, field.to_owned(), code.to_owned()), "{body}: {}", answer.body);
    }
}

#[actix_web::test]
async fn a_missing_body_is_refused_unless_it_is_optional() {
    let request = as_who(to(Method::POST, "/api/v1/notes"), "operator");
    assert_eq!(send(request).await.refusal(), (400, "missing_body".to_owned()));
    assert_eq!(send(note("")).await.refusal(), (400, "missing_body".to_owned()));

    let choice = || to(Method::POST, "/api/v1/choices");
    assert_eq!(send(choice()).await.body, r#"{"force":false}"#);
    assert_eq!(send(json(choice(), "{\"force\":true}")).await.body, r#"{"force":true}"#);
    assert_eq!(send(choice().set_payload("{}")).await.refusal(), (415, "unsupported_media_type".to_owned()));
    assert_eq!(
        send(json(choice(), "{\"x\":1}")).await.field(),
        (400, "x".to_owned(), "unknown_field".to_owned())
    );
}

#[actix_web::test]
async fn an_oversize_body_is_refused_declared_or_counted() {
    let too_large = (413, "body_too_large".to_owned());
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(2_000));
    let request = as_who(to(Method::POST, "/api/v1/notes"), "operator")
        .insert_header(("content-type", "application/json"));
    let answer = send(request.set_payload(long)).await;
    assert_eq!(answer.refusal(), too_large);
    assert_eq!(answer.json()["details"]["limit_bytes"], 1_000);

    let declared = note(r#"{"text":"a"}"#).insert_header(("content-length", "999999999999"));
    assert_eq!(send(declared).await.refusal(), too_large);
}

#[actix_web::test]
async fn a_body_at_the_limit_is_accepted() {
    let body = Bytes::from(format!("{:<1000}", r#"{"text":"a"}"#));
    let request = as_who(to(Method::POST, "/api/v1/notes"), "operator")
        .insert_header(("content-type", "application/json"));
    assert_eq!(send(request.set_payload(body)).await.status, 200);
}

#[actix_web::test]
async fn queries_are_strict() {
    let query = async |query: &str| send(to(Method::GET, &format!("/api/v1/notes?{query}"))).await;
    assert_eq!(query("role=viewer&deep=1&size=7").await.body, r#"{"deep":true,"role":"viewer","size":7}"#);
    assert_eq!(query("").await.body, r#"{"deep":false,"role":null,"size":null}"#);
    let cases = [
        ("colour=red", "colour", "unknown_field"),
        ("role=king", "role", "invalid_value"),
        ("role=", "role", "invalid_value"),
        ("deep=maybe", "deep", "invalid_value"),
        ("size=-1", "size", "invalid_value"),
        ("size=99999999999", "size", "invalid_value"),
        ("role=viewer%00", "role", "invalid_value"),
        ("size=1&size=2", "size", "duplicate_field"),
    ];
    for (text, field, code) in cases {
        let answer = query(text).await;
        assert_eq!(answer.field(), (400, field.to_owned(), code.to_owned()), "{text}: {}", answer.body);
    }
}

#[actix_web::test]
async fn a_route_without_parameters_takes_none_but_what_everybody_may_ask_is_lenient() {
    let own =
        |query: &str| as_who(to(Method::GET, &format!("/api/v1/agents/agent-1{query}")), "agent:agent-1");
    let answer = send(own("?colour=red&x=1")).await;
    assert_eq!(answer.field(), (400, "colour".to_owned(), "unknown_field".to_owned()), "{}", answer.body);
    assert_eq!(send(own("?")).await.status, 204);
    let stranger = send(to(Method::GET, "/api/v1/agents/agent-1?colour=red")).await;
    assert_eq!(stranger.status, 401, "who it is comes first");
    assert_eq!(send(to(Method::GET, "/api/v1/agents/literal?cache=1")).await.status, 204);
}

#[actix_web::test]
async fn a_bad_identifier_in_the_path_is_refused_by_name() {
    let answer = send(as_who(to(Method::GET, "/api/v1/agents/agent-1/jobs/No"), "agent:agent-1")).await;
    assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
    assert_eq!(answer.field(), (400, "job_id".to_owned(), "invalid_id".to_owned()));
}

#[actix_web::test]
async fn if_match_must_be_one_strong_tag() {
    let change = |tag: &'static str| to(Method::PUT, "/api/v1/notes").insert_header(("if-match", tag));
    assert_eq!(send(change("\"7\"")).await.body, "7");
    assert_eq!(send(to(Method::PUT, "/api/v1/notes")).await.body, "null");
    let answer = send(change("W/\"7\"")).await;
    assert_eq!(answer.refusal(), (400, "invalid_header".to_owned()));
    assert_eq!(answer.json()["details"]["header"], "If-Match");
}

#[actix_web::test]
async fn the_permission_is_checked_before_the_body_is_read() {
    let answer =
        send_to(core().0, routes, json(as_who(to(Method::POST, "/api/v1/notes"), "viewer"), "{")).await;
    assert_eq!(answer.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(answer.json()["details"]["permission"], "certificate.write");
}
