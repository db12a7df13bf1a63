use super::*;
use certctl_domain::notification::{AlertSeverity, Fact, NotificationType, Story};

fn message() -> Message {
    Message {
        id: "ntf-1".to_owned(),
        dedup_key: "alert/al-1/nc-mail".to_owned(),
        kind: NotificationType::RenewalFailure,
        severity: AlertSeverity::Critical,
        recipient: "alice@example.com".to_owned(),
        story: Story {
            subject: "Erneuerung von bücher.example fehlgeschlagen".to_owned(),
            message: "The CA answered <no>.\nTry again.\n\nSecond paragraph.".to_owned(),
            html: None,
            facts: vec![Fact { label: "Name".to_owned(), value: "<script>alert('x')</script>".to_owned() }],
        },
        incident: None,
        resource_type: "certificate".to_owned(),
        resource_id: "mc-1".to_owned(),
        link: Some("https://certctl.example/certificates/mc-1?a=1&b=2".to_owned()),
        occurred_at: Timestamp::from_unix_seconds(1_790_000_000),
    }
}

fn composed(message: &Message) -> Result<String, ConnectorError> {
    let from = "certctl <certctl@example.com>".parse().unwrap();
    let mail = compose(&from, message, Timestamp::from_unix_seconds(1_790_000_000))?;
    Ok(String::from_utf8(mail.formatted()).unwrap())
}

#[test]
fn headers_name_the_notification_and_keep_robots_quiet() {
    let mail = composed(&message()).unwrap();
    for header in [
        "From: certctl <certctl@example.com>\r\n",
        "To: alice@example.com\r\n",
        "Message-ID: <ntf-1@example.com>\r\n",
        "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "List-Id: certctl <certctl.example.com>\r\n",
        "X-Certctl-Dedup-Key: alert/al-1/nc-mail\r\n",
        "X-Certctl-Type: RenewalFailure\r\n",
        "X-Certctl-Severity: critical\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(mail.contains(header), "{header} in\n{mail}");
    }
    let subject = mail.lines().find(|line| line.starts_with("Subject:")).unwrap();
    assert!(subject.contains("=?utf-8?b?") && subject.is_ascii(), "{subject}");
}

#[test]
fn the_html_shows_names_and_runs_none_of_them() {
    let page = html::body(&message());
    assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"), "{page}");
    assert!(page.contains("The CA answered &lt;no&gt;.<br>\nTry again.</p>"), "{page}");
    assert!(page.contains("href=\"https://certctl.example/certificates/mc-1?a=1&amp;b=2\""), "{page}");
    assert!(!page.contains("<script") && !page.contains("<style"), "{page}");
    let hostile = Message { link: Some("javascript:alert(1)".to_owned()), ..message() };
    assert!(!html::body(&hostile).contains("href"));
}

#[test]
fn the_text_part_says_the_same() {
    assert_eq!(
        text(&message()),
        "The CA answered <no>.\nTry again.\n\nSecond paragraph.\n\nName: <script>alert('x')</script>\n\n\
         https://certctl.example/certificates/mc-1?a=1&b=2\n"
    );
}

#[test]
fn line_breaks_in_headers_and_bad_addresses_are_refused_for_good() {
    let with = |change: fn(&mut Message)| {
        let mut message = message();
        change(&mut message);
        composed(&message).unwrap_err()
    };
    for error in [
        with(|message| message.story.subject = "x\r\nBcc: mallory@example.com".to_owned()),
        with(|message| message.story.subject = "x\0".to_owned()),
        with(|message| message.dedup_key = "a\nb".to_owned()),
        with(|message| message.recipient = "nobody".to_owned()),
        with(|message| message.recipient = "a@example.com, b@example.com".to_owned()),
        with(|message| message.recipient = "a@example.com\r\nRCPT TO:<b@example.com>".to_owned()),
        with(|message| message.recipient = String::new()),
    ] {
        assert_eq!(error.class, certctl_domain::retry::FailureClass::Permanent);
        assert!(!error.chain().contains('@'), "{}", error.chain());
    }
}
