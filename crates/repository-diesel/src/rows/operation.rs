//! Rows of `operations` and `operation_items`.

use super::{IntoDomain, Origin, db_time, time};
use crate::schema::{operation_items, operations};
use crate::types::DbTime;
use certctl_domain::JsonText;
use certctl_domain::operation::{Operation, OperationItem, OperationState};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = operations, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct OperationRow {
    id: String,
    kind: String,
    state: String,
    dry_run: bool,
    criteria: String,
    parameters: String,
    requested_by: String,
    actor: String,
    total_matched: i64,
    total_done: i64,
    total_skipped: i64,
    total_failed: i64,
    created_at: DbTime,
    started_at: Option<DbTime>,
    finished_at: Option<DbTime>,
    paused_at: Option<DbTime>,
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl From<&Operation> for OperationRow {
    fn from(operation: &Operation) -> Self {
        Self {
            id: operation.id.to_string(),
            kind: operation.kind.clone(),
            // A pause stands beside the state, so that the end of it needs no memory.
            state: operation.unpaused_state().to_string(),
            dry_run: operation.dry_run,
            criteria: operation.criteria.as_str().to_owned(),
            parameters: operation.parameters.as_str().to_owned(),
            requested_by: operation.requested_by.clone(),
            actor: operation.actor.as_str().to_owned(),
            total_matched: stored(operation.total_matched),
            total_done: stored(operation.total_done),
            total_skipped: stored(operation.total_skipped),
            total_failed: stored(operation.total_failed),
            created_at: operation.created_at.into(),
            started_at: db_time(operation.started_at),
            finished_at: db_time(operation.finished_at),
            paused_at: db_time(operation.paused_at),
        }
    }
}

impl IntoDomain for OperationRow {
    type Domain = Operation;

    fn into_domain(self) -> Result<Operation, StoreError> {
        let at = Origin { table: "operations", id: &self.id };
        Ok(Operation {
            id: at.parse("id", &self.id)?,
            kind: self.kind,
            state: match self.paused_at {
                Some(_) => OperationState::Paused,
                None => at.parse("state", &self.state)?,
            },
            dry_run: self.dry_run,
            criteria: JsonText::trusted(self.criteria),
            parameters: JsonText::trusted(self.parameters),
            requested_by: self.requested_by,
            actor: JsonText::trusted(self.actor),
            total_matched: self.total_matched.unsigned_abs(),
            total_done: self.total_done.unsigned_abs(),
            total_skipped: self.total_skipped.unsigned_abs(),
            total_failed: self.total_failed.unsigned_abs(),
            created_at: self.created_at.into(),
            started_at: time(self.started_at),
            paused_at: time(self.paused_at),
            finished_at: time(self.finished_at),
        })
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = operation_items)]
pub(crate) struct ItemRow {
    operation_id: String,
    certificate_id: String,
    state: String,
    code: Option<String>,
    message: Option<String>,
    result: Option<String>,
    finished_at: Option<DbTime>,
}

impl IntoDomain for ItemRow {
    type Domain = OperationItem;

    fn into_domain(self) -> Result<OperationItem, StoreError> {
        let at = Origin { table: "operation_items", id: &self.certificate_id };
        Ok(OperationItem {
            operation_id: at.parse("operation_id", &self.operation_id)?,
            certificate_id: at.parse("certificate_id", &self.certificate_id)?,
            state: at.parse("state", &self.state)?,
            code: self.code,
            message: self.message,
            result: self.result.map(JsonText::trusted),
            finished_at: time(self.finished_at),
        })
    }
}
