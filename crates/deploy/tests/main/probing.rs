//! Looking at TLS servers that run in the test.

use crate::support::{Commands, Host, Pair};
use certctl_connector_api::target::{Rollback, Stage, Verification};
use certctl_deploy::probe::{Endpoint, ProbeError, probe, wait_until_served};
use certctl_deploy::{Disk, FileTarget, Verify};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Serves one pair, or another one under the name `other.example`.
#[derive(Debug)]
struct Shelf {
    default: Mutex<Arc<CertifiedKey>>,
    other: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Shelf {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match hello.server_name() {
            Some("other.example") => Some(self.other.clone()),
            _ => Some(self.default.lock().unwrap().clone()),
        }
    }
}

fn certified(pair: &Pair) -> Arc<CertifiedKey> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.key_der.clone()));
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
    Arc::new(CertifiedKey::new(vec![CertificateDer::from(pair.leaf_der.clone())], key))
}

async fn serve(
    pair: &Pair,
    other: &Pair,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> (Endpoint, Arc<Shelf>) {
    let shelf = Arc::new(Shelf { default: Mutex::new(certified(pair)), other: certified(other) });
    (serve_by(shelf.clone(), versions).await, shelf)
}

async fn serve_by(
    resolver: Arc<dyn ResolvesServerCert>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Endpoint {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&listener.local_addr().unwrap().to_string()).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { drop(acceptor.accept(stream).await) });
        }
    });
    endpoint
}

#[tokio::test]
async fn a_probe_reports_the_leaf_in_both_tls_versions_and_by_name() {
    let (first, other) = (Pair::new("cv-1"), Pair::new("cv-2"));
    for (version, name) in [(&rustls::version::TLS12, "TLS 1.2"), (&rustls::version::TLS13, "TLS 1.3")] {
        let (endpoint, _) = serve(&first, &other, &[version]).await;
        let seen = probe(&endpoint, Duration::from_secs(10)).await.unwrap();
        assert_eq!(
            (seen.fingerprint_sha256.as_str(), seen.tls_version),
            (first.plan.fingerprint_sha256.as_str(), name)
        );
        assert_eq!(seen.chain, std::slice::from_ref(&first.leaf_der));
        let named = endpoint.with_sni("other.example").unwrap();
        let seen = probe(&named, Duration::from_secs(10)).await.unwrap();
        assert_eq!(seen.fingerprint_sha256, other.plan.fingerprint_sha256);
    }
}

#[tokio::test]
async fn waiting_ends_as_soon_as_the_wanted_leaf_is_served() {
    let (old, new) = (Pair::new("cv-1"), Pair::new("cv-2"));
    let (endpoint, shelf) = serve(&old, &old, rustls::ALL_VERSIONS).await;
    let change = async {
        probe(&endpoint, Duration::from_secs(10)).await.unwrap();
        *shelf.default.lock().unwrap() = certified(&new);
    };
    let waited = wait_until_served(&endpoint, &new.plan.fingerprint_sha256, Duration::from_secs(30));
    let (seen, ()) = tokio::join!(waited, change);
    assert_eq!(seen.unwrap().fingerprint_sha256, new.plan.fingerprint_sha256);
}

/// Serves a certificate per handshake: the next of a list, then the last one again and again.
#[derive(Debug)]
struct Sequence {
    pairs: Vec<Arc<CertifiedKey>>,
    handshakes: AtomicUsize,
}

impl ResolvesServerCert for Sequence {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let count = self.handshakes.fetch_add(1, Ordering::SeqCst);
        self.pairs.get(count.min(self.pairs.len() - 1)).cloned()
    }
}

#[tokio::test]
async fn one_lucky_look_at_a_server_that_still_changes_is_not_enough() {
    let (old, new) = (Pair::new("cv-1"), Pair::new("cv-2"));
    let pairs = [&old, &new, &old, &new, &new, &old, &new].map(certified).to_vec();
    let sequence = Arc::new(Sequence { pairs, handshakes: AtomicUsize::new(0) });
    let endpoint = serve_by(sequence.clone(), rustls::ALL_VERSIONS).await;
    wait_until_served(&endpoint, &new.plan.fingerprint_sha256, Duration::from_mins(1)).await.unwrap();
    assert_eq!(sequence.handshakes.load(Ordering::SeqCst), 9, "three agreeing looks end the wait");
}

