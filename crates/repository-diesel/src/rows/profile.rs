//! Rows of `certificate_profiles`.

use super::{IntoDomain, Origin, json_text};
use crate::schema::certificate_profiles;
use crate::types::DbTime;
use certctl_domain::profile::{AllowedKey, CertificateProfile, KeyAlgorithm};
use certctl_repository::StoreError;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificate_profiles, treat_none_as_default_value = false)]
pub(crate) struct ProfileRow {
    id: String,
    name: String,
    description: String,
    allowed_key_algorithms: String,
    max_ttl_seconds: i64,
    allowed_ekus: String,
    required_san_patterns: String,
    spiffe_uri_pattern: String,
    allow_short_lived: bool,
    must_staple: bool,
    required_csr_attributes: String,
    acme_auth_mode: String,
    requires_approval: bool,
    enabled: bool,
    created_at: DbTime,
    updated_at: DbTime,
    no_rev_avail: bool,
}

/// An element of `allowed_key_algorithms`.
#[derive(Debug, Serialize, Deserialize)]
struct StoredKey {
    algorithm: KeyAlgorithm,
    min_size: u32,
}

impl TryFrom<&CertificateProfile> for ProfileRow {
    type Error = StoreError;

    fn try_from(profile: &CertificateProfile) -> Result<Self, StoreError> {
        let keys: Vec<StoredKey> = profile
            .allowed_keys
            .iter()
            .map(|key| StoredKey { algorithm: key.algorithm, min_size: key.min_size })
            .collect();
        Ok(Self {
            id: profile.id.to_string(),
            name: profile.name.clone(),
            description: profile.description.clone(),
            allowed_key_algorithms: json_text(&keys)?,
            max_ttl_seconds: profile.max_ttl_seconds.into(),
            allowed_ekus: json_text(&profile.allowed_ekus)?,
            required_san_patterns: json_text(&profile.required_san_patterns)?,
            spiffe_uri_pattern: profile.spiffe_uri_pattern.clone(),
            allow_short_lived: profile.allow_short_lived,
            must_staple: profile.must_staple,
            no_rev_avail: profile.no_rev_avail,
            required_csr_attributes: json_text(&profile.required_csr_attributes)?,
            acme_auth_mode: profile.acme_auth_mode.to_string(),
            requires_approval: profile.requires_approval,
            enabled: profile.enabled,
            created_at: profile.created_at.into(),
            updated_at: profile.updated_at.into(),
        })
    }
}

impl IntoDomain for ProfileRow {
    type Domain = CertificateProfile;

    fn into_domain(self) -> Result<CertificateProfile, StoreError> {
        let at = Origin { table: "certificate_profiles", id: &self.id };
        let keys: Vec<StoredKey> = at.json("allowed_key_algorithms", &self.allowed_key_algorithms)?;
        Ok(CertificateProfile {
            id: at.parse("id", &self.id)?,
            name: self.name,
            description: self.description,
            allowed_keys: keys
                .into_iter()
                .map(|key| AllowedKey { algorithm: key.algorithm, min_size: key.min_size })
                .collect(),
            max_ttl_seconds: at.count("max_ttl_seconds", self.max_ttl_seconds)?,
            allowed_ekus: at.json("allowed_ekus", &self.allowed_ekus)?,
            required_san_patterns: at.json("required_san_patterns", &self.required_san_patterns)?,
            spiffe_uri_pattern: self.spiffe_uri_pattern,
            allow_short_lived: self.allow_short_lived,
            must_staple: self.must_staple,
            no_rev_avail: self.no_rev_avail,
            required_csr_attributes: at.json("required_csr_attributes", &self.required_csr_attributes)?,
            acme_auth_mode: at.parse("acme_auth_mode", &self.acme_auth_mode)?,
            requires_approval: self.requires_approval,
            enabled: self.enabled,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
