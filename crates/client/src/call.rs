//! One request: built, sent, bounded, decoded.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::{ErrorBody, MergePatch};
use certctl_domain::retry::FailureClass;
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, RETRY_AFTER};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// Longest answer in bytes.
const BODY_LIMIT: usize = 4 << 20;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Longest pause inside a call; a server that asks for more is left to the caller.
const PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// Longest time an answer may take that is read piece by piece.
const STREAM_LIMIT: Duration = Duration::from_hours(6);

/// Names one exact state of an object, as the server gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(HeaderValue);

/// An object and the tag of its state, which guards a change of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<T> {
    /// The object.
    pub body: T,
    /// Its tag; absent for objects without one.
    pub tag: Option<ETag>,
}

/// An answer of success.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A request that is being put together.
#[derive(Debug)]
pub(crate) struct Call<'c> {
    client: &'c Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Result<Vec<u8>, serde_json::Error>>,
    timeout: Option<Duration>,
    repeatable: bool,
    /// A status that is an answer, too, unless its body is an error.
    answer: Option<u16>,
}

impl Client {
    /// A request to `/api/v1/<segments>`. Segments are percent-encoded.
    pub(crate) fn call(&self, method: Method, segments: &[&str]) -> Call<'_> {
        let api: Vec<&str> = ["api", "v1"].iter().chain(segments).copied().collect();
        self.absolute(method, &api)
    }

    /// A request to `/<segments>`.
    pub(crate) fn absolute(&self, method: Method, segments: &[&str]) -> Call<'_> {
        let mut url = self.0.base.clone();
        // Only URLs that cannot be a base refuse segments, and those are never https.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        let mut headers = HeaderMap::new();
        let key = self.1.as_ref().filter(|_| method == Method::POST);
        if let Some(key) = key {
            headers.insert(IDEMPOTENCY_KEY, key.clone());
        }
        let repeatable = method == Method::GET || key.is_some();
        Call { client: self, method, url, headers, body: None, timeout: None, repeatable, answer: None }
    }

    pub(crate) fn get(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::GET, segments)
    }

    pub(crate) fn post(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::POST, segments)
    }

    pub(crate) fn put(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::PUT, segments)
    }

    pub(crate) fn patch(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::PATCH, segments)
    }

    pub(crate) fn delete(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::DELETE, segments)
    }
}

