//! Why there is no answer.

use crate::{Address, Refused};
use std::error::Error;
use std::io;

/// Why there is no answer. Names the host and never the rest of the URL, which is often a secret.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// certctl does not connect there.
    #[error("refused by the egress policy")]
    Refused(#[from] Refused),
    /// No answer in time.
    #[error("{host} did not answer in time")]
    Timeout {
        /// Host.
        host: String,
    },
    /// No trusted encrypted connection.
    #[error("no trusted TLS connection with {host}")]
    Tls {
        /// Host.
        host: String,
        /// What is wrong.
        source: Cause,
    },
    /// No connection, or it broke.
    #[error("{host} cannot be reached")]
    Network {
        /// Host.
        host: String,
        /// What went wrong.
        source: Cause,
    },
}

/// The innermost reason of a failure, as text: what lies around it may hold URLs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(String);

impl OutboundError {
    pub(crate) fn of(address: &Address, error: reqwest::Error) -> Self {
        let error = error.without_url();
        let host = address.host().to_owned();
        let mut innermost = error.to_string();
        let mut tls = false;
        for cause in causes(&error) {
            if let Some(refused) = cause.downcast_ref::<Refused>() {
                return Self::Refused(*refused);
            }
            tls |= cause.is::<rustls::Error>();
            innermost = cause.to_string();
        }
        if error.is_timeout() {
            Self::Timeout { host }
        } else if tls {
            Self::Tls { host, source: Cause(innermost) }
        } else {
            Self::Network { host, source: Cause(innermost) }
        }
    }
}

/// An error and its causes.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// An I/O error shows what it wraps only through `get_ref`.
fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
