//! How an [`Outbound`] is made.

use crate::client::Proxied;
use crate::resolver::Checked;
use crate::{EgressPolicy, Outbound, Resolver, SystemResolver};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::ClientBuilder;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

const USER_AGENT: &str = concat!("certctl/", env!("CARGO_PKG_VERSION"));
/// Room for every answer of an API.
const BODY_LIMIT: usize = 64 << 10;

/// Settings of an [`Outbound`].
#[must_use]
pub struct Builder {
    policy: EgressPolicy,
    resolver: Arc<dyn Resolver>,
    timeout: Duration,
    connect_timeout: Duration,
    body_limit: usize,
    extra_roots_pem: Option<Vec<u8>>,
    proxy: Option<(String, String)>,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The extra roots cannot be read, or there is none in the text.
    #[error("the additional root certificates are not PEM certificates")]
    BadRoots,
    /// The proxy's URL cannot be used. Its text may hold a password and is not repeated.
    #[error("the proxy is not a URL such as http://proxy.example.com:3128")]
    BadProxy,
    /// TLS cannot be set up, for example because the system has no root certificates.
    #[error("TLS cannot be set up; is the package ca-certificates installed?")]
    Tls(#[source] reqwest::Error),
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            policy: EgressPolicy::default(),
            resolver: Arc::new(SystemResolver),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            body_limit: BODY_LIMIT,
            extra_roots_pem: None,
            proxy: None,
        }
    }
}

impl Builder {
    /// Where connections may go.
    pub fn policy(mut self, policy: EgressPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Who finds addresses; the operating system unless given.
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Time for one request from the name to the last byte of the answer; 30 seconds unless given.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Time for name, connection and TLS; 10 seconds unless given.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Bytes of a body that are read at most; 64 KiB unless given.
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// PEM certificates that are trusted beside those of the system.
    pub fn extra_roots_pem(mut self, pem: Option<Vec<u8>>) -> Self {
        self.extra_roots_pem = pem;
        self
    }

    /// Goes through a proxy (the value of `HTTPS_PROXY`) but for the hosts of `no_proxy` (the value
    /// of `NO_PROXY`: names, domains, networks, separated by commas). The environment is never read.
    ///
    /// The operator chose the proxy, so its address is not checked. It resolves names itself: the
    /// policy then holds for addresses written as such, and the proxy's own rules for names.
    pub fn proxy(mut self, url: impl Into<String>, no_proxy: impl Into<String>) -> Self {
        self.proxy = Some((url.into(), no_proxy.into()));
        self
    }

    /// Checks everything and makes the client. Contacts nobody.
    pub fn build(self) -> Result<Outbound, BuildError> {
        let roots = match &self.extra_roots_pem {
            None => Vec::new(),
            Some(pem) => {
                let roots = reqwest::Certificate::from_pem_bundle(pem).or(Err(BuildError::BadRoots))?;
                if roots.is_empty() {
                    return Err(BuildError::BadRoots);
                }
                roots
            }
        };
        let base = || -> ClientBuilder {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .no_gzip()
                .no_proxy()
                .user_agent(USER_AGENT)
                .timeout(self.timeout)
                .connect_timeout(self.connect_timeout)
                .pool_idle_timeout(Duration::from_secs(90))
                .pool_max_idle_per_host(2)
                .tls_certs_merge(roots.clone())
        };
        let checked = Checked { resolver: Arc::clone(&self.resolver), policy: self.policy.clone() };
        let direct = base().dns_resolver(Arc::new(checked)).build().map_err(BuildError::Tls)?;
        let proxied = match &self.proxy {
            None => None,
            Some((url, no_proxy)) => {
                // The error quotes the URL.
                let proxy = reqwest::Proxy::all(url.as_str()).or(Err(BuildError::BadProxy))?;
                let client = base().proxy(proxy).build().map_err(BuildError::Tls)?;
                let matcher = Matcher::builder().all(url.as_str()).no(no_proxy.as_str()).build();
                Some(Proxied { client, matcher: Arc::new(matcher) })
            }
        };
        Ok(Outbound { direct, proxied, policy: self.policy, body_limit: self.body_limit })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("policy", &self.policy).finish_non_exhaustive()
    }
}
