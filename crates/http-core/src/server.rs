//! The HTTPS listener.

use crate::drain::{FLUSH_SECONDS, Stopper, Underway};
use crate::{HttpCore, app};
use actix_web::HttpServer;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::http::KeepAlive;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::ServiceConfig;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where and how to listen. The times are limits against clients that hold connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerOptions {
    /// Host name or address to bind.
    pub host: String,
    /// Port; 0 picks a free one.
    pub port: u16,
    /// Worker threads; absent means one per core.
    pub workers: Option<usize>,
    /// How long the TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How long the request head may take.
    pub header_timeout: Duration,
    /// How long an idle connection stays open.
    pub keep_alive: Duration,
    /// How long requests under way may take once the server stops.
    pub drain: Duration,
}

impl ServerOptions {
    /// The usual times on `host` and `port`.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            workers: None,
            handshake_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_mins(1),
            drain: Duration::from_secs(30),
        }
    }
}

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {host}:{port}")]
pub struct ServerError {
    host: String,
    port: u16,
    source: std::io::Error,
}

/// A bound listener. It accepts connections once [`Server::run`] is awaited.
#[must_use = "a server answers only while `run` is awaited"]
pub struct Server {
    inner: actix_web::dev::Server,
    addresses: Vec<SocketAddr>,
    underway: Arc<Underway>,
    drain: Duration,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds and prepares the workers; `routes` runs once in each. Must be called on a tokio runtime.
    /// Signals are left to the process.
    pub fn bind<R>(
        options: &ServerOptions,
        tls: rustls::ServerConfig,
        core: &Arc<HttpCore>,
        routes: R,
    ) -> Result<Self, ServerError>
    where
        R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        Self::bind_with(options, Some(tls), core, routes)
    }

    /// The same without TLS. For loopback addresses, and for what is public and signed: all of it can
    /// be read and changed on the way.
    pub fn bind_plain<R>(
        options: &ServerOptions,
        core: &Arc<HttpCore>,
        routes: R,
    ) -> Result<Self, ServerError>
    where
        R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let plain = Arc::new(HttpCore { encrypted: false, ..(**core).clone() });
        Self::bind_with(options, None, &plain, routes)
    }

    fn bind_with<R>(
        options: &ServerOptions,
        tls: Option<rustls::ServerConfig>,
        core: &Arc<HttpCore>,
        routes: R,
    ) -> Result<Self, ServerError>
    where
        R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let core = Arc::clone(core);
        let underway = Arc::new(Underway::default());
        let counter = Arc::clone(&underway);
        let factory = move || {
            let counter = Arc::clone(&counter);
            app(Arc::clone(&core), routes.clone()).wrap(from_fn(
                move |request: ServiceRequest, next: Next<BoxBody>| {
                    let underway = counter.begin();
                    async move {
                        let response = next.call(request).await;
                        drop(underway);
                        response
                    }
                },
            ))
        };
        let mut server = HttpServer::new(factory)
            .disable_signals()
            // A client that closes its side has gone: its long poll must not hold a lease.
            .h1_allow_half_closed(false)
            // Else the end of an answer of several TLS records waits for the client's delayed
            // acknowledgement: 40 ms, now and then.
            .tcp_nodelay(true)
            .tls_handshake_timeout(options.handshake_timeout)
            .client_request_timeout(options.header_timeout)
            .keep_alive(KeepAlive::Timeout(options.keep_alive))
            .shutdown_timeout(FLUSH_SECONDS);
        if let Some(workers) = options.workers {
            server = server.workers(workers.max(1));
        }
        let place = (options.host.as_str(), options.port);
        let bound = match tls {
            Some(tls) => server.bind_rustls_0_23(place, tls),
            None => server.bind(place),
        };
        let server =
            bound.map_err(|source| ServerError { host: options.host.clone(), port: options.port, source })?;
        Ok(Self { addresses: server.addrs(), inner: server.run(), underway, drain: options.drain })
    }

    /// The addresses that are listened on, with their real ports.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What stops the server from elsewhere.
    pub fn stopper(&self) -> Stopper {
        Stopper { handle: self.inner.handle(), underway: Arc::clone(&self.underway), drain: self.drain }
    }

    /// Serves until it is stopped.
    pub async fn run(self) -> std::io::Result<()> {
        self.inner.await
    }
}
