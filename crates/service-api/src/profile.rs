//! Certificate profiles.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::{AcmeAuthMode, AllowedKey, CertificateProfile, ExtendedKeyUsage};

/// What a client may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileSpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Accepted keys; none stands for ECDSA from 256 and RSA from 2048 bits.
    pub allowed_keys: Vec<AllowedKey>,
    /// Longest validity in seconds; 0 sets no cap.
    pub max_ttl_seconds: u32,
    /// EKUs of what is issued; none stands for `serverAuth`.
    pub allowed_ekus: Vec<ExtendedKeyUsage>,
    /// Regular expressions; each name must match one as a whole, when there are any.
    pub required_san_patterns: Vec<String>,
    /// Regular expression for SPIFFE URIs; empty sets none.
    pub spiffe_uri_pattern: String,
    /// Whether lifetimes under one hour are wanted; needs such a cap.
    pub allow_short_lived: bool,
    /// Whether certificates carry the TLS feature extension (RFC 7633).
    pub must_staple: bool,
    /// Whether certificates say that their revocation is not announced (RFC 9608); needs `allow_short_lived`.
    pub no_rev_avail: bool,
    /// Names of CSR attributes that must be present.
    pub required_csr_attributes: Vec<String>,
    /// ACME authorization mode.
    pub acme_auth_mode: AcmeAuthMode,
    /// Whether issuance waits for a second person.
    pub requires_approval: bool,
    /// Whether the profile may be used.
    pub enabled: bool,
}

/// Use cases of certificate profiles.
#[async_trait]
pub trait ProfileService: Send + Sync {
    /// One page.
    async fn list(&self, who: &Actor, page: ListRequest)
    -> Result<Listing<CertificateProfile>, ServiceError>;
    /// One profile.
    async fn get(&self, who: &Actor, id: &ProfileId) -> Result<CertificateProfile, ServiceError>;
    /// Adds a profile.
    async fn create(
        &self,
        who: &Actor,
        id: Option<ProfileId>,
        spec: ProfileSpec,
    ) -> Result<CertificateProfile, ServiceError>;
    /// Changes a profile. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &ProfileId,
        edit: Edit<CertificateProfile, ProfileSpec>,
        revision: Option<i64>,
    ) -> Result<CertificateProfile, ServiceError>;
    /// Removes a profile that no certificate is bound to.
    async fn delete(&self, who: &Actor, id: &ProfileId) -> Result<(), ServiceError>;
}
