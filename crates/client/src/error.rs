//! What can go wrong with a request, and whether trying again can help.

use certctl_api_types::ErrorBody;
use certctl_domain::retry::FailureClass;
use std::error::Error;
use std::time::Duration;

/// Why a request gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server refused or failed, and said why.
    #[error("{route}: {} ({status} {}, request {})", body.message, body.error, body.request_id)]
    Api {
        /// Method and path.
        route: String,
        /// HTTP status, 400 or more.
        status: u16,
        /// The server's explanation.
        body: Box<ErrorBody>,
        /// Pause the server asked for.
        retry_after: Option<Duration>,
    },
    /// Something answered that does not speak the API: a proxy, a login page, another server.
    #[error("{route}: unexpected answer with status {status} that is not from a certctl API")]
    Foreign {
        /// Method and path.
        route: String,
        /// HTTP status.
        status: u16,
        /// Pause that was asked for.
        retry_after: Option<Duration>,
    },
    /// No answer: name resolution, connection, TLS, timeout.
    #[error("{route}: no answer from the server")]
    Transport {
        /// Method and path.
        route: String,
        /// Cause.
        #[source]
        source: reqwest::Error,
    },
    /// The answer is longer than any real one.
    #[error("{route}: the answer is longer than {limit} bytes")]
    TooLarge {
        /// Method and path.
        route: String,
        /// Limit in bytes.
        limit: usize,
    },
    /// The answer has another shape than this version of the client expects.
    #[error("{route}: the answer has an unexpected shape")]
    Decode {
        /// Method and path.
        route: String,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// The request's body cannot be written as JSON.
    #[error("{route}: the request cannot be encoded")]
    Encode {
        /// Method and path.
        route: String,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
}

impl ClientError {
    /// HTTP status, when there was an answer.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } | Self::Foreign { status, .. } => Some(*status),
            Self::Transport { .. } | Self::TooLarge { .. } | Self::Decode { .. } | Self::Encode { .. } => {
                None
            }
        }
    }

    /// Stable error code of the server, for example `lease_lost`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api { body, .. } => Some(&body.error),
            _ => None,
        }
    }

    /// The server's explanation.
    pub fn body(&self) -> Option<&ErrorBody> {
        match self {
            Self::Api { body, .. } => Some(body),
            _ => None,
        }
    }

    /// Pause the server asked for.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api { retry_after, .. } | Self::Foreign { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether trying again can help, and when.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Api { status, retry_after, .. } | Self::Foreign { status, retry_after, .. } => {
                match (status, retry_after) {
                    (429, pause) | (503, pause @ Some(_)) => FailureClass::Throttled(*pause),
                    (408 | 425 | 500 | 502..=504, _) => FailureClass::Transient,
                    _ => FailureClass::Permanent,
                }
            }
            Self::Transport { .. } if self.is_untrusted_certificate() => FailureClass::Permanent,
            Self::Transport { .. } => FailureClass::Transient,
            Self::TooLarge { .. } | Self::Decode { .. } | Self::Encode { .. } => FailureClass::Permanent,
        }
    }

    /// Whether the server's certificate was refused. The remedy is a CA bundle, not a retry.
    pub fn is_untrusted_certificate(&self) -> bool {
        matches!(tls_error(self), Some(rustls::Error::InvalidCertificate(_)))
    }

    /// Message and causes in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let layer = error.to_string();
            // Some transport layers repeat the text of their source.
            if !text.ends_with(&layer) {
                text.push_str(": ");
                text.push_str(&layer);
            }
            cause = error.source();
        }
        text
    }
}

/// The TLS error somewhere in the chain of causes.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut layer = Some(error);
    while let Some(error) = layer {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // An I/O error hides the error it wraps: its source is that error's source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|inner| tls_error(inner)) {
            return Some(found);
        }
        layer = error.source();
    }
    None
}
