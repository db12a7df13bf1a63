//! A responder that is sent garbage: it stays up, keeps nothing of it, and does not grow.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use certctl_domain::Timestamp;
use certctl_e2e::harness::{RelyingParty, ScenarioSettings, ServerProcess};
use certctl_pki::Serial;
use certctl_pki::ocsp::{
    CertIdForm, CertIdHash, OcspError, OcspRequest, OcspResponse, OcspStatus, ResponseStatus,
};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Requests in all.
const REQUESTS: usize = 100_000;
/// Share of them after which what has a bound has reached it: the memory of unknown serial numbers, and
/// what the allocator keeps for the next request.
const WARM_UP: usize = REQUESTS / 4;
const CONNECTIONS: usize = 16;
/// What the server may grow by after that.
const GROWTH: u64 = 16 << 20;

/// A small generator of numbers (xorshift64*), the same on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    /// Damages a request in one to three places; most often it flips a bit.
    fn mutate(&mut self, request: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = request.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(20) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), self.byte()),
                2 => bytes.extend((0..self.below(64)).map(|_| self.byte()).collect::<Vec<_>>()),
                3 => {
                    // The tail of another one.
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[self.below(other.len())..]);
                }
                4 => {
                    // A part of it twice.
                    let part = bytes[at..].to_vec();
                    bytes.extend(part);
                    bytes.truncate(4096);
                }
                5 => {
                    if let Some(byte) = bytes.get_mut(at) {
                        // Lengths and tags.
                        *byte = [0x00, 0x7f, 0x80, 0x84, 0xff, 0x30][self.below(6)];
                    }
                }
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
        }
        bytes
    }
}

/// A connection that stays open.
struct Connection {
    stream: BufStream<TcpStream>,
    path: String,
}

impl Connection {
    async fn open(url: &str) -> Result<Self> {
        let (host, path) = url.trim_start_matches("http://").split_once('/').context("no path")?;
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufStream::new(stream), path: format!("/{path}") })
    }

    async fn post(&mut self, body: &[u8]) -> Result<(u16, Vec<u8>)> {
        let (path, length) = (&self.path, body.len());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/ocsp-request\r\nContent-Length: {length}\r\n\r\n"
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body).await?;
        self.answer().await
    }

    async fn get(&mut self, rest: &str) -> Result<(u16, Vec<u8>)> {
        let head = format!("GET {}/{rest} HTTP/1.1\r\nHost: x\r\n\r\n", self.path);
        self.stream.write_all(head.as_bytes()).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<(u16, Vec<u8>)> {
        self.stream.flush().await?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            ensure!(self.stream.read_line(&mut line).await? > 0, "the server hung up");
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().unwrap_or_default().parse()?;
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse()?;
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok((status, body))
    }
}

/// What everybody who sends garbage knows.
struct Sources {
    url: String,
    requests: Vec<Vec<u8>>,
    issued: BTreeSet<Serial>,
}

/// How the answers were.
#[derive(Debug, Default)]
struct Outcome {
    answered: usize,
    malformed: usize,
    unauthorized: usize,
}

/// Sends `count` damaged requests over one connection and judges each answer.
async fn garbage(sources: Arc<Sources>, seed: u64, count: usize) -> Result<Outcome> {
    let mut random = Random(seed);
    let mut connection = Connection::open(&sources.url).await?;
    let mut outcome = Outcome::default();
    for _ in 0..count {
        let [request, other] = [0; 2].map(|_| &sources.requests[random.below(sources.requests.len())]);
        let bytes = random.mutate(request, other);
        // Every eighth as a GET, where it fits into a path.
        let (status, body) = if random.below(8) == 0 && bytes.len() < 1500 {
            let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
            connection.get(&text).await?
        } else {
            connection.post(&bytes).await?
        };
        let shown = || base64::engine::general_purpose::STANDARD.encode(&bytes);
        ensure!(status == 200, "{status} to {}", shown());
        let response = OcspResponse::parse(&body).with_context(shown)?;
        match response.status() {
            ResponseStatus::Successful => outcome.answered += 1,
            ResponseStatus::Failed(OcspError::MalformedRequest) => outcome.malformed += 1,
            ResponseStatus::Failed(OcspError::Unauthorized) => outcome.unauthorized += 1,
            other => anyhow::bail!("{other:?} to {}", shown()),
        }
        for answer in response.answers() {
            let known = sources.issued.contains(answer.cert_id.serial());
            ensure!(answer.status != OcspStatus::Good || known, "never issued, but good: {}", shown());
        }
    }
    Ok(outcome)
}

