//! What an imported leaf becomes: an inventory row and its one version.

use super::chain::{self, Chain};
use crate::certificate::{check, new_row};
use crate::issuance::named_crl;
use crate::support::chosen_id;
use certctl_domain::Timestamp;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::id::{CertificateId, IdSource, VersionId};
use certctl_domain::renewal::{Lifetime, expiring_from};
use certctl_domain::san::San;
use certctl_domain::version::CertificateVersion;
use certctl_pki::chain_to_pem;
use certctl_repository::NamedCrl;
use certctl_service_api::ServiceError;
use certctl_service_api::certificate::{CertificateSpec, RESERVED_IDS};
use certctl_service_api::import::{ImportItem, ImportPlace};

/// Characters of the fingerprint in a name that nobody chose.
const SHORT: usize = 12;

#[derive(Debug)]
pub(super) struct Row {
    pub(super) certificate: Certificate,
    pub(super) version: CertificateVersion,
    /// Lower-case hex SHA-256 of the key.
    pub(super) key: String,
    /// Where its CA tells what it revoked.
    pub(super) named_crl: Option<NamedCrl>,
}

impl Row {
    pub(super) fn read(
        place: &ImportPlace,
        item: ImportItem,
        ids: &dyn IdSource,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        let Chain { leaf, above, signer } = chain::read(&item.pem)?;
        let key = leaf.key_spec().ok_or_else(|| {
            ServiceError::unprocessable(
                "pem",
                "unsupported_key",
                "the key is of a kind that is not supported",
            )
        })?;
        let fingerprint = leaf.fingerprint();
        let common_name = common_name(&leaf)?;
        let short: String = fingerprint.chars().take(SHORT).collect();
        let spec = CertificateSpec {
            name: item.name.unwrap_or_else(|| format!("{common_name} {short}")),
            common_name,
            sans: leaf.sans().iter().map(ToString::to_string).collect(),
            environment: place.environment.clone(),
            owner_id: place.owner_id.clone(),
            team_id: place.team_id.clone(),
            issuer_id: place.issuer_id.clone(),
            renewal_policy_id: place.renewal_policy_id.clone(),
            profile_id: place.profile_id.clone(),
            tags: place.tags.clone(),
            target_ids: None,
        };
        let sans = check(&spec)?;
        let id = chosen_id(item.id, RESERVED_IDS, || CertificateId::mint(ids))?;
        let (not_before, not_after) = (leaf.not_before(), leaf.not_after());
        let certificate = Certificate {
            status: CertificateStatus::Active,
            valid_from: Some(not_before),
            expires_at: Some(not_after),
            expiring_from: Some(expiring_from(Lifetime { not_before, not_after, issued_at: not_before })),
            ..new_row(&id, &spec, sans, now)
        };
        let version = CertificateVersion {
            id: VersionId::mint(ids),
            certificate_id: id,
            issuer_id: place.issuer_id.clone(),
            job_id: None,
            agent_id: None,
            serial_number: leaf.serial().to_string(),
            not_before,
            not_after,
            fingerprint_sha256: fingerprint,
            pem_chain: leaf.to_pem() + &chain_to_pem(&above),
            csr_pem: String::new(),
            key_algorithm: key.algorithm.to_string(),
            key_size: key.size,
            created_at: now,
        };
        let named_crl = named_crl(&version.id, &leaf, signer.as_ref());
        Ok(Self { certificate, version, key: certctl_crypto::sha256_hex(leaf.spki_der()), named_crl })
    }
}

/// The common name where it is a name, else the first subject alternative name: renewal needs one.
fn common_name(leaf: &certctl_pki::Certificate) -> Result<String, ServiceError> {
    let named = leaf.common_name().filter(|name| San::parse(name).is_ok()).map(str::to_owned);
    named.or_else(|| leaf.sans().first().map(ToString::to_string)).ok_or_else(|| {
        let message = "the certificate has neither a usable common name nor a subject alternative name";
        ServiceError::unprocessable("pem", "no_name", message)
    })
}
