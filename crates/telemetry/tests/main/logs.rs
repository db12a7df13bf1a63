//! Shape and filtering of log lines.

use certctl_telemetry::{LogError, LogFormat, LogOptions, subscriber};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `events` logs at `level`.
fn logged(level: &str, format: LogFormat, events: impl FnOnce()) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let options = LogOptions { level: level.to_owned(), format };
    tracing::subscriber::with_default(subscriber(&options, false, move || writer.clone()).unwrap(), events);
    String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn a_json_line_carries_fields_and_spans() {
    let text = logged("info", LogFormat::Json, || {
        let span = tracing::info_span!(target: "certctl_http_core", "http.request", request.id = "r-1");
        let _entered = span.enter();
        tracing::info!(target: "certctl_service", { cert.id = "mc-1" }, "certificate mc-1 was renewed\nby a job");
    });
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "certificate mc-1 was renewed\nby a job");
    assert_eq!(line["cert.id"], "mc-1");
    assert_eq!(line["spans"][0]["name"], "http.request");
    assert_eq!(line["spans"][0]["request.id"], "r-1");
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_text_line_reads_alone() {
    let text = logged(
        "info",
        LogFormat::Text,
        || tracing::warn!(target: "certctl_agent", { job.id = "j-1" }, "job j-1 was retried"),
    );
    assert!(text.contains("WARN certctl_agent: job j-1 was retried job.id=\"j-1\""), "{text}");
}

#[test]
fn a_level_applies_to_certctl_and_leaves_libraries_at_warn() {
    let text = logged("debug", LogFormat::Text, || {
        tracing::debug!(target: "certctl_service", "own detail");
        tracing::debug!(target: "hyper::headers", "authorization: secret");
        tracing::warn!(target: "hyper", "library warning");
    });
    assert!(text.contains("own detail") && text.contains("library warning"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn directives_are_taken_as_they_are() {
    let text = logged("warn,certctl_scheduler=debug", LogFormat::Text, || {
        tracing::debug!(target: "certctl_scheduler", "tick");
        tracing::info!(target: "certctl_service", "renewed");
    });
    assert!(text.contains("tick") && !text.contains("renewed"), "{text}");
}

#[test]
fn a_wrong_level_is_refused() {
    let options = LogOptions { level: "certctl=loud".to_owned(), format: LogFormat::Json };
    assert!(
        matches!(subscriber(&options, false, io::sink), Err(LogError::Level { level, .. }) if level == "certctl=loud")
    );
}
