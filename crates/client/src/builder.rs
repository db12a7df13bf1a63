//! How a client is described: server, trust, credential, times.

use crate::{Client, Connection};
use certctl_crypto::SecretString;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Why a client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The server's URL is not a URL.
    #[error("the server URL `{url}` cannot be read")]
    MalformedUrl {
        /// The text.
        url: String,
        /// What is wrong.
        #[source]
        source: url::ParseError,
    },
    /// The scheme is not `https`, so the credential would travel in clear text.
    #[error("the server URL `{url}` must begin with https://")]
    NotHttps {
        /// The text.
        url: String,
    },
    /// The URL carries more than a server: credentials, a query or a fragment.
    #[error("the server URL may hold a host, a port and a path, but no credential, query or fragment")]
    NotAServer,
    /// The CA bundle holds no certificate that can be read.
    #[error("the CA bundle holds no usable PEM certificate")]
    BadCaBundle(#[source] Option<reqwest::Error>),
    /// The token holds characters that no HTTP header can carry.
    #[error("the token holds characters that are not allowed in a credential")]
    BadToken,
    /// The proxy's URL cannot be used.
    #[error("the proxy URL cannot be used")]
    BadProxy(#[source] reqwest::Error),
    /// The TLS stack could not be set up, for example because the system has no trust store.
    #[error("the HTTPS client cannot be set up")]
    Tls(#[source] reqwest::Error),
}

/// Describes a [`Client`]; made by [`Client::builder`].
#[derive(Debug, Clone)]
pub struct Builder {
    url: String,
    token: Option<SecretString>,
    ca_bundle_pem: Option<Vec<u8>>,
    skip_verify: bool,
    user_agent: String,
    timeout: Duration,
    connect_timeout: Duration,
    read_retries: Vec<Duration>,
    proxy: Proxy,
}

#[derive(Debug, Clone)]
enum Proxy {
    None,
    Environment,
    Url(String),
}

impl Builder {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            token: None,
            ca_bundle_pem: None,
            skip_verify: false,
            user_agent: concat!("certctl-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            read_retries: vec![Duration::from_millis(200), Duration::from_secs(1)],
            proxy: Proxy::None,
        }
    }

    /// API key or agent credential, sent as `Authorization: Bearer`.
    pub fn token(mut self, token: SecretString) -> Self {
        self.token = Some(token);
        self
    }

    /// PEM certificates to trust. They REPLACE the system's trust store.
    pub fn ca_bundle_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_bundle_pem = Some(pem.into());
        self
    }

    /// Accepts any certificate of the server. Anyone on the path can then read the credential;
    /// building logs a warning.
    pub fn insecure_skip_verify(mut self, skip: bool) -> Self {
        self.skip_verify = skip;
        self
    }

    /// `User-Agent` of every request; `certctl-client/<version>` when not set.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = product.into();
        self
    }

    /// Limit for one request including its answer; 30 s when not set. A long poll gets its wait on
    /// top of it.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Limit for TCP and TLS set-up; 10 s when not set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Pauses before reads (`GET`) that failed in passing are tried again; 200 ms and 1 s when not
    /// set. An empty list switches retries off. Requests that change something are never repeated.
    pub fn read_retries(mut self, pauses: Vec<Duration>) -> Self {
        self.read_retries = pauses;
        self
    }

    /// Goes through this proxy.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Proxy::Url(url.into());
        self
    }

    /// Goes through the proxy that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name. Without this no
    /// proxy is used.
    pub fn proxy_from_environment(mut self) -> Self {
        self.proxy = Proxy::Environment;
        self
    }

    /// Checks everything and makes the client. Contacts nobody.
    pub fn build(self) -> Result<Client, BuildError> {
        let base = server_url(&self.url)?;
        let mut http = reqwest::Client::builder()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .tls_version_min(reqwest::tls::Version::TLS_1_3)
            .user_agent(self.user_agent)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(90))
            .pool_max_idle_per_host(4);
        if let Some(token) = &self.token {
            http = http.default_headers(authorization(token)?);
        }
        if let Some(pem) = &self.ca_bundle_pem {
            let trusted = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|source| BuildError::BadCaBundle(Some(source)))?;
            if trusted.is_empty() {
                return Err(BuildError::BadCaBundle(None));
            }
            http = http.tls_certs_only(trusted);
        }
        if self.skip_verify {
            tracing::warn!(
                server = %base,
                "the certificate of {base} is not verified: anyone on the path can read the credential"
            );
            http = http.tls_danger_accept_invalid_certs(true);
        }
        http = match self.proxy {
            Proxy::None => http.no_proxy(),
            Proxy::Environment => http,
            Proxy::Url(url) => http.proxy(reqwest::Proxy::all(url).map_err(BuildError::BadProxy)?),
        };
        let http = http.build().map_err(BuildError::Tls)?;
        Ok(Client(Arc::new(Connection { http, base, read_retries: self.read_retries }), None))
    }
}

/// The server's URL, ending in a slash so that routes can be appended.
fn server_url(text: &str) -> Result<Url, BuildError> {
    let text = text.trim();
    let not_https = || BuildError::NotHttps { url: text.to_owned() };
    let mut url = match Url::parse(text) {
        Ok(url) => url,
        // `certctl:8443` and `certctl.example.com` are what people type.
        Err(url::ParseError::RelativeUrlWithoutBase) => return Err(not_https()),
        Err(source) => return Err(BuildError::MalformedUrl { url: text.to_owned(), source }),
    };
    if url.scheme() != "https" {
        return Err(not_https());
    }
    let extra = !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some();
    if extra {
        return Err(BuildError::NotAServer);
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn authorization(token: &SecretString) -> Result<HeaderMap, BuildError> {
    // The source error would quote nothing useful, and the token must not be shown.
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_invalid| BuildError::BadToken)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}