impl Call<'_> {
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    pub(crate) fn list(self, query: &ListQuery) -> Self {
        let call = query.pairs().fold(self, |call, (name, value)| call.query(name, value));
        match query.rows() {
            Some(rows) => call.query("per_page", &rows.to_string()),
            None => call,
        }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Changes the object only if it is still the one that `tag` came with.
    pub(crate) fn if_match(mut self, tag: Option<&ETag>) -> Self {
        if let Some(tag) = tag {
            self.headers.insert(IF_MATCH, tag.0.clone());
        }
        self
    }

    pub(crate) fn json<B: Serialize>(self, body: &B) -> Self {
        self.body("application/json", body)
    }

    pub(crate) fn merge_patch(self, patch: &MergePatch) -> Self {
        self.body("application/merge-patch+json", patch)
    }

    /// A body that is not JSON.
    pub(crate) fn bytes(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.body = Some(Ok(body));
        self
    }

    fn body<B: Serialize>(mut self, media_type: &'static str, body: &B) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.body = Some(serde_json::to_vec(body));
        self
    }

    /// Replaces the client's time limit for this request.
    pub(crate) fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Takes a body that comes with this status as an answer.
    pub(crate) fn or_status(mut self, status: u16) -> Self {
        self.answer = Some(status);
        self
    }

    /// Marks a `GET` that has an effect, so that it is not repeated.
    pub(crate) fn once(mut self) -> Self {
        self.repeatable = false;
        self
    }

    /// Sends, and decodes the JSON answer.
    pub(crate) async fn send<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        let route = self.route();
        let (_status, body) = self.run().await?;
        serde_json::from_slice(&body).map_err(|source| ClientError::Decode { route, source })
    }

    /// Sends, and decodes the JSON answer unless it is `204 No Content`.
    pub(crate) async fn send_optional<T: DeserializeOwned>(self) -> Result<Option<T>, ClientError> {
        let route = self.route();
        let (status, body) = self.run().await?;
        if status == 204 {
            return Ok(None);
        }
        serde_json::from_slice(&body).map(Some).map_err(|source| ClientError::Decode { route, source })
    }

    /// Sends, and decodes the JSON answer together with its `ETag`.
    pub(crate) async fn send_tagged<T: DeserializeOwned>(self) -> Result<Tagged<T>, ClientError> {
        let route = self.route();
        let answer = self.exchange().await?;
        let body =
            serde_json::from_slice(&answer.body).map_err(|source| ClientError::Decode { route, source })?;
        Ok(Tagged { body, tag: answer.headers.get(ETAG).cloned().map(ETag) })
    }

    /// Sends; the answer's body does not matter.
    pub(crate) async fn send_unit(self) -> Result<(), ClientError> {
        self.run().await.map(drop)
    }

    /// Sends, and gives the answer as it is.
    pub(crate) async fn send_bytes(self) -> Result<Vec<u8>, ClientError> {
        self.run().await.map(|(_status, body)| body)
    }

    /// Sends, and gives the answer as text.
    pub(crate) async fn send_text(self) -> Result<String, ClientError> {
        let (_status, body) = self.run().await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends, and gives status and body as they came.
    pub(crate) async fn send_raw(self) -> Result<(u16, Vec<u8>), ClientError> {
        self.run().await
    }

    /// Sends once, and gives the answer piece by piece, however long it is.
    pub(crate) async fn stream(self) -> Result<Stream, ClientError> {
        let route = self.route();
        let response = self.timeout(STREAM_LIMIT).open(&route, None).await?;
        if response.status().is_success() {
            return Ok(Stream { route, response });
        }
        let answer = judge(&route, None, response).await?;
        Err(ClientError::Foreign { route, status: answer.status, retry_after: None })
    }

    /// Method and path, without the query, which may hold more than a log should.
    fn route(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }

    async fn run(self) -> Result<(u16, Vec<u8>), ClientError> {
        self.exchange().await.map(|answer| (answer.status, answer.body))
    }

    async fn exchange(mut self) -> Result<Answer, ClientError> {
        let route = self.route();
        let body = match self.body.take().transpose() {
            Ok(body) => body,
            Err(source) => return Err(ClientError::Encode { route, source }),
        };
        let pauses = if self.repeatable { self.client.0.read_retries.as_slice() } else { &[] };
        for pause in pauses {
            let error = match self.attempt(&route, body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let pause = match error.class() {
                FailureClass::Permanent => return Err(error),
                FailureClass::Transient | FailureClass::Throttled(None) => *pause,
                FailureClass::Throttled(Some(asked)) => asked.max(*pause),
            };
            if pause > PAUSE_LIMIT {
                return Err(error);
            }
            tracing::debug!(route, error = &error as &dyn std::error::Error, "{route} is tried again");
            tokio::time::sleep(pause).await;
        }
        self.attempt(&route, body).await
    }

    async fn attempt(&self, route: &str, body: Option<Vec<u8>>) -> Result<Answer, ClientError> {
        judge(route, self.answer, self.open(route, body).await?).await
    }

    /// Sends; the answer's body is not read yet.
    async fn open(&self, route: &str, body: Option<Vec<u8>>) -> Result<Response, ClientError> {
        let mut request = self.client.0.http.request(self.method.clone(), self.url.clone());
        request = request.headers(self.headers.clone());
        if let Some(limit) = self.timeout {
            request = request.timeout(limit);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        request.send().await.map_err(|source| lost(route, source))
    }
}

fn lost(route: &str, source: reqwest::Error) -> ClientError {
    ClientError::Transport { route: route.to_owned(), source: source.without_url() }
}

/// Reads an answer: what it holds, or the refusal it is.
async fn judge(route: &str, expected: Option<u16>, response: Response) -> Result<Answer, ClientError> {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let retry_after = retry_after(&headers);
    let body = read_bounded(response)
        .await
        .map_err(|source| lost(route, source))?
        .ok_or_else(|| ClientError::TooLarge { route: route.to_owned(), limit: BODY_LIMIT })?;
    if (200..300).contains(&status) {
        return Ok(Answer { status, headers, body });
    }
    let route = route.to_owned();
    let refusal = serde_json::from_slice::<ErrorBody>(&body);
    Err(match refusal {
        Err(_) if expected == Some(status) => return Ok(Answer { status, headers, body }),
        Ok(body) if status >= 400 => ClientError::Api { route, status, body: Box::new(body), retry_after },
        _ => ClientError::Foreign { route, status, retry_after },
    })
}

/// An answer that is read piece by piece.
#[derive(Debug)]
pub struct Stream {
    route: String,
    response: Response,
}

impl Stream {
    /// The next piece; none at the end of a complete answer.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        let piece = self.response.chunk().await.map_err(|source| lost(&self.route, source))?;
        Ok(piece.map(|bytes| bytes.to_vec()))
    }
}

/// The body, or `None` when it is too long.
async fn read_bounded(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// Whole seconds of `Retry-After` (RFC 9110 §10.2.3). The date form would need a clock and is not
/// sent by certctl.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
