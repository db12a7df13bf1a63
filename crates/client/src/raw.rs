//! Any route by its path, for programs that pass bodies through without knowing their shape.

use crate::{Client, ClientError};
use certctl_api_types::MergePatch;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use std::time::Duration;

/// Body of a [`Request`].
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// None.
    Empty,
    /// JSON.
    Json(serde_json::Value),
    /// A JSON merge patch (RFC 7396).
    MergePatch(MergePatch),
}

/// A request of a route under `/api/v1`, or of a probe.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    method: Method,
    segments: Vec<String>,
    below_root: bool,
    query: Vec<(String, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    payload: Payload,
    timeout: Option<Duration>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// Body, at most 4 MiB.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` when it is empty.
    pub fn json(&self) -> Result<serde_json::Value, serde_json::Error> {
        if self.body.is_empty() { Ok(serde_json::Value::Null) } else { serde_json::from_slice(&self.body) }
    }
}

impl Request {
    /// A request to `/api/v1/<segments>`; segments are percent-encoded.
    pub fn new<S: Into<String>>(method: Method, segments: impl IntoIterator<Item = S>) -> Self {
        Self {
            method,
            segments: segments.into_iter().map(Into::into).collect(),
            below_root: false,
            query: Vec::new(),
            headers: Vec::new(),
            payload: Payload::Empty,
            timeout: None,
        }
    }

    /// A request to `/<segments>`, for probes.
    pub fn below_root<S: Into<String>>(method: Method, segments: impl IntoIterator<Item = S>) -> Self {
        Self { below_root: true, ..Self::new(method, segments) }
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Adds a header, for example `If-Match`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Asks for this media type.
    pub fn accept(self, media_type: &'static str) -> Self {
        self.header(ACCEPT, HeaderValue::from_static(media_type))
    }

    /// Sets the body.
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// Replaces the client's time limit.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }
}

impl Client {
    /// Sends a request of any route. Refusals are [`ClientError::Api`], as everywhere.
    pub async fn request(&self, request: &Request) -> Result<Answer, ClientError> {
        let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        let mut call = if request.below_root {
            self.absolute(request.method.clone(), &segments)
        } else {
            self.call(request.method.clone(), &segments)
        };
        for (name, value) in &request.query {
            call = call.query(name, value);
        }
        for (name, value) in &request.headers {
            call = call.header(name.clone(), value.clone());
        }
        if let Some(limit) = request.timeout {
            call = call.timeout(limit);
        }
        call = match &request.payload {
            Payload::Empty => call,
            Payload::Json(body) => call.json(body),
            Payload::MergePatch(patch) => call.merge_patch(patch),
        };
        let (status, body) = call.send_raw().await?;
        Ok(Answer { status, body })
    }
}
