//! PEM bundles of certificates, requests and revocation lists (RFC 7468).

use crate::Error;
use certctl_crypto::pem::{decode, encode};

/// Most bytes of a PEM bundle that are looked at.
pub const MAX_BUNDLE_BYTES: usize = 1024 * 1024;

const CERTIFICATE: &str = "CERTIFICATE";
const REQUEST: &str = "CERTIFICATE REQUEST";
const CRL: &str = "X509 CRL";

/// DER of every certificate in `text`, in order; other blocks are skipped. At least one.
pub fn certificates(text: &str) -> Result<Vec<Vec<u8>>, Error> {
    let found = blocks(text, &[CERTIFICATE, "X509 CERTIFICATE"])?;
    if found.is_empty() { Err(Error::NoPemBlock { label: CERTIFICATE }) } else { Ok(found) }
}

/// DER of the first certificate request in `text`.
pub fn certificate_request(text: &str) -> Result<Vec<u8>, Error> {
    let found = blocks(text, &[REQUEST, "NEW CERTIFICATE REQUEST"])?;
    found.into_iter().next().ok_or(Error::NoPemBlock { label: REQUEST })
}

/// A certificate as PEM.
pub fn encode_certificate(der: &[u8]) -> String {
    encode(CERTIFICATE, der)
}

/// A certificate request as PEM.
pub fn encode_certificate_request(der: &[u8]) -> String {
    encode(REQUEST, der)
}

/// DER of the first revocation list in `text`, which may be as long as such a list.
pub fn crl(text: &str) -> Result<Vec<u8>, Error> {
    let found = blocks_of(text, &[CRL], crate::crl::MAX_CRL_BYTES / 2 * 3)?;
    found.into_iter().next().ok_or(Error::NoPemBlock { label: CRL })
}

/// A revocation list as PEM.
pub fn encode_crl(der: &[u8]) -> String {
    encode(CRL, der)
}

fn blocks(text: &str, labels: &[&str]) -> Result<Vec<Vec<u8>>, Error> {
    blocks_of(text, labels, MAX_BUNDLE_BYTES)
}

fn blocks_of(text: &str, labels: &[&str], max_bytes: usize) -> Result<Vec<Vec<u8>>, Error> {
    Error::check_size("PEM text", text.len(), max_bytes)?;
    let blocks = decode(text).map_err(Error::Pem)?;
    Ok(blocks.into_iter().filter(|b| labels.contains(&b.label.as_str())).map(|b| b.der.to_vec()).collect())
}
