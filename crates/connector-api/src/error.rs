//! Failures of connectors, with what the job engine needs to know about them.

use certctl_domain::retry::FailureClass;

/// Kind of a failure; the label of the failure metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A deadline passed.
    Timeout,
    /// The other side refused our credentials.
    Auth,
    /// The other side asked us to slow down.
    RateLimited,
    /// The request or the configuration is not acceptable.
    Validation,
    /// The other side failed (5xx).
    Upstream5xx,
    /// The other side refused (4xx).
    Upstream4xx,
    /// The other side could not be reached.
    Network,
    /// Anything else: local files, commands, keys.
    Other,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Auth,
        Self::RateLimited,
        Self::Validation,
        Self::Upstream5xx,
        Self::Upstream4xx,
        Self::Network,
        Self::Other,
    ];

    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Auth => "auth",
            Self::RateLimited => "rate_limited",
            Self::Validation => "validation",
            Self::Upstream5xx => "upstream_5xx",
            Self::Upstream4xx => "upstream_4xx",
            Self::Network => "network",
            Self::Other => "other",
        }
    }
}

/// A connector's failure. The message is for operators: it names the object and what to do, and
/// never holds key bytes or secrets.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ConnectorError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// Whether trying again can help.
    pub class: FailureClass,
    /// What happened, to which object, what to do next.
    pub message: String,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ConnectorError {
    /// A failure that trying again cannot mend.
    pub fn permanent(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, class: FailureClass::Permanent, message: message.into(), source: None }
    }

    /// A failure that may pass.
    pub fn transient(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, class: FailureClass::Transient, message: message.into(), source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Message and causes in one line, for `last_error`.
    pub fn chain(&self) -> String {
        let mut text = self.message.clone();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
