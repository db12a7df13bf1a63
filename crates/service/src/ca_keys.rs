//! CA keys of local issuers: sealed in the database, so that every replica and restart has the same.

use crate::secrets::Secrets;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_connector_api::issuer::{CaKeyStore, CaMaterial};
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_domain::ca_key::{CaKey, CaKeyState};
use certctl_domain::id::{CaKeyId, IssuerId};
use certctl_pki::{Certificate, chain_to_pem, parse_chain};
use certctl_repository::{SealedColumn, StoreError};
use certctl_service_api::Actor;
use serde_json::json;
use std::sync::Arc;

/// The CA keys of the database.
#[derive(Debug)]
pub struct SealedCaKeys {
    base: Foundation,
    secrets: Secrets,
}

impl SealedCaKeys {
    /// Over a store, with the master keys that seal.
    pub const fn new(base: Foundation, secrets: Secrets) -> Self {
        Self { base, secrets }
    }

    fn open(&self, key: &CaKey) -> Result<CaMaterial, ConnectorError> {
        let chain = parse_chain(&key.certificate_pem).map_err(|error| {
            ConnectorError::permanent(
                ErrorKind::Other,
                format!("the stored certificate of CA key {} is damaged", key.id),
            )
            .caused_by(error)
        })?;
        let private_key_pkcs8 =
            self.secrets.open(SealedColumn::CaKey, key.id.as_str(), &key.sealed_key).map_err(|error| {
                let message = format!(
                    "CA key {} cannot be opened; check that the server has the right master key",
                    key.id
                );
                ConnectorError::permanent(ErrorKind::Other, message).caused_by(error)
            })?;
        Ok(CaMaterial {
            chain_der: chain.iter().map(|certificate| certificate.der().to_vec()).collect(),
            private_key_pkcs8,
            not_before: key.not_before,
            not_after: key.not_after,
        })
    }

    fn seal(&self, issuer: &IssuerId, material: &CaMaterial) -> Result<(CaKey, String), ConnectorError> {
        let unusable = |error: certctl_pki::Error| {
            ConnectorError::permanent(ErrorKind::Other, "the new CA certificate is damaged").caused_by(error)
        };
        let chain: Vec<_> = material
            .chain_der
            .iter()
            .map(|der| Certificate::parse_der(der))
            .collect::<Result<_, _>>()
            .map_err(unusable)?;
        let id = CaKeyId::mint(&*self.base.ids);
        let sealed_key = self
            .secrets
            .seal(SealedColumn::CaKey, id.as_str(), material.private_key_pkcs8.expose())
            .map_err(|error| {
                ConnectorError::permanent(ErrorKind::Other, "the new CA key cannot be sealed")
                    .caused_by(error)
            })?;
        let fingerprint = chain.first().map(Certificate::fingerprint).unwrap_or_default();
        let key = CaKey {
            id,
            issuer_id: issuer.clone(),
            state: CaKeyState::Active,
            certificate_pem: chain_to_pem(&chain),
            sealed_key,
            not_before: material.not_before,
            not_after: material.not_after,
            created_at: self.base.clock.now(),
        };
        Ok((key, fingerprint))
    }
}

fn storage(error: StoreError) -> ConnectorError {
    ConnectorError::transient(ErrorKind::Other, "the CA keys in the database cannot be used").caused_by(error)
}

#[async_trait]
impl CaKeyStore for SealedCaKeys {
    async fn load(&self, issuer: &IssuerId) -> Result<Option<CaMaterial>, ConnectorError> {
        let issuer = issuer.clone();
        let key = self
            .base
            .store
            .read("ca_key.load", move |tx| tx.ca_keys().active(&issuer))
            .await
            .map_err(storage)?;
        key.as_ref().map(|key| self.open(key)).transpose()
    }

    async fn retiring(&self, issuer: &IssuerId) -> Result<Vec<CaMaterial>, ConnectorError> {
        let issuer = issuer.clone();
        let keys = self
            .base
            .store
            .read("ca_key.retiring", move |tx| tx.ca_keys().list(&issuer))
            .await
            .map_err(storage)?;
        keys.iter().filter(|key| key.state == CaKeyState::Retiring).map(|key| self.open(key)).collect()
    }

    async fn store_first(
        &self,
        issuer: &IssuerId,
        material: CaMaterial,
    ) -> Result<CaMaterial, ConnectorError> {
        let (key, fingerprint) = self.seal(issuer, &material)?;
        let ids = Arc::clone(&self.base.ids);
        let stored = self.base.store.write("ca_key.store_first", move |tx| {
            tx.ca_keys().insert(&key)?;
            let details = json!({"issuer_id": key.issuer_id, "fingerprint_sha256": fingerprint, "not_after": key.not_after});
            let subject = ("ca_key", key.id.as_str());
            tx.audit().append(&audit_event(&*ids, &Actor::system(), key.created_at, "ca_key_created", subject, &details))
        });
        match stored.await {
            Ok(()) => Ok(material),
            // Another replica was faster; its key counts.
            Err(StoreError::Duplicate { key: "ca_key.active" }) => {
                self.load(issuer).await?.ok_or_else(|| {
                    ConnectorError::transient(
                        ErrorKind::Other,
                        "the CA key of another replica vanished again",
                    )
                })
            }
            Err(error) => Err(storage(error)),
        }
    }
}
