//! The server's own certificate when none is configured: a small CA in the data directory, which
//! agents and people trust once, and a leaf under it that is replaced in time.

use crate::master_key::write_private;
use anyhow::Context;
use certctl_crypto::{KeyPair, SecretString, Signer};
use certctl_domain::Timestamp;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::San;
use certctl_pki::{CaTemplate, Certificate, LeafTemplate, PublicKey, Serial};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
const CA_LIFETIME: Duration = Duration::from_hours(24 * 3650);
const LEAF_LIFETIME: Duration = Duration::from_hours(24 * 90);
const RENEW_BEFORE: Duration = Duration::from_hours(24 * 30);

/// The files of the server's own certificate.
#[derive(Debug, Clone)]
pub(crate) struct OwnCertificate {
    directory: PathBuf,
    names: Vec<String>,
}

impl OwnCertificate {
    /// In `<data dir>/tls`, for localhost, this host's name, the listen address and `extra` names.
    pub(crate) fn new(data_dir: &Path, listen_host: &str, extra: &[String]) -> Self {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        if let Ok(host) = nix::unistd::gethostname()
            && let Ok(host) = host.into_string()
        {
            names.push(host);
        }
        if !matches!(listen_host, "0.0.0.0" | "::") {
            names.push(listen_host.to_owned());
        }
        names.extend_from_slice(extra);
        Self { directory: data_dir.join("tls"), names }
    }

    /// Leaf and CA, PEM.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.directory.join("server.crt")
    }

    /// Private key of the leaf, PKCS#8 PEM.
    pub(crate) fn key(&self) -> PathBuf {
        self.directory.join("server.key")
    }

    /// Makes what is missing and replaces a leaf that ends soon or lacks a name; true when the leaf is new.
    pub(crate) fn ensure(&self, now: Timestamp) -> anyhow::Result<bool> {
        let names: BTreeSet<San> = self.names.iter().filter_map(|name| San::parse(name).ok()).collect();
        let (ca, ca_key) = self.authority(now)?;
        if let Ok(pem) = std::fs::read_to_string(self.certificate())
            && let Ok(leaf) = Certificate::parse_pem(&pem)
            && leaf.not_after() > now.plus(RENEW_BEFORE)
            && leaf.verify_signed_by(&ca).is_ok()
            && names.is_subset(&leaf.names())
            && self.key().exists()
        {
            return Ok(false);
        }
        let key = KeyPair::generate(KeySpec::P256)?;
        let template = LeafTemplate {
            serial: Serial::random()?,
            not_before: now.minus(DAY / 24),
            not_after: now.plus(LEAF_LIFETIME).min(ca.not_after()),
            common_name: None,
            sans: names.into_iter().collect(),
            public_key: PublicKey::from_spki_der(key.public_spki_der())?,
            extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
            must_staple: false,
            ocsp_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            no_rev_avail: false,
        };
        let leaf = template.to_be_signed(&ca, ca_key.algorithm())?.sign(&ca_key)?;
        // The key first: a crash in between leaves a pair that does not match and is replaced at the next start.
        write_private(&self.key(), key.to_pkcs8_pem()?.expose(), true)?;
        write_private(&self.certificate(), &format!("{}{}", leaf.to_pem(), ca.to_pem()), true)?;
        Ok(true)
    }

    fn authority(&self, now: Timestamp) -> anyhow::Result<(Certificate, KeyPair)> {
        let (certificate, key) = (self.directory.join("ca.crt"), self.directory.join("ca.key"));
        if certificate.exists() && key.exists() {
            let read = |path: &Path| {
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
            };
            let ca = Certificate::parse_pem(&read(&certificate)?)
                .with_context(|| format!("{} is not a certificate", certificate.display()))?;
            let key = KeyPair::from_pem(SecretString::new(read(&key)?).expose())
                .with_context(|| format!("{} is not a private key", key.display()))?;
            if ca.not_after() > now.plus(LEAF_LIFETIME) && certctl_pki::key_matches(&ca, &key) {
                return Ok((ca, key));
            }
        }
        let pair = KeyPair::generate(KeySpec::P256)?;
        let ca = CaTemplate {
            serial: Serial::random()?,
            common_name: "certctl server CA".to_owned(),
            not_before: now.minus(DAY / 24),
            not_after: now.plus(CA_LIFETIME),
            path_len: Some(0),
            ocsp_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
        }
        .self_signed(&pair)?;
        write_private(&key, pair.to_pkcs8_pem()?.expose(), true)?;
        write_private(&certificate, &ca.to_pem(), true)?;
        Ok((ca, pair))
    }
}