#[tokio::test]
async fn waiting_in_vain_tells_what_was_served_instead() {
    let (old, new) = (Pair::new("cv-1"), Pair::new("cv-2"));
    let (endpoint, _) = serve(&old, &old, rustls::ALL_VERSIONS).await;
    let started = Instant::now();
    let error =
        wait_until_served(&endpoint, &new.plan.fingerprint_sha256, Duration::from_secs(1)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(
        matches!(&error, ProbeError::OtherServed { served, .. } if *served == old.plan.fingerprint_sha256),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&listener.local_addr().unwrap().to_string()).unwrap();
    let started = Instant::now();
    let error = probe(&endpoint, Duration::from_millis(300)).await.unwrap_err();
    assert!(matches!(error, ProbeError::TimedOut { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn endpoints_are_host_and_port() {
    for (text, shown) in [
        ("www.example.com:443", "www.example.com:443"),
        ("[::1]:8443", "[::1]:8443"),
        ("127.0.0.1:1", "127.0.0.1:1"),
    ] {
        assert_eq!(Endpoint::parse(text).unwrap().to_string(), shown);
    }
    for text in
        ["", "host", "host:", "host:0", "host:99999", "::1:443", "https://host:443", "a b:443", ":443"]
    {
        assert!(Endpoint::parse(text).is_err(), "{text}");
    }
    assert!(Endpoint::parse("127.0.0.1:443").unwrap().with_sni("not a name").is_err());
}

fn watched(host: &Host, endpoint: &Endpoint, commands: Arc<Commands>) -> FileTarget {
    let mut settings = host.settings();
    settings.verify = Some(Verify { endpoint: endpoint.clone(), timeout: Duration::from_secs(1) });
    host.target_with(settings, commands, Disk::default())
}

#[tokio::test]
async fn a_certificate_that_is_not_served_is_taken_back() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    let (endpoint, _) = serve(&old, &old, rustls::ALL_VERSIONS).await;
    let commands = Commands::succeeding();
    let target = watched(&host, &endpoint, commands.clone());
    let deployed = target.deploy(&old.plan, &old.contents()).await.unwrap();
    assert!(
        matches!(deployed.verification, Verification::Served { fingerprint_sha256, .. } if fingerprint_sha256 == old.plan.fingerprint_sha256)
    );
    commands.taken();
    let failure = target.deploy(&new.plan, &new.contents()).await.unwrap_err();
    assert_eq!((failure.stage, failure.rollback), (Stage::Verify, Rollback::Restored));
    assert_eq!(commands.taken(), ["check", "reload", "reload"]);
    assert!(failure.error.chain().contains(&old.plan.fingerprint_sha256), "{}", failure.error.chain());
    assert_eq!(host.pair(), Some(old.texts()));
}

#[tokio::test]
async fn a_daemon_that_lost_the_certificate_is_reloaded_without_writing() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    let (endpoint, shelf) = serve(&new, &old, rustls::ALL_VERSIONS).await;
    watched(&host, &endpoint, Commands::succeeding()).deploy(&new.plan, &new.contents()).await.unwrap();
    let stored = host.stored();
    *shelf.default.lock().unwrap() = certified(&old);
    let (served, wanted) = (shelf.clone(), certified(&new));
    let commands = Commands::answering(move |command| {
        if command == "reload" {
            *served.default.lock().unwrap() = wanted.clone();
        }
        crate::support::exit(0, "")
    });
    let deployed =
        watched(&host, &endpoint, commands.clone()).deploy(&new.plan, &new.contents()).await.unwrap();
    assert!(!deployed.idempotent);
    assert_eq!((commands.taken(), host.stored()), (vec!["check".to_owned(), "reload".to_owned()], stored));
}

#[tokio::test]
async fn a_rollback_after_which_the_old_certificate_is_not_served_needs_a_person() {
    let (host, old, new) = (Host::new(), Pair::new("cv-1"), Pair::new("cv-2"));
    let third = Pair::new("cv-3");
    let (endpoint, shelf) = serve(&old, &old, rustls::ALL_VERSIONS).await;
    watched(&host, &endpoint, Commands::succeeding()).deploy(&old.plan, &old.contents()).await.unwrap();
    let (served, wrong) = (shelf.clone(), certified(&third));
    let commands = Commands::answering(move |command| {
        if command == "reload" {
            *served.default.lock().unwrap() = wrong.clone();
        }
        crate::support::exit(0, "")
    });
    let failure = watched(&host, &endpoint, commands).deploy(&new.plan, &new.contents()).await.unwrap_err();
    let Rollback::AlsoFailed(reason) = failure.rollback else { panic!("{:?}", failure.rollback) };
    assert!(reason.contains(&third.plan.fingerprint_sha256), "{reason}");
    assert_eq!(host.pair(), Some(old.texts()));
}
