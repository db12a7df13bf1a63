//! HTTP/1.1 over TLS 1.3, one thread per connection.

use anyhow::{Context, Result};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Query parameters.
    pub query: BTreeMap<String, String>,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Vec<u8>,
}

impl Request {
    /// The parts of the path between slashes.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The credential of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        self.headers.get("authorization")?.strip_prefix("Bearer ")
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    hang_up: bool,
}

impl Response {
    /// An answer with any body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), hang_up: false }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::new(status, body).header("Content-Type", "application/json")
    }

    /// An error in the shape of the API.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"error": code, "message": message, "request_id": "req-1"});
        Self::json(status, &body)
    }

    /// Closes the connection without an answer, as a server does that dies after its work.
    pub fn hang_up() -> Self {
        Self { hang_up: true, ..Self::new(500, "") }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = Arc<dyn Fn(&Request) -> Response + Send + Sync>;

/// A server on a free port of the loopback address; stops when dropped.
pub struct HttpsServer {
    address: SocketAddr,
    certificate_pem: String,
    stopping: Arc<AtomicBool>,
}

impl fmt::Debug for HttpsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl HttpsServer {
    /// Starts a server with a fresh self-signed certificate for `localhost`.
    pub fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Result<Self> {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let config = tls(certified.cert.der().clone(), &certified.signing_key.serialize_der())?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free loopback port")?;
        let server = Self {
            address: listener.local_addr()?,
            certificate_pem: certified.cert.pem(),
            stopping: Arc::default(),
        };
        let stopping = Arc::clone(&server.stopping);
        let handler: Handler = Arc::new(handler);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopping.load(Ordering::SeqCst) {
                    return;
                }
                let (config, handler) = (Arc::clone(&config), Arc::clone(&handler));
                std::thread::spawn(move || {
                    // A client that goes away, or refuses our certificate, ends its connection only.
                    let _ = serve(stream, config, &handler);
                });
            }
        });
        Ok(server)
    }

    /// `https://localhost:<port>`.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Its certificate, which is its own trust anchor.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }
}

impl Drop for HttpsServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

fn tls(certificate: CertificateDer<'static>, key_der: &[u8]) -> Result<Arc<ServerConfig>> {
    let key = PrivateKeyDer::try_from(key_der.to_vec()).map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, handler: &Handler) -> Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_mins(2)))?;
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config)?, stream));
    while let Some(request) = read_request(&mut stream)? {
        let response = handler(&request);
        if response.hang_up {
            return Ok(());
        }
        write_response(stream.get_mut(), &response)?;
    }
    Ok(())
}

fn read_request(stream: &mut impl BufRead) -> Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_ascii_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or("/"));
    let url = url::Url::parse("https://localhost")?.join(target)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let query = url.query_pairs().into_owned().collect();
    Ok(Some(Request { method, path: url.path().to_owned(), query, headers, body }))
}

fn write_response(stream: &mut impl Write, response: &Response) -> Result<()> {
    let mut head = Vec::new();
    write!(head, "HTTP/1.1 {} -\r\nContent-Length: {}\r\n", response.status, response.body.len())?;
    for (name, value) in &response.headers {
        write!(head, "{name}: {value}\r\n")?;
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head)?;
    stream.write_all(&response.body)?;
    stream.flush()?;
    Ok(())
}
