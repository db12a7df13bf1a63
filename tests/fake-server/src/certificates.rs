//! A certificate authority in memory.

use anyhow::Result;
use certctl_crypto::{KeyPair, Signer};
use certctl_domain::Timestamp;
use certctl_domain::profile::KeySpec;
use certctl_pki::{CaTemplate, Certificate, CertificateRequest, LeafTemplate, Serial};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_hours(24);

#[derive(Debug)]
pub(crate) struct Authority {
    key: KeyPair,
    certificate: Certificate,
}

impl Authority {
    pub(crate) fn new() -> Result<Self> {
        let key = KeyPair::generate(KeySpec::P256)?;
        let template = CaTemplate {
            serial: Serial::random()?,
            common_name: "Fake Root".to_owned(),
            not_before: now().minus(DAY),
            not_after: now().plus(365 * DAY),
            path_len: Some(0),
            ocsp_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
        };
        let certificate = template.self_signed(&key)?;
        Ok(Self { key, certificate })
    }

    /// A leaf for the request, valid for 47 days, as requested in every respect.
    pub(crate) fn issue(&self, request: &CertificateRequest) -> Result<Certificate> {
        let template = LeafTemplate {
            serial: Serial::random()?,
            not_before: now().minus(Duration::from_mins(1)),
            not_after: now().plus(47 * DAY),
            common_name: request.common_name().map(ToOwned::to_owned),
            sans: request.sans().to_vec(),
            public_key: request.public_key().clone(),
            extended_key_usages: request.requested_ekus().to_vec(),
            must_staple: request.must_staple(),
            ocsp_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
            crl_urls: Vec::new(),
            freshest_crl_urls: Vec::new(),
            no_rev_avail: false,
        };
        Ok(template.to_be_signed(&self.certificate, self.key.algorithm())?.sign(&self.key)?)
    }
}

/// The real time: certificates must be valid for the programs under test.
#[expect(clippy::disallowed_methods, reason = "a fake server has no clock to be handed")]
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::EPOCH.plus(elapsed)
}
