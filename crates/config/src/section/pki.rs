//! What certificates are issued with.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value::{self, Refusal};
use std::path::PathBuf;

const CA_CERT_PATH: Key = Key::new(
    "CERTCTL_CA_CERT_PATH",
    "pki.ca_cert_path",
    Kind::Path,
    "PEM file with an intermediate CA certificate and its chain, for the local issuer `iss-local`. Set together with the key; without both the local issuer makes its own root.",
)
.example("/etc/certctl/ca/sub-ca.crt");
const CA_KEY_PATH: Key = Key::new(
    "CERTCTL_CA_KEY_PATH",
    "pki.ca_key_path",
    Kind::Path,
    "PEM file with the private key of the intermediate CA.",
)
.example("/etc/certctl/ca/sub-ca.key");
const KEYGEN_MODE: Key = Key::new(
    "CERTCTL_KEYGEN_MODE",
    "pki.keygen_mode",
    Kind::Choice(&["agent"]),
    "Where private keys of certificates are made. Keys are made on the agent that deploys them and never leave it.",
)
.or("agent");

pub(crate) const KEYS: &[Key] = &[CA_CERT_PATH, CA_KEY_PATH, KEYGEN_MODE];

/// Issuing.
#[derive(Debug, Clone)]
pub struct Pki {
    /// Intermediate CA for the local issuer; `None` means a root of its own.
    pub sub_ca: Option<SubCaFiles>,
}

/// Paths of an intermediate CA, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubCaFiles {
    /// Certificate first, then its chain.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Pki {
    let pki =
        Pki { sub_ca: reader.pair(&CA_CERT_PATH, &CA_KEY_PATH).map(|(cert, key)| SubCaFiles { cert, key }) };
    reader.value(&KEYGEN_MODE, keygen_mode);
    pki
}

fn keygen_mode(text: &str) -> Result<(), Refusal> {
    if text == "server" {
        return Err(Refusal::because("the server makes no keys for targets, keys are made on the agent")
            .hint("Remove CERTCTL_KEYGEN_MODE; every agent makes the keys of its own targets."));
    }
    value::choice(text, KEYGEN_MODE.kind).map(drop)
}
