//! The HTTP client.

use crate::{Address, Answer, BodyEnd, Builder, EgressPolicy, OutboundError, Refused};
use http::{HeaderMap, Method, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Response;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// An HTTP client that connects only where its [`EgressPolicy`] allows. It follows no redirects,
/// keeps no cookies, reads no environment and bounds time and size of each answer. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    pub(crate) direct: reqwest::Client,
    pub(crate) proxied: Option<Proxied>,
    pub(crate) policy: EgressPolicy,
    pub(crate) body_limit: usize,
}

/// The client for hosts behind the proxy. Its only connections lead to the proxy.
#[derive(Clone)]
pub(crate) struct Proxied {
    pub(crate) client: reqwest::Client,
    pub(crate) matcher: Arc<Matcher>,
}

impl Outbound {
    /// Settings of a client.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Whether an address that is written as such may be connected to. Names are checked when they
    /// have been resolved.
    pub fn check(&self, address: &Address) -> Result<(), Refused> {
        address.literal().map_or(Ok(()), |literal| self.policy.check(literal))
    }

    /// Fetches. An answer of any status is an answer.
    pub async fn get(&self, address: &Address) -> Result<Answer, OutboundError> {
        self.send(Method::GET, address, HeaderMap::new(), Vec::new()).await
    }

    /// Sends `body` with these headers. An answer of any status is an answer.
    pub async fn post(
        &self,
        address: &Address,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, OutboundError> {
        self.send(Method::POST, address, headers, body).await
    }

    async fn send(
        &self,
        method: Method,
        address: &Address,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, OutboundError> {
        self.check(address)?;
        let request =
            self.client(address)?.request(method, address.url().clone()).headers(headers).body(body);
        let response = Box::pin(request.send()).await.map_err(|error| OutboundError::of(address, error))?;
        Ok(self.read(response).await)
    }

    fn client(&self, address: &Address) -> Result<&reqwest::Client, OutboundError> {
        let Some(Proxied { client, matcher }) = &self.proxied else { return Ok(&self.direct) };
        let uri = address.url().as_str().parse::<Uri>();
        if uri.is_ok_and(|uri| matcher.intercept(&uri).is_none()) {
            return Ok(&self.direct);
        }
        // The one name whose address is known without asking anybody.
        let name = address.host().trim_end_matches('.');
        if name == "localhost" || name.ends_with(".localhost") {
            self.policy.check(IpAddr::V4(Ipv4Addr::LOCALHOST))?;
        }
        Ok(client)
    }

    async fn read(&self, mut response: Response) -> Answer {
        let mut body = Vec::new();
        let end = loop {
            match response.chunk().await {
                Ok(None) => break BodyEnd::Complete,
                Ok(Some(chunk)) => {
                    let room = self.body_limit.saturating_sub(body.len());
                    body.extend(chunk.iter().take(room));
                    if chunk.len() > room {
                        break BodyEnd::Cut;
                    }
                }
                Err(_) => break BodyEnd::Broken,
            }
        };
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body, end }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("policy", &self.policy).finish_non_exhaustive()
    }
}
