//! X.509 as pure functions over bytes: reading and making requests and certificates, checking
//! chains, and linting what is about to be signed.
//!
//! Nothing here does I/O, reads a clock or panics on hostile input; all inputs have a size limit.
//! Start at [`CertificateRequest::parse`], [`LeafTemplate::to_be_signed`] and [`lint()`].
//!
//! ```
//! use certctl_crypto::{KeyPair, Signer};
//! use certctl_domain::Timestamp;
//! use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
//! use certctl_domain::san::San;
//! use certctl_pki::{CaTemplate, CertificateRequest, LeafTemplate, LintParameters, RequestTemplate, Serial};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z")?;
//! let day = Duration::from_secs(24 * 60 * 60);
//!
//! // A certificate authority.
//! let ca_key = KeyPair::generate(KeySpec::P256)?;
//! let ca = CaTemplate {
//!     serial: Serial::random()?,
//!     common_name: "Example Root".to_owned(),
//!     not_before: now,
//!     not_after: now.plus(3650 * day),
//!     path_len: Some(0),
//!     ocsp_urls: vec![],
//!     crl_urls: vec![],
//!     freshest_crl_urls: vec![],
//!     ca_issuer_urls: vec![],
//! }
//! .self_signed(&ca_key)?;
//!
//! // An agent makes a key and a request.
//! let key = KeyPair::generate(KeySpec::P256)?;
//! let asked = RequestTemplate { sans: vec![San::dns("www.example.com")?], ..Default::default() };
//! let csr = asked.sign(&key)?.to_pem();
//!
//! // The server reads the request, builds what will be signed, lints it, and signs it.
//! let request = CertificateRequest::parse(csr.as_bytes())?;
//! let to_be_signed = LeafTemplate {
//!     serial: Serial::random()?,
//!     not_before: now,
//!     not_after: now.plus(47 * day),
//!     common_name: Some("www.example.com".to_owned()),
//!     sans: request.sans().to_vec(),
//!     public_key: request.public_key().clone(),
//!     extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
//!     must_staple: false,
//!     ocsp_urls: vec![],
//!     ca_issuer_urls: vec![],
//!     crl_urls: vec![],
//!     freshest_crl_urls: vec![],
//!     no_rev_avail: false,
//! }
//! .to_be_signed(&ca, ca_key.algorithm())?;
//! let findings = certctl_pki::lint(to_be_signed.der(), &LintParameters::leaf(&ca));
//! assert!(findings.is_empty());
//! let certificate = to_be_signed.sign(&ca_key)?;
//!
//! // The agent checks what came back.
//! certctl_pki::check_chain(&certificate, &[ca], now)?;
//! assert!(certctl_pki::key_matches(&certificate, &key));
//! # Ok(())
//! # }
//! ```

#![deny(clippy::indexing_slicing, clippy::as_conversions)]

mod asn1;
mod builder;
mod certificate;
mod chain;
pub mod crl;
pub mod csr;
mod error;
mod extension;
mod finding;
pub mod hygiene;
mod key;
mod lint;
mod name;
pub mod ocsp;
pub mod pem;
pub mod pkcs12;
pub mod pkcs7;
mod raw;
mod serial;

pub use builder::{CaTemplate, LeafTemplate, ResponderTemplate, ToBeSigned};
pub use certificate::{Certificate, MAX_CERTIFICATE_BYTES, fingerprint, key_matches};
pub use chain::{ChainError, MAX_CHAIN_LENGTH, chain_to_pem, check_chain, parse_chain};
pub use crl::{Crl, CrlEntry, CrlTemplate, CrlToBeSigned, EntryReason, RevokedList};
pub use csr::{CertificateRequest, NameMismatch, RequestTemplate, compare_names};
pub use error::Error;
pub use finding::{Finding, Severity, has_errors};
pub use hygiene::check_request;
pub use key::PublicKey;
pub use lint::{CertificateKind, LintParameters, lint, lint_codes};
pub use serial::Serial;
