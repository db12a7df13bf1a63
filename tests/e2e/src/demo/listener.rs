//! A TLS listener for machines on which nginx cannot be had: it reads the pair anew for each
//! connection, so its reload command has nothing to do.

use crate::harness::{read, self_signed, write};
use anyhow::{Context, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A listening socket and the task behind it; both end with the value.
#[derive(Debug)]
pub(super) struct Listener {
    address: String,
    certificate: PathBuf,
    key: PathBuf,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on a free port with a self-signed pair for `name`.
    pub(super) async fn start(directory: &Path, name: &str) -> Result<Self> {
        let directory = directory.join("listener");
        std::fs::create_dir_all(&directory)?;
        let (certificate, key) = (directory.join("site.crt"), directory.join("site.key"));
        let (first, first_key) = self_signed(&[name])?;
        write(&certificate, &first)?;
        write(&key, &first_key)?;
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot listen on 127.0.0.1")?;
        let address = socket.local_addr()?.to_string();
        let task = tokio::spawn(accept(socket, certificate.clone(), key.clone()));
        Ok(Self { address, certificate, key, task })
    }

    /// `127.0.0.1:<port>`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The file with the certificate.
    pub(super) fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// The file with the key.
    pub(super) fn key(&self) -> &Path {
        &self.key
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(socket: TcpListener, certificate: PathBuf, key: PathBuf) {
    while let Ok((connection, _)) = socket.accept().await {
        // A visitor who does not speak TLS, or leaves early, is nobody's problem.
        let _ = answer(connection, &certificate, &key).await;
    }
}

async fn answer(connection: TcpStream, certificate: &Path, key: &Path) -> Result<()> {
    let chain =
        CertificateDer::pem_slice_iter(read(certificate)?.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(read(key)?.as_bytes())?;
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    let mut stream = TlsAcceptor::from(Arc::new(config)).accept(connection).await?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\ncertctl\n").await?;
    stream.shutdown().await?;
    Ok(())
}
