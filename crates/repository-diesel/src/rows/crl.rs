//! Rows of `crl_cache` and `crl_generation_events`.

use super::{IntoDomain, Origin};
use crate::schema::{crl_cache, crl_generation_events};
use crate::types::DbTime;
use certctl_domain::crl::{CrlEvent, CrlHead, CrlSlot, DeltaBase, StoredCrl};
use certctl_repository::StoreError;
use diesel::prelude::*;

/// Everything but the CRL itself.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crl_cache, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct CrlHeadRow {
    issuer_id: String,
    authority: String,
    shard: i64,
    kind: String,
    crl_number: i64,
    base_number: Option<i64>,
    base_generation: Option<i64>,
    generation: i64,
    revoked_count: i64,
    this_update: DbTime,
    next_update: DbTime,
    generated_at: DbTime,
    generation_duration_ms: i64,
}

impl From<&CrlHead> for CrlHeadRow {
    fn from(head: &CrlHead) -> Self {
        Self {
            issuer_id: head.slot.issuer_id.to_string(),
            authority: head.slot.authority.clone(),
            shard: head.slot.shard.into(),
            kind: head.slot.kind.to_string(),
            crl_number: head.number,
            base_number: head.base.map(|base| base.number),
            base_generation: head.base.map(|base| base.generation),
            generation: head.generation,
            revoked_count: head.revoked_count.cast_signed(),
            this_update: head.this_update.into(),
            next_update: head.next_update.into(),
            generated_at: head.generated_at.into(),
            generation_duration_ms: head.generation_duration_ms.cast_signed(),
        }
    }
}

impl IntoDomain for CrlHeadRow {
    type Domain = CrlHead;

    fn into_domain(self) -> Result<CrlHead, StoreError> {
        let at = Origin { table: "crl_cache", id: &self.issuer_id };
        let slot = CrlSlot {
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            shard: at.count("shard", self.shard)?,
            kind: at.parse("kind", &self.kind)?,
            authority: self.authority,
        };
        Ok(CrlHead {
            slot,
            number: self.crl_number,
            base: self
                .base_number
                .zip(self.base_generation)
                .map(|(number, generation)| DeltaBase { number, generation }),
            generation: self.generation,
            revoked_count: self.revoked_count.unsigned_abs(),
            this_update: self.this_update.into(),
            next_update: self.next_update.into(),
            generated_at: self.generated_at.into(),
            generation_duration_ms: self.generation_duration_ms.unsigned_abs(),
        })
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = crl_cache)]
pub(crate) struct CrlRow {
    #[diesel(embed)]
    head: CrlHeadRow,
    crl_der: Vec<u8>,
}

impl IntoDomain for CrlRow {
    type Domain = StoredCrl;

    fn into_domain(self) -> Result<StoredCrl, StoreError> {
        Ok(StoredCrl { head: self.head.into_domain()?, der: self.crl_der })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = crl_generation_events, treat_none_as_default_value = false)]
pub(crate) struct CrlEventRow {
    id: String,
    issuer_id: String,
    shard: i64,
    kind: String,
    crl_number: i64,
    revoked_count: i64,
    duration_ms: i64,
    started_at: DbTime,
    succeeded: bool,
    error: Option<String>,
}

impl From<&CrlEvent> for CrlEventRow {
    fn from(event: &CrlEvent) -> Self {
        Self {
            id: event.id.to_string(),
            issuer_id: event.issuer_id.to_string(),
            shard: event.shard.into(),
            kind: event.kind.to_string(),
            crl_number: event.number,
            revoked_count: event.revoked_count.cast_signed(),
            duration_ms: event.duration_ms.cast_signed(),
            started_at: event.started_at.into(),
            succeeded: event.error.is_none(),
            error: event.error.clone(),
        }
    }
}

impl IntoDomain for CrlEventRow {
    type Domain = CrlEvent;

    fn into_domain(self) -> Result<CrlEvent, StoreError> {
        let at = Origin { table: "crl_generation_events", id: &self.id };
        Ok(CrlEvent {
            id: at.parse("id", &self.id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            shard: at.count("shard", self.shard)?,
            kind: at.parse("kind", &self.kind)?,
            number: self.crl_number,
            revoked_count: self.revoked_count.unsigned_abs(),
            duration_ms: self.duration_ms.unsigned_abs(),
            started_at: self.started_at.into(),
            error: self.error,
        })
    }
}
