//! Private keys: one per issuance job while it is under way, one per version once it is issued.
//!
//! `<root>/<certificate>/<job>/pending.key` exists before the request beside it leaves the host.
//! When a certificate arrives that matches it, it moves to `<root>/<certificate>/<version>/key.pem`.
//! A key of an issued version is never overwritten.

use crate::{AgentError, files};
use certctl_crypto::{KeyPair, SecretString, Signer as _};
use certctl_domain::id::{CertificateId, JobId, VersionId};
use certctl_domain::profile::KeySpec;
use certctl_pki::{Certificate, CertificateRequest, RequestTemplate};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Older keys that are kept beside the deployed one.
const PREVIOUS_KEPT: usize = 3;
const PENDING: &str = "pending.key";
const REQUEST: &str = "request.csr";
const ISSUED: &str = "key.pem";

/// The private keys of an agent. Clones share one lock, so that cleaning up never meets a key that
/// is being made.
#[derive(Debug, Clone)]
pub struct KeyStore {
    root: PathBuf,
    changing: Arc<Mutex<()>>,
}

impl KeyStore {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, changing: Arc::default() }
    }

    /// The request of an issuance job, PEM. The first call makes a key of kind `spec` and signs;
    /// later calls give the identical text for as long as the order stays the same.
    pub fn request(
        &self,
        certificate: &CertificateId,
        job: &JobId,
        order: &RequestTemplate,
        spec: KeySpec,
    ) -> Result<String, AgentError> {
        let _changing = self.changing.lock();
        let directory = self.root.join(certificate.as_str()).join(job.as_str());
        files::private_directory(&directory)?;
        let key = Self::pending_key(&directory.join(PENDING), spec)?;
        let path = directory.join(REQUEST);
        if let Some(pem) = files::read(&path)?.and_then(|bytes| String::from_utf8(bytes).ok())
            && answers(&pem, order, &key)
        {
            return Ok(pem);
        }
        let request =
            order.sign(&key).map_err(|source| AgentError::Request { path: path.clone(), source })?;
        let pem = request.to_pem();
        files::write(&path, pem.as_bytes())?;
        Ok(pem)
    }

    fn pending_key(path: &Path, spec: KeySpec) -> Result<KeyPair, AgentError> {
        let unusable = |source| AgentError::Key { path: path.to_owned(), source };
        if let Some(key) = load(path)?
            && key.spec() == spec
        {
            return Ok(key);
        }
        let key = KeyPair::generate(spec).map_err(unusable)?;
        files::write(path, key.to_pkcs8_pem().map_err(unusable)?.expose().as_bytes())?;
        Ok(key)
    }

    /// The key of an issued version, PKCS#8 PEM. A pending key that matches the leaf is promoted.
    pub fn key_of(
        &self,
        certificate: &CertificateId,
        version: &VersionId,
        leaf: &Certificate,
    ) -> Result<SecretString, AgentError> {
        let _changing = self.changing.lock();
        let directory = self.root.join(certificate.as_str());
        let path = directory.join(version.as_str()).join(ISSUED);
        let key = match load(&path)? {
            Some(key) if certctl_pki::key_matches(leaf, &key) => key,
            Some(_other) => return Err(AgentError::WrongKey { path }),
            None => promote(&directory, &path, leaf)?.ok_or(AgentError::NoKey { path: directory })?,
        };
        key.to_pkcs8_pem().map_err(|source| AgentError::Key { path, source })
    }

    /// Forgets what a deployed version makes superfluous: all but the newest few keys that are
    /// older than its own. Newer keys stay, because their deployment may be under way.
    pub fn retire_older(&self, certificate: &CertificateId, deployed: &VersionId) -> Result<(), AgentError> {
        let _changing = self.changing.lock();
        let directory = self.root.join(certificate.as_str());
        let Some(current) = made_at(&directory.join(deployed.as_str()).join(ISSUED)) else { return Ok(()) };
        for name in [ISSUED, PENDING] {
            let mut older: Vec<(SystemTime, PathBuf)> = files::names(&directory)?
                .into_iter()
                .filter(|entry| entry != deployed.as_str())
                .map(|entry| directory.join(entry))
                .filter_map(|entry| Some((made_at(&entry.join(name))?, entry)))
                .filter(|(made, _entry)| *made <= current)
                .collect();
            older.sort();
            older.truncate(older.len().saturating_sub(PREVIOUS_KEPT));
            for (_made, entry) in older {
                fs::remove_dir_all(&entry).map_err(AgentError::file("remove", &entry))?;
            }
        }
        Ok(())
    }
}

/// Moves the pending key that belongs to `leaf` to `path`, the place of an issued key.
fn promote(directory: &Path, path: &Path, leaf: &Certificate) -> Result<Option<KeyPair>, AgentError> {
    for entry in files::names(directory)? {
        let job = directory.join(entry);
        let pending = job.join(PENDING);
        let key = match load(&pending) {
            Ok(Some(key)) => key,
            Ok(None) => continue,
            Err(error) => {
                // It may be of any job; if it is of this one, no other key will match.
                tracing::warn!(error = error.chain(), "{} is passed over", pending.display());
                continue;
            }
        };
        if !certctl_pki::key_matches(leaf, &key) {
            continue;
        }
        if let Some(version) = path.parent() {
            files::private_directory(version)?;
        }
        files::rename(&pending, path)?;
        // What is left of the job is of no use; a failure to tidy up must not stop a deployment.
        if let Err(error) = fs::remove_dir_all(&job) {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot remove {}", job.display());
        }
        return Ok(Some(key));
    }
    Ok(None)
}

fn load(path: &Path) -> Result<Option<KeyPair>, AgentError> {
    let Some(content) = files::read(path)? else { return Ok(None) };
    let pem = SecretString::new(String::from_utf8(content).unwrap_or_default());
    KeyPair::from_pem(pem.expose())
        .map(Some)
        .map_err(|source| AgentError::Key { path: path.to_owned(), source })
}

/// When a key file was written; renaming keeps it.
fn made_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// Whether a stored request asks for exactly what is ordered, with this key.
fn answers(pem: &str, order: &RequestTemplate, key: &KeyPair) -> bool {
    let Ok(request) = CertificateRequest::parse(pem.as_bytes()) else { return false };
    let set = |sans: &[certctl_domain::san::San]| sans.iter().cloned().collect::<BTreeSet<_>>();
    let usages = |ekus: &[_]| ekus.iter().copied().collect::<BTreeSet<_>>();
    request.public_key().spki_der() == key.public_spki_der()
        && request.common_name() == order.common_name.as_deref()
        && set(request.sans()) == set(&order.sans)
        && usages(request.requested_ekus()) == usages(&order.extended_key_usages)
        && request.must_staple() == order.must_staple
}
