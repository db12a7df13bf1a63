//! Issuers.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, IssuerKind};

/// What a client may set.
#[derive(Debug, Clone, PartialEq)]
pub struct IssuerSpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Kind, canonical or an alias.
    pub kind: String,
    /// Configuration; secrets may read `{"set":true}` to keep the stored value.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// Whether the issuer may be used.
    pub enabled: bool,
}

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssuerQuery {
    /// Kind.
    pub kind: Option<IssuerKind>,
    /// Switched on or off.
    pub enabled: Option<bool>,
}

/// Result of a connection test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    /// Whether it passed.
    pub passed: bool,
    /// What was checked, or why it failed.
    pub message: String,
    /// When.
    pub tested_at: Timestamp,
}

/// Use cases of issuers.
#[async_trait]
pub trait IssuerService: Send + Sync {
    /// One page.
    async fn list(
        &self,
        who: &Actor,
        query: IssuerQuery,
        page: ListRequest,
    ) -> Result<Listing<Issuer>, ServiceError>;
    /// One issuer; secrets are masked.
    async fn get(&self, who: &Actor, id: &IssuerId) -> Result<Issuer, ServiceError>;
    /// Adds an issuer after its configuration has been checked.
    async fn create(
        &self,
        who: &Actor,
        id: Option<IssuerId>,
        spec: IssuerSpec,
    ) -> Result<Issuer, ServiceError>;
    /// Changes an issuer; secrets read `{"set":true}` in what `edit` sees. With `revision`, only if
    /// the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &IssuerId,
        edit: Edit<Issuer, IssuerSpec>,
        revision: Option<i64>,
    ) -> Result<Issuer, ServiceError>;
    /// Removes an issuer nothing refers to.
    async fn delete(&self, who: &Actor, id: &IssuerId) -> Result<(), ServiceError>;
    /// Tests the connection and keeps the result.
    async fn test(&self, who: &Actor, id: &IssuerId) -> Result<TestReport, ServiceError>;
}