/// Resident memory in bytes.
fn resident(server: &ServerProcess) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.running.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

/// Rows that the responder has written: responders and answers.
async fn rows(world: &RelyingParty) -> Result<(usize, usize)> {
    let issuer = world.issuer.clone();
    let end = Timestamp::parse_rfc3339("9999-01-01T00:00:00Z")?;
    let read = world.scenario.database.with(move |tx| {
        let answers = tx.ocsp().answers_to_refresh(end, 1_000_000)?;
        Ok((tx.ocsp().responders(Some(&issuer))?.len(), answers.len()))
    });
    read.await
}

/// Sends garbage over all connections at once.
async fn flood(sources: &Arc<Sources>, seed: u64, count: usize) -> Result<Outcome> {
    let mut senders = JoinSet::new();
    for number in 0..CONNECTIONS as u64 {
        senders.spawn(garbage(Arc::clone(sources), seed + number, count / CONNECTIONS));
    }
    let mut all = Outcome::default();
    while let Some(one) = senders.join_next().await {
        let one = one??;
        all.answered += one.answered;
        all.malformed += one.malformed;
        all.unauthorized += one.unauthorized;
    }
    Ok(all)
}

#[tokio::test]
async fn a_hundred_thousand_damaged_requests_leave_nothing_behind() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings
        .server
        .with("CERTCTL_OCSP_RATE_LIMIT_PER_IP_MIN", 0)
        // A line for each of them would be all that is measured.
        .with("CERTCTL_LOG_LEVEL", "warn");
    let mut world = RelyingParty::start(settings, &json!({})).await?;
    let leaves = world.leaves(&["a", "b", "c", "d"]).await?;
    let serials: Vec<Serial> = leaves.iter().map(|leaf| leaf.certificate.serial().clone()).collect();
    let identity = world.identity()?;
    let mut requests = Vec::new();
    for hash in CertIdHash::ALL {
        let form = CertIdForm { hash, ..CertIdForm::USUAL };
        for serial in &serials {
            let one = [serial.clone()];
            requests.push(OcspRequest::build(&identity, &one, form, None));
            requests.push(OcspRequest::build(&identity, &one, form, Some(&[7; 32])));
        }
        requests.push(OcspRequest::build(&identity, &serials, form, None));
    }
    let url = leaves.first().context("no certificate")?.responder()?;
    // What is asked for as it is, is kept from now on; nothing else may be.
    let mut connection = Connection::open(&url).await?;
    for request in &requests {
        let (_, body) = connection.post(request).await?;
        ensure!(OcspResponse::parse(&body)?.answers().iter().all(|answer| answer.status == OcspStatus::Good));
    }
    let expected = (1, serials.len() * CertIdHash::ALL.len());
    world
        .scenario
        .until("keeping what was asked", certctl_e2e::harness::PATIENCE, async || {
            Ok((rows(&world).await? == expected).then_some(()))
        })
        .await?;

    let sources = Arc::new(Sources { url, requests, issued: serials.iter().cloned().collect() });
    let begun = Instant::now();
    flood(&sources, 1, WARM_UP).await?;
    let warm = resident(&world.scenario.server)?;
    let outcome = flood(&sources, 1_000, REQUESTS - WARM_UP).await?;
    let end = resident(&world.scenario.server)?;
    println!("{outcome:?} in {:?}; {} MiB, then {} MiB", begun.elapsed(), warm >> 20, end >> 20);
    ensure!(
        outcome.answered > 1_000 && outcome.malformed > 1_000 && outcome.unauthorized > 1_000,
        "{outcome:?}"
    );
    ensure!(end < warm + GROWTH, "resident memory went from {warm} to {end} bytes");
    assert_eq!(rows(&world).await?, expected, "nothing of it was written down");
    let log = world.scenario.server.running.log();
    ensure!(!log.contains("panicked"), "{}", certctl_e2e::harness::tail(&log, 20));
    let (status, body) = Connection::open(&sources.url).await?.post(&sources.requests[0]).await?;
    ensure!(status == 200 && OcspResponse::parse(&body)?.status() == ResponseStatus::Successful);
    Ok(())
}
