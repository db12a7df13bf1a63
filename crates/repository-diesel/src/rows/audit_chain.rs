//! Rows of the chain over the audit events.

use super::{IntoDomain, Origin};
use crate::schema::{audit_chain, audit_checkpoints, audit_keys};
use crate::types::DbTime;
use certctl_domain::audit::{AuditKey, ChainLink, Checkpoint};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_chain, treat_none_as_default_value = false)]
pub(crate) struct LinkRow {
    seq: i64,
    event_id: String,
    hash: String,
}

impl From<&ChainLink> for LinkRow {
    fn from(link: &ChainLink) -> Self {
        Self { seq: link.sequence, event_id: link.event_id.to_string(), hash: link.hash.clone() }
    }
}

impl IntoDomain for LinkRow {
    type Domain = ChainLink;

    fn into_domain(self) -> Result<ChainLink, StoreError> {
        let at = Origin { table: "audit_chain", id: &self.event_id };
        Ok(ChainLink { sequence: self.seq, event_id: at.parse("event_id", &self.event_id)?, hash: self.hash })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_checkpoints, treat_none_as_default_value = false)]
pub(crate) struct CheckpointRow {
    id: String,
    kind: String,
    seq: i64,
    hash: String,
    signed_at: DbTime,
    key_id: String,
    signature: String,
}

impl From<&Checkpoint> for CheckpointRow {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self {
            id: checkpoint.id.to_string(),
            kind: checkpoint.kind.to_string(),
            seq: checkpoint.sequence,
            hash: checkpoint.hash.clone(),
            signed_at: checkpoint.signed_at.into(),
            key_id: checkpoint.key_id.clone(),
            signature: checkpoint.signature.clone(),
        }
    }
}

impl IntoDomain for CheckpointRow {
    type Domain = Checkpoint;

    fn into_domain(self) -> Result<Checkpoint, StoreError> {
        let at = Origin { table: "audit_checkpoints", id: &self.id };
        Ok(Checkpoint {
            id: at.parse("id", &self.id)?,
            kind: at.parse("kind", &self.kind)?,
            sequence: self.seq,
            hash: self.hash,
            signed_at: self.signed_at.into(),
            key_id: self.key_id,
            signature: self.signature,
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_keys, treat_none_as_default_value = false)]
pub(crate) struct AuditKeyRow {
    id: String,
    public_key: String,
    sealed_key: Vec<u8>,
    state: String,
    created_at: DbTime,
}

impl From<&AuditKey> for AuditKeyRow {
    /// The row of the active key.
    fn from(key: &AuditKey) -> Self {
        Self {
            id: key.id.clone(),
            public_key: key.public_key.clone(),
            sealed_key: key.sealed_key.clone(),
            state: "active".to_owned(),
            created_at: key.created_at.into(),
        }
    }
}

impl IntoDomain for AuditKeyRow {
    type Domain = AuditKey;

    fn into_domain(self) -> Result<AuditKey, StoreError> {
        Ok(AuditKey {
            id: self.id,
            public_key: self.public_key,
            sealed_key: self.sealed_key,
            created_at: self.created_at.into(),
        })
    }
}
