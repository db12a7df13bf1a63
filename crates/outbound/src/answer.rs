//! What the other side answered.

use http::HeaderMap;

/// An answer of any status; the body is bounded.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as far as it was read.
    pub body: Vec<u8>,
    /// How reading the body ended.
    pub end: BodyEnd,
}

/// How reading a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEnd {
    /// All of it was read.
    Complete,
    /// It is longer than allowed; the rest was not read.
    Cut,
    /// The connection broke, or the time was over. The status is known all the same.
    Broken,
}

impl Answer {
    /// Whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status <= 299
    }

    /// A header's value, if it is there once at least and is ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, if all of it was read.
    pub fn complete_body(&self) -> Option<&[u8]> {
        (self.end == BodyEnd::Complete).then_some(self.body.as_slice())
    }
}
