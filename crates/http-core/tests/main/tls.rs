//! TLS with real sockets.

use crate::support::{core, routes};
use certctl_http_core::{HotCertificate, Server, ServerOptions, TlsError, server_config};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate authority and the files of the server it certifies.
pub(crate) struct Pki {
    authority: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let pki = Self { authority, folder: TempDir::new().unwrap() };
        pki.issue();
        pki
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("server.key")
    }

    /// Writes a fresh pair and returns its leaf.
    pub(crate) fn issue(&self) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = params.signed_by(&key, &self.authority).unwrap();
        fs::write(self.certificate(), leaf.pem()).unwrap();
        fs::write(self.key(), key.serialize_pem()).unwrap();
        leaf.der().clone()
    }

    pub(crate) fn load(&self) -> Arc<HotCertificate> {
        Arc::new(HotCertificate::load(self.certificate(), self.key()).unwrap())
    }

    pub(crate) async fn connect(
        &self,
        address: SocketAddr,
        version: &'static SupportedProtocolVersion,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.as_ref().der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), tcp).await
    }
}

/// A running server; stopped when the test calls `stop`.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) core: Arc<certctl_http_core::HttpCore>,
    pub(crate) observed: Arc<crate::support::Observed>,
    stopper: certctl_http_core::Stopper,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub(crate) fn start(certificate: Arc<HotCertificate>) -> Self {
        let (core, observed) = core();
        let options = ServerOptions { workers: Some(1), ..ServerOptions::new("127.0.0.1", 0) };
        let server = Server::bind(&options, server_config(certificate).unwrap(), &core, routes).unwrap();
        let (address, stopper) = (server.addresses()[0], server.stopper());
        Self { address, core, observed, stopper, task: tokio::spawn(server.run()) }
    }

    pub(crate) async fn stop(self) {
        self.stopper.stop().await;
        self.task.await.unwrap().unwrap();
    }
}

fn leaf_of(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test]
async fn only_tls_1_3_is_spoken() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    pki.connect(server.address, &rustls::version::TLS13).await.unwrap();
    let refused = pki.connect(server.address, &rustls::version::TLS12).await.unwrap_err();
    assert!(refused.to_string().contains("ProtocolVersion"), "{refused}");
    server.stop().await;
}

#[tokio::test]
async fn a_reloaded_certificate_serves_the_next_handshake() {
    let pki = Pki::new();
    let first = pki.issue();
    let certificate = pki.load();
    let server = Running::start(Arc::clone(&certificate));
    let shown = async || leaf_of(&pki.connect(server.address, &rustls::version::TLS13).await.unwrap());
    assert_eq!(shown().await, first);
    assert!(!certificate.reload().unwrap());

    let second = pki.issue();
    assert!(certificate.reload().unwrap());
    assert_eq!(shown().await, second);

    fs::write(pki.certificate(), "not PEM").unwrap();
    let error = certificate.reload().unwrap_err();
    assert!(matches!(&error, TlsError::NoCertificate { path } if *path == pki.certificate()), "{error}");
    assert_eq!(shown().await, second);
    server.stop().await;
}

#[test]
fn unusable_files_are_named() {
    let pki = Pki::new();
    let load = || HotCertificate::load(pki.certificate(), pki.key()).map(|_| ()).unwrap_err().to_string();

    let other = KeyPair::generate().unwrap().serialize_pem();
    let own = fs::read_to_string(pki.key()).unwrap();
    fs::write(pki.key(), other).unwrap();
    assert!(load().contains("server.key does not belong to the first certificate in"), "{}", load());

    fs::write(pki.key(), "").unwrap();
    assert!(load().contains("server.key holds no private key"), "{}", load());

    fs::write(pki.key(), own).unwrap();
    fs::write(pki.certificate(), "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n").unwrap();
    assert!(load().contains("server.pem is not a PEM file"), "{}", load());

    fs::remove_file(pki.certificate()).unwrap();
    assert!(load().starts_with("cannot read ") && load().ends_with("server.pem"), "{}", load());
}
