//! A CA certificate with its chain and key, checked so that what it signs can be verified.

use super::config::{CaFiles, RootPlan};
use certctl_connector_api::issuer::CaMaterial;
use certctl_connector_api::{ConfigError, ConnectorError, ErrorKind};
use certctl_crypto::{KeyPair, SecretBytes, SecretString, Signer as _, pem};
use certctl_domain::Timestamp;
use certctl_domain::retry::FailureClass;
use certctl_pki::{CaTemplate, Certificate, Serial, key_matches, parse_chain};
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Clocks differ: certificates begin this much before they are made.
pub(super) const BACKDATING: Duration = Duration::from_mins(5);
/// A private key or a chain is a few KiB; anything larger is the wrong file.
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// Why a CA cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum AuthorityError {
    #[error("{} cannot be read", .path.display())]
    Unreadable { path: PathBuf, key: bool, source: io::Error },
    #[error("{} is not a regular file", .path.display())]
    NotAFile { path: PathBuf, key: bool },
    #[error("{} is larger than any key or chain", .path.display())]
    TooLarge { path: PathBuf, key: bool },
    #[error("others than its owner may read {} (mode {mode:04o}); run chmod 600 on it", .path.display())]
    KeyExposed { path: PathBuf, mode: u32 },
    #[error("the CA certificates are not usable")]
    Certificates(#[source] certctl_pki::Error),
    #[error("the CA's private key is not usable")]
    Key(#[source] certctl_crypto::Error),
    #[error("the private key does not belong to the CA certificate `{subject}`")]
    KeyMismatch { subject: String },
    #[error("`{subject}` may not sign certificates: it lacks the CA flag or the key usage keyCertSign")]
    NotAnAuthority { subject: String },
    #[error(
        "`{lower}` was not issued by `{upper}`, which follows it; put the CA first, then those above it in order"
    )]
    BrokenChain { lower: String, upper: String },
    #[error("`{subject}` allows {path_len} CAs below it, but the chain has {below}")]
    PathTooLong { subject: String, path_len: u8, below: usize },
    #[error("`{subject}` expired at {not_after}; renew it, or use another CA")]
    Expired { subject: String, not_after: Timestamp },
    #[error("`{subject}` is not valid before {not_before}")]
    NotYetValid { subject: String, not_before: Timestamp },
    #[error("the CA's key pair does not work: its signature does not verify")]
    Defective(#[source] certctl_crypto::Error),
}

impl AuthorityError {
    /// The configuration field to look at, for a CA from files.
    pub(super) fn into_config_error(self) -> ConfigError {
        let key = matches!(
            self,
            Self::Unreadable { key: true, .. }
                | Self::NotAFile { key: true, .. }
                | Self::TooLarge { key: true, .. }
                | Self::KeyExposed { .. }
                | Self::Key(_)
                | Self::KeyMismatch { .. }
        );
        let text = ConnectorError::from(self).chain();
        ConfigError::new(if key { "ca_key_path" } else { "ca_cert_path" }, text)
    }

    fn class(&self) -> FailureClass {
        match self {
            // A missing mount may come back, time passes, and of the two files of a renewed CA one
            // is replaced before the other.
            Self::Unreadable { .. } | Self::NotYetValid { .. } | Self::KeyMismatch { .. } => {
                FailureClass::Transient
            }
            _ => FailureClass::Permanent,
        }
    }
}

impl From<AuthorityError> for ConnectorError {
    fn from(error: AuthorityError) -> Self {
        let (class, message) = (error.class(), error.to_string());
        let source = match error {
            AuthorityError::Unreadable { source, .. } => Some(source.into()),
            AuthorityError::Certificates(source) => Some(source.into()),
            AuthorityError::Key(source) | AuthorityError::Defective(source) => Some(source.into()),
            _ => None,
        };
        Self { kind: ErrorKind::Other, class, message, source }
    }
}

/// A certificate authority that can sign. `Debug` shows the key's kind only.
#[derive(Debug)]
pub(super) struct Authority {
    certificate: Certificate,
    /// Certificates above, up to the root where known.
    above: Vec<Certificate>,
    key: Arc<KeyPair>,
}

impl Authority {
    /// Puts certificates (the CA first, then those above it) and key together.
    fn new(chain: Vec<Certificate>, key: KeyPair) -> Result<Self, AuthorityError> {
        for (lower, upper) in chain.iter().zip(chain.iter().skip(1)) {
            if lower.issuer() != upper.subject() || lower.verify_signed_by(upper).is_err() {
                return Err(AuthorityError::BrokenChain {
                    lower: lower.subject().to_owned(),
                    upper: upper.subject().to_owned(),
                });
            }
        }
        for (below, certificate) in chain.iter().enumerate() {
            let subject = || certificate.subject().to_owned();
            if !certificate.may_sign_certificates() {
                return Err(AuthorityError::NotAnAuthority { subject: subject() });
            }
            if let Some(path_len) = certificate.path_len().filter(|path_len| usize::from(*path_len) < below) {
                return Err(AuthorityError::PathTooLong { subject: subject(), path_len, below });
            }
        }
        let mut chain = chain.into_iter();
        let Some(certificate) = chain.next() else {
            return Err(AuthorityError::Certificates(certctl_pki::Error::NoPemBlock {
                label: "CERTIFICATE",
            }));
        };
        if !key_matches(&certificate, &key) {
            return Err(AuthorityError::KeyMismatch { subject: certificate.subject().to_owned() });
        }
        Ok(Self { certificate, above: chain.collect(), key: Arc::new(key) })
    }

