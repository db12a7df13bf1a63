//! Issuers.

use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{ConnectorSource, IssuerKind, TestStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An issuer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Issuer {
    /// Identifier.
    pub id: IssuerId,
    /// Name, unique.
    pub name: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: IssuerKind,
    /// Configuration; each secret reads `{"set":true}`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether it may be used.
    pub enabled: bool,
    /// When it was last tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tested_at: Option<Timestamp>,
    /// Result of the last test.
    pub test_status: TestStatus,
    /// Origin.
    pub source: ConnectorSource,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /issuers` and `PUT /issuers/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IssuerRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<IssuerId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Kind: `GenericCA` or an alias such as `local`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Configuration of the kind; send `{"set":true}` to keep a stored secret.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether it may be used; `true` when left out.
    #[serde(default = "yes")]
    pub enabled: bool,
}

pub(crate) const fn yes() -> bool {
    true
}

/// Answer of `POST /issuers/{id}/test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestResult {
    /// `connection_successful` or `failed`.
    pub status: String,
    /// What was checked, or why it failed.
    pub message: String,
    /// When.
    pub tested_at: Timestamp,
}
