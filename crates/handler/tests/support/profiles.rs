//! Certificate profiles in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::CertificateProfile;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::profile::{ProfileService, ProfileSpec};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `sample-1`, which others refer to, and `sample-2`.
pub(crate) struct Profiles(Mutex<Vec<CertificateProfile>>);

impl Default for Profiles {
    fn default() -> Self {
        Self(Mutex::new(["sample-1", "sample-2"].map(sample::profile).to_vec()))
    }
}

impl Profiles {
    fn find(&self, id: &ProfileId) -> Result<CertificateProfile, ServiceError> {
        let rows = self.0.lock().unwrap();
        rows.iter().find(|row| row.id == *id).cloned().ok_or_else(|| ServiceError::not_found("profile", id))
    }
}

fn set(row: &mut CertificateProfile, spec: ProfileSpec) {
    *row = CertificateProfile {
        id: row.id.clone(),
        name: spec.name,
        description: spec.description,
        allowed_keys: spec.allowed_keys,
        max_ttl_seconds: spec.max_ttl_seconds,
        allowed_ekus: spec.allowed_ekus,
        required_san_patterns: spec.required_san_patterns,
        spiffe_uri_pattern: spec.spiffe_uri_pattern,
        allow_short_lived: spec.allow_short_lived,
        must_staple: spec.must_staple,
        no_rev_avail: spec.no_rev_avail,
        required_csr_attributes: spec.required_csr_attributes,
        acme_auth_mode: spec.acme_auth_mode,
        requires_approval: spec.requires_approval,
        enabled: spec.enabled,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
}

#[async_trait]
impl ProfileService for Profiles {
    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<CertificateProfile>, ServiceError> {
        page_of(&self.0.lock().unwrap(), &page)
    }

    async fn get(&self, _: &Actor, id: &ProfileId) -> Result<CertificateProfile, ServiceError> {
        self.find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<ProfileId>,
        spec: ProfileSpec,
    ) -> Result<CertificateProfile, ServiceError> {
        let mut row = sample::profile(id.as_ref().map_or("sample-new", ProfileId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &ProfileId,
        edit: Edit<CertificateProfile, ProfileSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateProfile, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the profile changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &ProfileId) -> Result<(), ServiceError> {
        self.find(id)?;
        if id.as_str() == "sample-1" {
            return Err(ServiceError::Conflict {
                code: ConflictCode::InUse,
                message: "profile sample-1 is used by 3 certificates".to_owned(),
                details: Some(serde_json::json!({ "counts": { "certificates": 3 } })),
            });
        }
        Ok(())
    }
}
