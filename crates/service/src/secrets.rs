//! Sealing and opening of secrets in rows.

use certctl_connector_api::RawConfig;
use certctl_crypto::{Keyring, SealContext};
use certctl_repository::SealedColumn;
use certctl_service_api::ServiceError;
use std::sync::Arc;

/// Seals values for their column and opens them again.
#[derive(Debug, Clone)]
pub struct Secrets {
    keyring: Arc<Keyring>,
}

impl Secrets {
    /// Over these master keys.
    pub const fn new(keyring: Arc<Keyring>) -> Self {
        Self { keyring }
    }

    /// Seals a value for one row.
    pub(crate) fn seal(
        &self,
        column: SealedColumn,
        row: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, ServiceError> {
        self.keyring.seal(&context(column, row), plain).map_err(ServiceError::internal)
    }

    /// Opens a value of one row.
    pub(crate) fn open(
        &self,
        column: SealedColumn,
        row: &str,
        sealed: &[u8],
    ) -> Result<certctl_crypto::SecretBytes, ServiceError> {
        self.keyring.open(&context(column, row), sealed).map_err(ServiceError::internal)
    }

    /// Opens a connector configuration.
    pub(crate) fn open_config(
        &self,
        column: SealedColumn,
        row: &str,
        sealed: Option<&[u8]>,
    ) -> Result<RawConfig, ServiceError> {
        let Some(sealed) = sealed else { return Ok(RawConfig::default()) };
        let plain = self.open(column, row, sealed)?;
        let text = std::str::from_utf8(plain.expose()).map_err(ServiceError::internal)?;
        RawConfig::from_json(text).map_err(ServiceError::internal)
    }

    /// Seals a value again when it is not under the current master key; `None` when it is.
    pub(crate) fn reseal(
        &self,
        column: SealedColumn,
        row: &str,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, certctl_crypto::Error> {
        if !self.keyring.needs_reseal(sealed)? {
            return Ok(None);
        }
        let plain = self.keyring.open(&context(column, row), sealed)?;
        self.keyring.seal(&context(column, row), plain.expose()).map(Some)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }
}

fn context(column: SealedColumn, row: &str) -> SealContext<'_> {
    let (table, column) = column.names();
    SealContext { table, row_id: row, column }
}
