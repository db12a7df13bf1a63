//! The server's own certificate.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::path::PathBuf;

const CERT_PATH: Key = Key::new(
    "CERTCTL_SERVER_TLS_CERT_PATH",
    "tls.cert_path",
    Kind::Path,
    "PEM file with the server certificate and its chain. Set together with the key; without both the server makes a self-signed certificate in the data directory. Read again at SIGHUP.",
)
.example("/etc/certctl/tls/server.crt");
const KEY_PATH: Key = Key::new(
    "CERTCTL_SERVER_TLS_KEY_PATH",
    "tls.key_path",
    Kind::Path,
    "PEM file with the private key of the server certificate.",
)
.example("/etc/certctl/tls/server.key");
const NAMES: Key = Key::new(
    "CERTCTL_SERVER_TLS_NAMES",
    "tls.names",
    Kind::HostList,
    "Names and addresses for the self-signed certificate, besides localhost and the listen address.",
)
.example("certctl.example.com,10.0.0.5");

pub(crate) const KEYS: &[Key] = &[CERT_PATH, KEY_PATH, NAMES];

/// The server's own certificate.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Certificate and key from files; `None` means self-signed.
    pub files: Option<TlsFiles>,
    /// Further names of a self-signed certificate.
    pub extra_names: Vec<String>,
}

/// Paths of a certificate and its key, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Leaf first, then its chain.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Tls {
    Tls {
        files: reader.pair(&CERT_PATH, &KEY_PATH).map(|(cert, key)| TlsFiles { cert, key }),
        extra_names: reader.value(&NAMES, value::hosts),
    }
}
