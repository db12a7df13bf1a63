//! Looking at what an endpoint serves: a TLS handshake without trust decisions.

mod verifier;

use rustls::pki_types::ServerName;
use std::fmt;
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

const ATTEMPT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Looks in a row that must agree. A server that reloads answers from old and new workers for a
/// moment, so one look may be luck.
const STEADY_LOOKS: u32 = 3;
const STEADY_PAUSE: Duration = Duration::from_millis(150);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A TLS server: `host:port`, and the name to ask for when it is not the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    host: String,
    port: u16,
    name: ServerName<'static>,
}

/// Why a text is not an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not `host:port`.
    #[error("use host:port, for example www.example.com:443 or [2001:db8::1]:443")]
    Form,
    /// Neither a DNS name nor an IP address.
    #[error("`{0}` is neither a DNS name nor an IP address")]
    Name(String),
}

impl Endpoint {
    /// Parses `host:port` or `[IPv6]:port`.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let (host, port) = text.rsplit_once(':').ok_or(EndpointError::Form)?;
        let port: u16 = port.parse().or(Err(EndpointError::Form))?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if port == 0 || (bracketed.is_none() && host.contains(':')) {
            return Err(EndpointError::Form);
        }
        let host = bracketed.unwrap_or(host).to_owned();
        let name = server_name(&host)?;
        Ok(Self { host, port, name })
    }

    /// Asks for `name` (SNI) instead of the host.
    pub fn with_sni(self, name: &str) -> Result<Self, EndpointError> {
        Ok(Self { name: server_name(name)?, ..self })
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, EndpointError> {
    ServerName::try_from(name.to_owned()).or(Err(EndpointError::Name(name.chars().take(80).collect())))
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// What an endpoint served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Lower-case hex SHA-256 of the leaf's DER.
    pub fingerprint_sha256: String,
    /// Certificates as sent, leaf first, DER.
    pub chain: Vec<Vec<u8>>,
    /// `TLS 1.2` or `TLS 1.3`.
    pub tls_version: &'static str,
}

/// Why nothing, or not the wanted leaf, was seen.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No TCP connection.
    #[error("cannot connect to {endpoint}")]
    Connect {
        /// Endpoint.
        endpoint: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// No TLS session.
    #[error("the TLS handshake with {endpoint} failed")]
    Handshake {
        /// Endpoint.
        endpoint: String,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// No answer in time.
    #[error("{endpoint} did not complete a TLS handshake within {limit:?}")]
    TimedOut {
        /// Endpoint.
        endpoint: String,
        /// Limit.
        limit: Duration,
    },
    /// This build of the TLS library lacks something.
    #[error("the TLS client cannot be set up")]
    Setup(#[source] rustls::Error),
    /// Another leaf was served until the deadline.
    #[error("{endpoint} still serves the certificate {served} after {limit:?}, not {wanted}")]
    OtherServed {
        /// Endpoint.
        endpoint: String,
        /// Fingerprint that was seen last.
        served: String,
        /// Fingerprint that was waited for.
        wanted: String,
        /// Limit.
        limit: Duration,
    },
}

/// One handshake with `endpoint`, finished or given up within `limit`. Any certificate is
/// accepted, but the server has to prove that it holds the leaf's key.
pub async fn probe(endpoint: &Endpoint, limit: Duration) -> Result<Served, ProbeError> {
    let late = |_| ProbeError::TimedOut { endpoint: endpoint.to_string(), limit };
    timeout(limit, shake_hands(endpoint)).await.map_err(late)?
}

async fn shake_hands(endpoint: &Endpoint) -> Result<Served, ProbeError> {
    let connector = tokio_rustls::TlsConnector::from(verifier::client_config().map_err(ProbeError::Setup)?);
    let stream = TcpStream::connect((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(|source| ProbeError::Connect { endpoint: endpoint.to_string(), source })?;
    let failed = |source| ProbeError::Handshake { endpoint: endpoint.to_string(), source };
    let mut stream = connector.connect(endpoint.name.clone(), stream).await.map_err(failed)?;
    let (_, session) = stream.get_ref();
    let chain: Vec<_> =
        session.peer_certificates().unwrap_or_default().iter().map(|der| der.to_vec()).collect();
    let leaf = chain.first().ok_or_else(|| failed(io::Error::other("no certificate was sent")))?;
    let served = Served {
        fingerprint_sha256: certctl_crypto::sha256_hex(leaf),
        tls_version: match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
            _ => "TLS 1.2",
        },
        chain,
    };
    // Only politeness towards the server's log.
    drop(timeout(Duration::from_millis(200), stream.shutdown()).await);
    Ok(served)
}

/// Probes until `endpoint` steadily serves the leaf with this fingerprint, at most `limit`. The error tells
/// what was seen last instead.
pub async fn wait_until_served(
    endpoint: &Endpoint,
    fingerprint: &str,
    limit: Duration,
) -> Result<Served, ProbeError> {
    let deadline = Instant::now() + limit;
    let mut pause = FIRST_PAUSE;
    let mut agreeing = 0;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let failure = match probe(endpoint, left.min(ATTEMPT)).await {
            Ok(served) if served.fingerprint_sha256.eq_ignore_ascii_case(fingerprint) => {
                agreeing += 1;
                if agreeing == STEADY_LOOKS || Instant::now() + STEADY_PAUSE >= deadline {
                    return Ok(served);
                }
                sleep(STEADY_PAUSE).await;
                continue;
            }
            Ok(served) => ProbeError::OtherServed {
                endpoint: endpoint.to_string(),
                served: served.fingerprint_sha256,
                wanted: fingerprint.to_owned(),
                limit,
            },
            Err(error) => error,
        };
        agreeing = 0;
        if Instant::now() + pause >= deadline {
            return Err(failure);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
