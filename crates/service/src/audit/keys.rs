//! The key that signs checkpoints: made once, sealed like every other secret.

use super::audit_event;
use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::support::Foundation;
use certctl_crypto::{KeyPair, Signer, pem, sha256_hex};
use certctl_domain::audit::{AuditKey, Checkpoint};
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use certctl_repository::{SealedColumn, StoreError};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;

const PUBLIC_KEY: &str = "PUBLIC KEY";

/// The public half of the signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id.
    pub id: String,
    /// PEM.
    pub pem: String,
}

/// The signing key of the audit chain.
#[derive(Debug)]
pub struct AuditKeys {
    base: Foundation,
    secrets: Secrets,
}

impl AuditKeys {
    /// Over a store, with the master keys that seal.
    pub const fn new(base: Foundation, secrets: Secrets) -> Self {
        Self { base, secrets }
    }

    /// Makes the key unless there is one; for the start of a server.
    pub async fn ensure(&self) -> Result<(), ServiceError> {
        if self.stored().await?.is_some() {
            return Ok(());
        }
        let pair = KeyPair::generate(KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 })
            .map_err(ServiceError::internal)?;
        let spki = pair.public_spki_der();
        let id = sha256_hex(spki);
        let private = pair.to_pkcs8_pem().map_err(ServiceError::internal)?;
        let key = AuditKey {
            sealed_key: self.secrets.seal(SealedColumn::AuditKey, &id, private.expose().as_bytes())?,
            public_key: pem::encode(PUBLIC_KEY, spki),
            id,
            created_at: self.base.clock.now(),
        };
        let ids = Arc::clone(&self.base.ids);
        let stored = self.base.store.write("audit.add_key", move |tx| {
            tx.audit_chain().add_key(&key)?;
            let subject = ("audit_key", key.id.as_str());
            let details = json!({"algorithm": "Ed25519"});
            let event =
                audit_event(&*ids, &Actor::system(), key.created_at, "audit_key_created", subject, &details);
            tx.audit().append(&event)
        });
        match stored.await {
            // Another replica was faster; its key counts.
            Ok(()) | Err(StoreError::Duplicate { key: "audit_key.active" }) => Ok(()),
            Err(error) => Err(Failure::Store(error).into()),
        }
    }

    /// The public half.
    pub async fn public_key(&self) -> Result<PublicKey, ServiceError> {
        let key = self.needed().await?;
        Ok(PublicKey { id: key.id, pem: key.public_key })
    }

    /// The key pair, opened, with its id.
    pub(super) async fn signer(&self) -> Result<SigningKey, ServiceError> {
        let key = self.needed().await?;
        let private = self.secrets.open(SealedColumn::AuditKey, &key.id, &key.sealed_key)?;
        let text = std::str::from_utf8(private.expose()).map_err(ServiceError::internal)?;
        let pair = KeyPair::from_pem(text).map_err(ServiceError::internal)?;
        Ok(SigningKey { id: key.id, pair })
    }

    async fn stored(&self) -> Result<Option<AuditKey>, ServiceError> {
        stored(&self.base).await
    }

    async fn needed(&self) -> Result<AuditKey, ServiceError> {
        let missing = || ServiceError::internal("the database has no audit key; start the server once");
        self.stored().await?.ok_or_else(missing)
    }
}

async fn stored(base: &Foundation) -> Result<Option<AuditKey>, ServiceError> {
    let found = base.store.read("audit.key", |tx| Ok::<_, Failure>(tx.audit_chain().active_key()?));
    Ok(found.await?)
}

/// The public half of the signing key, which needs no master key; none before the first start.
pub async fn public_key(base: &Foundation) -> Result<Option<PublicKey>, ServiceError> {
    let key = stored(base).await?;
    Ok(key.map(|key| PublicKey { id: key.id, pem: key.public_key }))
}

/// The opened signing key.
#[derive(Debug)]
pub(super) struct SigningKey {
    id: String,
    pair: KeyPair,
}

impl SigningKey {
    /// Fills in who signs, and signs.
    pub(super) fn sign(&self, mut checkpoint: Checkpoint) -> Result<Checkpoint, ServiceError> {
        checkpoint.key_id.clone_from(&self.id);
        let signature = self.pair.sign(checkpoint.message().as_bytes()).map_err(ServiceError::internal)?;
        checkpoint.signature = hex::encode(signature.bytes);
        Ok(checkpoint)
    }
}

/// DER of an Ed25519 `SubjectPublicKeyInfo` up to the 32 octets of the key (RFC 8410 §4).
const SPKI_PREFIX: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

fn spki_of(public_key: &str) -> Option<Vec<u8>> {
    let blocks = pem::decode(public_key).ok()?;
    let der = blocks.into_iter().find(|block| block.label == PUBLIC_KEY)?.der;
    (der.len() == SPKI_PREFIX.len() + 32 && der.starts_with(SPKI_PREFIX)).then(|| der.to_vec())
}

/// Id of a public key in PEM; `None` when it is not an Ed25519 key.
pub fn public_key_id(public_key: &str) -> Option<String> {
    spki_of(public_key).map(|der| sha256_hex(&der))
}

/// Whether `checkpoint` was signed with the private half of `public_key`.
pub(super) fn is_signed(checkpoint: &Checkpoint, public_key: &str) -> bool {
    use certctl_crypto::SignatureAlgorithm;
    let Some(spki) = spki_of(public_key) else { return false };
    let (Some(point), Ok(signature)) = (spki.get(SPKI_PREFIX.len()..), hex::decode(&checkpoint.signature))
    else {
        return false;
    };
    let spec = KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 };
    sha256_hex(&spki) == checkpoint.key_id
        && SignatureAlgorithm::Ed25519
            .verify(spec, point, checkpoint.message().as_bytes(), &signature)
            .is_ok()
}
