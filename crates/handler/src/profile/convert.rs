//! Between the domain's certificate profiles and their JSON bodies.

use certctl_api_types::profile as api;
use certctl_domain::profile::{AllowedKey, CertificateProfile};
use certctl_http_core::Tagged;
use certctl_service_api::profile::ProfileSpec;

fn shown(keys: Vec<AllowedKey>) -> Vec<api::AllowedKey> {
    keys.into_iter().map(|key| api::AllowedKey { algorithm: key.algorithm, min_size: key.min_size }).collect()
}

pub(super) fn profile(row: CertificateProfile) -> api::Profile {
    api::Profile {
        id: row.id,
        name: row.name,
        description: row.description,
        allowed_key_algorithms: shown(row.allowed_keys),
        max_ttl_seconds: row.max_ttl_seconds,
        allowed_ekus: row.allowed_ekus,
        required_san_patterns: row.required_san_patterns,
        spiffe_uri_pattern: row.spiffe_uri_pattern,
        allow_short_lived: row.allow_short_lived,
        must_staple: row.must_staple,
        no_rev_avail: row.no_rev_avail,
        required_csr_attributes: row.required_csr_attributes,
        acme_auth_mode: row.acme_auth_mode,
        requires_approval: row.requires_approval,
        enabled: row.enabled,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn tagged(row: CertificateProfile) -> Tagged<api::Profile> {
    Tagged { revision: row.revision(), body: profile(row) }
}

pub(super) fn spec(request: api::ProfileRequest) -> ProfileSpec {
    let keys = request.allowed_key_algorithms.into_iter();
    ProfileSpec {
        name: request.name,
        description: request.description,
        allowed_keys: keys
            .map(|key| AllowedKey { algorithm: key.algorithm, min_size: key.min_size })
            .collect(),
        max_ttl_seconds: request.max_ttl_seconds,
        allowed_ekus: request.allowed_ekus,
        required_san_patterns: request.required_san_patterns,
        spiffe_uri_pattern: request.spiffe_uri_pattern,
        allow_short_lived: request.allow_short_lived,
        must_staple: request.must_staple,
        no_rev_avail: request.no_rev_avail,
        required_csr_attributes: request.required_csr_attributes,
        acme_auth_mode: request.acme_auth_mode,
        requires_approval: request.requires_approval,
        enabled: request.enabled,
    }
}

/// The body that would leave `row` as it is.
pub(super) fn request(row: &CertificateProfile) -> api::ProfileRequest {
    let row = row.clone();
    api::ProfileRequest {
        id: None,
        name: row.name,
        description: row.description,
        allowed_key_algorithms: shown(row.allowed_keys),
        max_ttl_seconds: row.max_ttl_seconds,
        allowed_ekus: row.allowed_ekus,
        required_san_patterns: row.required_san_patterns,
        spiffe_uri_pattern: row.spiffe_uri_pattern,
        allow_short_lived: row.allow_short_lived,
        must_staple: row.must_staple,
        no_rev_avail: row.no_rev_avail,
        required_csr_attributes: row.required_csr_attributes,
        acme_auth_mode: row.acme_auth_mode,
        requires_approval: row.requires_approval,
        enabled: row.enabled,
    }
}
