//! Where the server listens and keeps its files.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::path::PathBuf;

const HOST: Key = Key::new(
    "CERTCTL_SERVER_HOST",
    "server.host",
    Kind::Host,
    "Address to listen on. `0.0.0.0` or `::` listens on every interface.",
)
.or("127.0.0.1");
const PORT: Key = Key::new(
    "CERTCTL_SERVER_PORT",
    "server.port",
    Kind::Integer { min: 0, max: 65535 },
    "TCP port to listen on, HTTPS only. `0` takes any free port and prints it.",
)
.or("8443");
const PUBLIC_URL: Key = Key::new(
    "CERTCTL_PUBLIC_URL",
    "server.public_url",
    Kind::WebAddress,
    "Address at which people open certctl. With it, notifications link to the object that they are about.",
)
.example("https://certctl.example.com");
const MAX_BODY_SIZE: Key = Key::new(
    "CERTCTL_MAX_BODY_SIZE",
    "server.max_body_size",
    Kind::Integer { min: 1024, max: 1 << 30 },
    "Largest request body in bytes; a larger one is answered with 413.",
)
.or("1048576");
const DATA_DIR: Key = Key::new(
    "CERTCTL_DATA_DIR",
    "server.data_dir",
    Kind::Path,
    "Directory for everything the server makes itself: the embedded database, the master key, the self-signed server certificate. Packaged services set `/var/lib/certctl`.",
)
.or("./certctl-data")
.example("/var/lib/certctl");

pub(crate) const KEYS: &[Key] = &[HOST, PORT, PUBLIC_URL, MAX_BODY_SIZE, DATA_DIR];

/// The HTTPS listener.
#[derive(Debug, Clone)]
pub struct Http {
    /// IP address or host name to listen on.
    pub host: String,
    /// Port; 0 is any free one.
    pub port: u16,
    /// Address at which people open certctl, without a slash at its end.
    pub public_url: Option<String>,
    /// Largest request body in bytes.
    pub max_body_bytes: usize,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> (Http, PathBuf) {
    let http = Http {
        host: reader.value(&HOST, value::host),
        port: reader.integer(&PORT),
        public_url: reader.optional(&PUBLIC_URL, value::web_address),
        max_body_bytes: reader.integer(&MAX_BODY_SIZE),
    };
    (http, reader.value(&DATA_DIR, |text| Ok(PathBuf::from(text))))
}
