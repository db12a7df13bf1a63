//! Key rotation: every sealed value is sealed again under the current master key.

use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::support::{Foundation, audit_event};
use certctl_repository::{SealedColumn, StoreError};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// Rows per transaction: short enough that nobody waits for it.
const BATCH: u32 = 100;

/// What a rotation did with one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// Column.
    pub column: SealedColumn,
    /// Values that were sealed under the current key already.
    pub current: u64,
    /// Values that were sealed again.
    pub resealed: u64,
    /// Rows whose value no key of the keyring opens, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// Seals every value that is not under the current master key again. What is done stays done: a
/// rotation that was interrupted is continued by the next one. Values that cannot be opened are
/// reported and left alone.
pub async fn rotate_keys(base: &Foundation, secrets: &Secrets) -> Result<Vec<Rotated>, ServiceError> {
    let mut columns = Vec::with_capacity(SealedColumn::ALL.len());
    for column in SealedColumn::ALL {
        let mut total = Rotated { column, current: 0, resealed: 0, unreadable: Vec::new() };
        let mut after = String::new();
        while let Some(batch) = rotate_batch(base, secrets, column, after).await? {
            total.current += batch.done.current;
            total.resealed += batch.done.resealed;
            total.unreadable.extend(batch.done.unreadable);
            after = batch.last;
        }
        columns.push(total);
    }
    Ok(columns)
}

struct Batch {
    done: Rotated,
    last: String,
}

async fn rotate_batch(
    base: &Foundation,
    secrets: &Secrets,
    column: SealedColumn,
    after: String,
) -> Result<Option<Batch>, ServiceError> {
    let (now, ids, secrets) = (base.clock.now(), Arc::clone(&base.ids), secrets.clone());
    let rotated = base.store.write("secrets.rotate", move |tx| {
        let rows = tx.secrets().batch(column, &after, BATCH)?;
        let Some(last) = rows.last().map(|row| row.id.clone()) else { return Ok(None) };
        let mut done = Rotated { column, current: 0, resealed: 0, unreadable: Vec::new() };
        for row in rows {
            match secrets.reseal(column, &row.id, &row.sealed) {
                Ok(None) => done.current += 1,
                Ok(Some(fresh)) => match tx.secrets().replace(column, &row.id, &row.sealed, &fresh) {
                    Ok(()) => done.resealed += 1,
                    // Written meanwhile, and that was under the current key.
                    Err(StoreError::Stale) => done.current += 1,
                    Err(error) => return Err(error.into()),
                },
                Err(error) => done.unreadable.push((row.id, error.to_string())),
            }
        }
        if done.resealed > 0 {
            let (table, name) = column.names();
            let key = secrets.keyring().current_key_id().to_string();
            let details = json!({"column": name, "rows": done.resealed, "master_key_id": key});
            tx.audit().append(&audit_event(
                &*ids,
                &Actor::system(),
                now,
                "secrets_resealed",
                ("table", table),
                &details,
            ))?;
        }
        Ok::<_, Failure>(Some(Batch { done, last }))
    });
    Ok(rotated.await?)
}
