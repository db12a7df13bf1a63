//! CRLs as people look at them.

use certctl_domain::Timestamp;
use certctl_domain::crl::CrlKind;
use certctl_domain::id::IssuerId;
use serde::{Deserialize, Serialize};

/// One CRL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Crl {
    /// Identity of the CA that signs it: hexadecimal, the same for as long as subject and key are.
    pub authority: String,
    /// Whether that is the CA which issues now.
    pub current: bool,
    /// Partition; 0 is the undivided CRL, which lists what all partitions list.
    pub partition: u32,
    /// Whole, or a delta.
    pub kind: CrlKind,
    /// CRL number.
    pub number: i64,
    /// Number of the CRL that a delta continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_number: Option<i64>,
    /// Entries.
    pub revoked_count: u64,
    /// Its `thisUpdate`.
    pub this_update: Timestamp,
    /// Its `nextUpdate`.
    pub next_update: Timestamp,
    /// When it was made.
    pub generated_at: Timestamp,
    /// Whether its time is over.
    pub is_stale: bool,
    /// Where relying parties get it; absent while `CERTCTL_PKI_BASE_URL` is unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The CRLs of an issuer. The fields beside `crls` tell of the undivided CRL of the CA that issues now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuerCrls {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Its name.
    pub issuer_name: String,
    /// CRL number; absent before the first CRL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crl_number: Option<i64>,
    /// Entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_count: Option<u64>,
    /// Its `thisUpdate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub this_update: Option<Timestamp>,
    /// Its `nextUpdate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Timestamp>,
    /// Whether its time is over.
    pub is_stale: bool,
    /// Where relying parties get it; absent while `CERTCTL_PKI_BASE_URL` is unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why no new CRL can be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// All of them: partitions, deltas, and those of earlier keys.
    pub crls: Vec<Crl>,
}

/// An attempt to make a CRL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrlEvent {
    /// Begin.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Whether a CRL was made.
    pub succeeded: bool,
    /// Its number; 0 when it failed.
    pub crl_number: i64,
    /// Entries.
    pub revoked_count: u64,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How the CRL of an issuer is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrlCacheRow {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Whether a CRL is kept. CAs outside certctl publish their own.
    pub cache_present: bool,
    /// CRL number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crl_number: Option<i64>,
    /// Its `thisUpdate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub this_update: Option<Timestamp>,
    /// Its `nextUpdate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Timestamp>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated_at: Option<Timestamp>,
    /// How long that took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_duration_ms: Option<u64>,
    /// Entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_count: Option<u64>,
    /// Whether its time is over; left out when it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_stale: bool,
    /// The latest five attempts, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent_events: Vec<CrlEvent>,
}

/// How the CRLs of all issuers are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrlCache {
    /// One row per issuer, by id.
    pub cache_rows: Vec<CrlCacheRow>,
    /// How many.
    pub row_count: u64,
    /// When this was read.
    pub generated_at: Timestamp,
}
