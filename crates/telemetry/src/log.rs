//! Log events as lines: JSON for machines, text for people.

use std::io::IsTerminal as _;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

/// Shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// One JSON object per line, event fields at the top level, spans under `spans`.
    #[default]
    Json,
    /// Text, coloured on a terminal.
    Text,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOptions {
    /// `error`, `warn`, `info`, `debug` or `trace` for certctl's own events (libraries stay at
    /// `warn`: their debug events may show headers and payloads), or filter directives such as
    /// `info,certctl_scheduler=debug`, which are taken as they are.
    pub level: String,
    /// Shape of a line.
    pub format: LogFormat,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Json }
    }
}

/// Logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is neither a level nor a list of directives.
    #[error("log level `{level}` is neither error, warn, info, debug, trace nor a list of filter directives")]
    Level {
        /// The text.
        level: String,
        /// Where it is wrong.
        #[source]
        source: ParseError,
    },
    /// The process already logs somewhere else.
    #[error("logging was started before")]
    Started(#[source] TryInitError),
}

/// Sends all events of this process to standard error.
pub fn init(options: &LogOptions) -> Result<(), LogError> {
    subscriber(options, std::io::stderr().is_terminal(), std::io::stderr)?
        .try_init()
        .map_err(LogError::Started)
}

/// A subscriber that writes lines to `writer`; only text lines can be `coloured`.
pub fn subscriber<W>(
    options: &LogOptions,
    coloured: bool,
    writer: W,
) -> Result<Box<dyn Subscriber + Send + Sync>, LogError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder()
        .parse(directives(&options.level))
        .map_err(|source| LogError::Level { level: options.level.clone(), source })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    Ok(match options.format {
        LogFormat::Json => {
            Box::new(lines.json().flatten_event(true).with_current_span(false).with_span_list(true).finish())
        }
        LogFormat::Text => Box::new(lines.with_ansi(coloured).finish()),
    })
}

/// Crate names begin with `certctl`, and a directive applies to every target it is a prefix of.
fn directives(level: &str) -> String {
    let level = level.trim();
    match level.to_ascii_lowercase().as_str() {
        word @ ("info" | "debug" | "trace") => format!("warn,certctl={word}"),
        _ => level.to_owned(),
    }
}
