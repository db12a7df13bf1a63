//! What becomes of a message, by what the other side does.

use super::support::{
    Line, SECRET, build, config, delivered, document, env, kinds, message, told, try_build,
};
use certctl_connector_api::ErrorKind;
use certctl_domain::notification::NotificationChannel::{self, OpsGenie, PagerDuty, Slack, Teams, Webhook};
use certctl_domain::retry::FailureClass::{self, Permanent, Throttled, Transient};
use certctl_test_support::{FakeReceiver, Reply};
use serde_json::json;
use std::io::Write;
use std::time::Duration;

/// Class, kind and message of the failure that `reply` leads to.
async fn failure(line: &Line, reply: Reply) -> (FailureClass, ErrorKind, String) {
    let before = line.receiver.received().len();
    line.receiver.answer(reply);
    let error = line.channel.deliver(&message()).await.unwrap_err();
    let told = told(&error);
    assert!(!told.contains(SECRET) && !told.contains("/services/"), "{told}");
    assert!(error.message.contains("channel nc-ops"), "{told}");
    assert_eq!(line.receiver.received().len(), before + 1, "one attempt is one request");
    (error.class, error.kind, error.chain())
}

fn line(kind: NotificationChannel) -> Line {
    Line::new(kind, &json!({}))
}

#[tokio::test]
async fn success_is_any_2xx() {
    for kind in kinds() {
        let line = line(kind);
        for status in [200, 201, 202, 204] {
            line.receiver.answer(Reply::status(status));
            let receipt = line.channel.deliver(&message()).await.unwrap();
            assert!(receipt.detail.starts_with(&format!("HTTP {status}")), "{kind}: {}", receipt.detail);
            assert!(!receipt.detail.contains(SECRET));
        }
    }
}