    /// Reads somebody else's CA.
    pub(super) fn from_files(files: &CaFiles) -> Result<Self, AuthorityError> {
        let chain = read(&files.certificate, false)?;
        let chain = parse_chain(chain.expose()).map_err(AuthorityError::Certificates)?;
        let key = read(&files.key, true)?;
        Self::new(chain, KeyPair::from_pem(key.expose()).map_err(AuthorityError::Key)?)
    }

    /// Loads what [`generate`] made.
    pub(super) fn from_material(material: &CaMaterial) -> Result<Self, AuthorityError> {
        let chain = material.chain_der.iter().map(|der| Certificate::parse_der(der));
        let chain = chain.collect::<Result<_, _>>().map_err(AuthorityError::Certificates)?;
        let key = KeyPair::from_der(material.private_key_pkcs8.expose()).map_err(AuthorityError::Key)?;
        Self::new(chain, key)
    }

    pub(super) const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) const fn key(&self) -> &Arc<KeyPair> {
        &self.key
    }

    /// The CA certificate and those above it, with or without a self-signed root at the end.
    pub(super) fn chain(&self, include_root: bool) -> Vec<Vec<u8>> {
        let is_root = |certificate: &Certificate| {
            certificate.is_self_issued() && certificate.verify_signed_by(certificate).is_ok()
        };
        std::iter::once(&self.certificate)
            .chain(&self.above)
            .filter(|certificate| include_root || !is_root(certificate))
            .map(|certificate| certificate.der().to_vec())
            .collect()
    }

    /// Refuses when the CA, or one above it, is not valid at `now`.
    pub(super) fn check_validity(&self, now: Timestamp) -> Result<(), AuthorityError> {
        for certificate in std::iter::once(&self.certificate).chain(&self.above) {
            let (subject, not_after) = (certificate.subject(), certificate.not_after());
            if not_after <= now {
                return Err(AuthorityError::Expired { subject: subject.to_owned(), not_after });
            }
            if now < certificate.not_before() {
                let (subject, not_before) = (subject.to_owned(), certificate.not_before());
                return Err(AuthorityError::NotYetValid { subject, not_before });
            }
        }
        Ok(())
    }

    /// Signs something and verifies it.
    pub(super) fn check_key(&self) -> Result<(), AuthorityError> {
        let message = b"certctl key check";
        let signature = self.key.sign(message).map_err(AuthorityError::Defective)?;
        let key = self
            .certificate
            .public_key()
            .ok_or(AuthorityError::KeyMismatch { subject: self.certificate.subject().to_owned() })?;
        key.verify(signature.algorithm, message, &signature.bytes).map_err(AuthorityError::Defective)
    }
}

/// Makes a new root: key pair and self-signed certificate.
pub(super) fn generate(plan: &RootPlan, now: Timestamp) -> Result<CaMaterial, AuthorityError> {
    let key = KeyPair::generate(plan.key).map_err(AuthorityError::Key)?;
    let second = |at: Timestamp| Timestamp::from_unix_seconds(at.unix_seconds());
    let template = CaTemplate {
        serial: Serial::random().map_err(AuthorityError::Certificates)?,
        common_name: plan.common_name.clone(),
        not_before: second(now.minus(BACKDATING)),
        not_after: second(now.plus(plan.validity)),
        path_len: None,
        ocsp_urls: Vec::new(),
        crl_urls: Vec::new(),
        freshest_crl_urls: Vec::new(),
        ca_issuer_urls: Vec::new(),
    };
    let certificate = template.self_signed(&key).map_err(AuthorityError::Certificates)?;
    let text = key.to_pkcs8_pem().map_err(AuthorityError::Key)?;
    let blocks = pem::decode(text.expose()).map_err(AuthorityError::Key)?;
    let block = blocks.into_iter().next().ok_or(AuthorityError::Key(certctl_crypto::Error::NoPrivateKey))?;
    Ok(CaMaterial {
        chain_der: vec![certificate.der().to_vec()],
        private_key_pkcs8: SecretBytes::new(block.der.as_slice()),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
    })
}

fn read(path: &Path, key: bool) -> Result<SecretString, AuthorityError> {
    let unreadable = |source| AuthorityError::Unreadable { path: path.to_owned(), key, source };
    // Looked at before it is opened, because opening a pipe waits for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(AuthorityError::NotAFile { path: path.to_owned(), key });
    }
    let file = File::open(path).map_err(unreadable)?;
    if key {
        check_owner_only(path, &file.metadata().map_err(unreadable)?)?;
    }
    let mut text = String::new();
    let length = file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text);
    let text = SecretString::new(text);
    match length {
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= MAX_FILE_BYTES) => Ok(text),
        Ok(_longer) => Err(AuthorityError::TooLarge { path: path.to_owned(), key }),
        Err(source) => Err(unreadable(source)),
    }
}

#[cfg(unix)]
fn check_owner_only(path: &Path, found: &Metadata) -> Result<(), AuthorityError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = found.permissions().mode() & 0o7777;
    let exposed = mode & 0o077;
    if exposed == 0 { Ok(()) } else { Err(AuthorityError::KeyExposed { path: path.to_owned(), mode }) }
}

/// Other systems have no mode bits; who may read the file is up to the administrator there.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the check can fail on Unix")]
fn check_owner_only(_path: &Path, _found: &Metadata) -> Result<(), AuthorityError> {
    Ok(())
}
