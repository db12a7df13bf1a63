//! Access to sealed columns across tables, for key rotation only.

use crate::StoreError;

/// A column that holds sealed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedColumn {
    /// `issuers.encrypted_config`.
    IssuerConfig,
    /// `deployment_targets.encrypted_config`.
    TargetConfig,
    /// `ca_keys.sealed_key`.
    CaKey,
    /// `audit_keys.sealed_key`.
    AuditKey,
    /// `notification_channels.encrypted_config`.
    ChannelConfig,
    /// `ocsp_responders.sealed_key`.
    OcspResponder,
}

impl SealedColumn {
    /// Every sealed column. A new one must be added here, or rotation would miss it.
    pub const ALL: [Self; 6] = [
        Self::IssuerConfig,
        Self::TargetConfig,
        Self::CaKey,
        Self::AuditKey,
        Self::ChannelConfig,
        Self::OcspResponder,
    ];

    /// Table and column, as used in the associated data of the seal.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::IssuerConfig => ("issuers", "encrypted_config"),
            Self::TargetConfig => ("deployment_targets", "encrypted_config"),
            Self::CaKey => ("ca_keys", "sealed_key"),
            Self::AuditKey => ("audit_keys", "sealed_key"),
            Self::ChannelConfig => ("notification_channels", "encrypted_config"),
            Self::OcspResponder => ("ocsp_responders", "sealed_key"),
        }
    }
}

/// One sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// Row id.
    pub id: String,
    /// Sealed bytes.
    pub sealed: Vec<u8>,
}

/// Sealed values of all tables.
pub trait SecretRepo {
    /// Rows with a value in `column` and an id greater than `after`, by id; at most `limit`.
    fn batch(&mut self, column: SealedColumn, after: &str, limit: u32) -> Result<Vec<SealedRow>, StoreError>;
    /// Replaces a value; `Stale` unless the stored one is `old`.
    fn replace(&mut self, column: SealedColumn, id: &str, old: &[u8], new: &[u8]) -> Result<(), StoreError>;
}