#[tokio::test]
async fn statuses_say_whether_another_attempt_can_help() {
    for kind in kinds() {
        let line = line(kind);
        for (status, class) in [
            (301, Permanent),
            (302, Permanent),
            (400, Permanent),
            (401, Permanent),
            (403, Permanent),
            (404, Permanent),
            (408, Transient),
            (410, Permanent),
            (413, Permanent),
            (422, Permanent),
            (425, Transient),
            (429, Throttled(None)),
            (500, Transient),
            (502, Transient),
            (503, Transient),
            (504, Transient),
        ] {
            let (found, _, told) = failure(&line, Reply::status(status)).await;
            assert_eq!(found, class, "{kind} {status}");
            assert!(told.contains(&format!("HTTP {status}")), "{told}");
        }
        for status in [429, 503] {
            let reply = Reply::status(status).header("Retry-After: 120");
            assert_eq!(
                failure(&line, reply).await.0,
                Throttled(Some(Duration::from_mins(2))),
                "{kind} {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    for kind in kinds() {
        let (line, elsewhere) = (line(kind), FakeReceiver::start().unwrap());
        for target in ["http://169.254.169.254/latest/meta-data/".to_owned(), elsewhere.url("/")] {
            let reply = Reply::status(307).header(format!("location: {target}"));
            let (class, _, told) = failure(&line, reply).await;
            assert_eq!(class, Permanent);
            assert!(told.contains("HTTP 307") && told.contains("follows no redirects"), "{told}");
        }
        assert_eq!(elsewhere.received(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_answer_is_never_repeated_and_never_read_to_its_end() {
    for kind in kinds() {
        let page = format!("<html>{SECRET} token=abc\r\n{}", "x".repeat(10 << 20));
        let line = line(kind);
        let (class, _, told) = failure(&line, Reply::with_body(500, page)).await;
        assert_eq!(class, Transient);
        assert!(told.len() < 400 && !told.contains("html"), "{told}");

        // Taken is taken, whatever follows.
        line.receiver.answer(Reply::Endless);
        line.channel.deliver(&message()).await.unwrap();
        line.receiver.wait_until_hung_up(2);
    }
}

#[tokio::test]
async fn a_receiver_that_fails_on_command_gets_the_same_message_again() {
    for kind in kinds() {
        let line = line(kind);
        line.receiver.answer_in_turn([Reply::status(500), Reply::status(503)]);
        for delivered in [false, false, true] {
            assert_eq!(line.channel.deliver(&message()).await.is_ok(), delivered);
        }
        let received = line.receiver.received();
        assert!(received.windows(2).all(|pair| pair[0].body == pair[1].body), "{kind}");
    }
}

#[tokio::test]
async fn silence_ends_at_the_time_limit() {
    for kind in kinds() {
        let receiver = FakeReceiver::start().unwrap();
        receiver.answer(Reply::Silence);
        let mut env = env();
        env.time_limit = Duration::from_millis(200);
        let channel = try_build(kind, &config(kind, &receiver.url("")), &env).unwrap();
        let error = channel.deliver(&message()).await.unwrap_err();
        assert_eq!((error.class, error.kind), (Transient, ErrorKind::Timeout), "{kind}");
        assert!(!told(&error).contains(SECRET));
    }
}

#[tokio::test]
async fn nobody_there_and_no_tls_are_failures_that_may_pass() {
    for kind in kinds() {
        let port = certctl_test_support::free_port().unwrap();
        let channel = build(kind, &config(kind, &format!("http://127.0.0.1:{port}")));
        let error = channel.deliver(&message()).await.unwrap_err();
        assert_eq!((error.class, error.kind), (Transient, ErrorKind::Network), "{kind}");
        assert!(
            error.chain().contains("Connection refused") && !told(&error).contains(SECRET),
            "{}",
            told(&error)
        );

        // Speaks first, and in clear text.
        let receiver = FakeReceiver::wrapped(|mut stream| {
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
            Box::new(stream)
        })
        .unwrap();
        let channel = build(kind, &config(kind, &receiver.url("").replace("http:", "https:")));
        let error = channel.deliver(&message()).await.unwrap_err();
        assert_eq!((error.class, error.kind), (Transient, ErrorKind::Network), "{kind}");
        assert!(
            error.message.contains("reached securely") && !told(&error).contains(SECRET),
            "{}",
            told(&error)
        );
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_host_is_refused_for_good() {
    let mut env = env();
    env.egress = certctl_outbound::EgressPolicy::default();
    for kind in kinds() {
        let receiver = FakeReceiver::start().unwrap();
        let base = format!("http://localhost:{}", receiver.address().port());
        let error =
            try_build(kind, &config(kind, &base), &env).unwrap().deliver(&message()).await.unwrap_err();
        assert_eq!(error.class, Permanent, "{kind}");
        assert!(error.chain().contains("CERTCTL_EGRESS_ALLOW") && !told(&error).contains(SECRET));
        assert_eq!(receiver.received(), []);
    }
}

#[tokio::test]
async fn codes_of_slack_become_advice() {
    let line = line(Slack);
    for (status, code, advice) in [
        (400, "invalid_payload", "report"),
        (404, "channel_not_found", "`channel`"),
        (410, "channel_is_archived", "unarchive"),
        (403, "action_prohibited", "administrator"),
        (404, "no_service", "make a new one"),
        (403, "invalid_token", "make a new one"),
    ] {
        let (class, _, told) = failure(&line, Reply::with_body(status, code)).await;
        assert_eq!(class, Permanent, "{code}");
        assert!(told.contains(code) && told.contains(advice), "{told}");
    }
    assert_eq!(failure(&line, Reply::with_body(500, "rollup_error")).await.0, Transient);
    assert_eq!(
        failure(&line, Reply::with_body(429, "rate_limited").header("Retry-After: 1")).await.0,
        Throttled(Some(Duration::from_secs(1)))
    );
}

#[tokio::test]
async fn an_old_teams_connector_hides_failures_behind_200() {
    let said = |status: u16| {
        format!(
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {status} \
             with ContextId tcid=0"
        )
    };
    let old = Line::new(Teams, &json!({"format": "message_card"}));
    for (status, class) in [(429, Throttled(None)), (404, Permanent), (502, Transient)] {
        let (found, _, told) = failure(&old, Reply::with_body(200, said(status))).await;
        assert_eq!(found, class, "{status}");
        assert!(told.contains(&format!("HTTP {status}")), "{told}");
    }
    old.receiver.answer(Reply::with_body(200, "1"));
    old.send(&message()).await;
    // A workflow's answer is text of the user's.
    let workflow = line(Teams);
    workflow.receiver.answer(Reply::with_body(200, said(429)));
    workflow.send(&message()).await;
}

#[tokio::test]
async fn pagerduty_and_opsgenie_say_why() {
    let body = json!({
        "status": "invalid event", "message": "Event object is invalid",
        "errors": [format!("no service for '{SECRET}'\n\u{1b}[31m"), "Length of 'routing_key' is incorrect"],
    });
    let (class, _, told) = failure(&line(PagerDuty), Reply::with_body(400, body.to_string())).await;
    assert_eq!(class, Permanent);
    assert!(told.contains("no service for '…'") && told.contains("Length of 'routing_key'"), "{told}");
    assert!(!told.contains(char::is_control), "{told:?}");

    let body =
        json!({"message": format!("Key format is not valid! {SECRET}"), "took": 0.001, "requestId": "r-1"});
    let (class, kind, told) = failure(&line(OpsGenie), Reply::with_body(422, body.to_string())).await;
    assert_eq!((class, kind), (Permanent, ErrorKind::Upstream4xx));
    assert!(told.contains("Key format is not valid! …"), "{told}");

    let receiver = FakeReceiver::start().unwrap();
    let body = json!({"result": "Request will be processed", "took": 0.302, "requestId": "43a29c5c"});
    receiver.answer(Reply::with_body(202, body.to_string()));
    let receipt = build(OpsGenie, &config(OpsGenie, &receiver.url(""))).deliver(&message()).await.unwrap();
    assert_eq!(receipt.detail, "HTTP 202, request 43a29c5c");
}

#[tokio::test]
async fn recipients_of_other_channels_stay_out_of_messages() {
    let mut message = message();
    message.recipient = "somebody@example.com".to_owned();
    for kind in kinds().into_iter().filter(|kind| *kind != Webhook) {
        let received = delivered(kind, json!({}), &message).await;
        assert!(!document(&received).to_string().contains("somebody@example.com"), "{kind}");
    }
}
