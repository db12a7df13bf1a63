//! What certificates are issued with.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value::{self, Refusal};
use std::path::PathBuf;
use std::time::Duration;

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

const BASE_URL: Key = Key::new(
    "CERTCTL_PKI_BASE_URL",
    "pki.base_url",
    Kind::WebAddress,
    "Where relying parties reach this server without TLS. Certificates of the local issuers name it as the place of CRLs, OCSP and the CA certificate, unless the issuer names others.",
)
.example("http://pki.example.com");
const CRL_INTERVAL: Key = Key::new(
    "CERTCTL_CRL_GENERATION_INTERVAL",
    "pki.crl_generation_interval",
    Kind::Span { min: Duration::from_secs(10) },
    "Age at which a CRL is made anew although nothing was revoked. After a revocation it is made at once.",
)
.or("1h");
const CRL_VALIDITY: Key = Key::new(
    "CERTCTL_CRL_VALIDITY",
    "pki.crl_validity",
    Kind::Span { min: Duration::from_mins(1) },
    "How long relying parties may use a CRL (nextUpdate).",
)
.or("24h");

pub(crate) const KEYS: &[Key] =
    &[CA_CERT_PATH, CA_KEY_PATH, BASE_URL, CRL_INTERVAL, CRL_VALIDITY, KEYGEN_MODE];

/// Issuing.
#[derive(Debug, Clone)]
pub struct Pki {
    /// Intermediate CA for the local issuer; `None` means a root of its own.
    pub sub_ca: Option<SubCaFiles>,
    /// Where relying parties reach the server, without a slash at the end.
    pub base_url: Option<String>,
    /// Age at which a CRL is made anew.
    pub crl_generation_interval: Duration,
    /// From `thisUpdate` of a CRL to its `nextUpdate`.
    pub crl_validity: Duration,
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
    let pki = Pki {
        sub_ca: reader.pair(&CA_CERT_PATH, &CA_KEY_PATH).map(|(cert, key)| SubCaFiles { cert, key }),
        base_url: reader.optional(&BASE_URL, value::web_address),
        crl_generation_interval: reader.span(&CRL_INTERVAL),
        crl_validity: reader.span(&CRL_VALIDITY),
    };
    if pki.crl_validity < pki.crl_generation_interval * 2 {
        reader.wrong(
            &CRL_VALIDITY,
            "is less than twice CERTCTL_CRL_GENERATION_INTERVAL, so a CRL that cannot be made once would end"
                .to_owned(),
            None,
        );
    }
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
