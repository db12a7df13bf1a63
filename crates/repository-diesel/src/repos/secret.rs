//! Sealed columns of all tables.

use crate::schema::{
    audit_keys, ca_keys, deployment_targets, issuers, notification_channels, ocsp_responders,
};
use crate::tx::DieselTx;
use certctl_repository::{SealedColumn, SealedRow, SecretRepo, StoreError, exactly_one};
use diesel::prelude::*;

/// One batch of a sealed column.
macro_rules! batch {
    ($tx:expr, $table:ident.$column:ident, $after:expr, $limit:expr) => {{
        let rows = $table::table
            .filter($table::id.gt($after))
            .filter($table::$column.is_not_null())
            .order($table::id)
            .limit($limit)
            .select(($table::id, $table::$column.assume_not_null()))
            .load::<(String, Vec<u8>)>($tx.conn);
        $tx.check(rows)
    }};
}

/// One batch of a sealed column that is never empty.
macro_rules! batch_of_all {
    ($tx:expr, $table:ident.$column:ident, $after:expr, $limit:expr) => {{
        let rows = $table::table
            .filter($table::id.gt($after))
            .order($table::id)
            .limit($limit)
            .select(($table::id, $table::$column))
            .load::<(String, Vec<u8>)>($tx.conn);
        $tx.check(rows)
    }};
}

/// Exchanges one value of a sealed column.
macro_rules! replace {
    ($tx:expr, $table:ident.$column:ident, $id:expr, $old:expr, $new:expr) => {{
        let stored = $table::table.find($id).filter($table::$column.eq($old));
        let updated = diesel::update(stored).set($table::$column.eq($new)).execute($tx.conn);
        $tx.check(updated)
    }};
}

impl SecretRepo for DieselTx<'_> {
    fn batch(&mut self, column: SealedColumn, after: &str, limit: u32) -> Result<Vec<SealedRow>, StoreError> {
        let limit = i64::from(limit);
        let rows = match column {
            SealedColumn::IssuerConfig => batch!(self, issuers.encrypted_config, after, limit),
            SealedColumn::TargetConfig => batch!(self, deployment_targets.encrypted_config, after, limit),
            SealedColumn::CaKey => batch_of_all!(self, ca_keys.sealed_key, after, limit),
            SealedColumn::AuditKey => batch_of_all!(self, audit_keys.sealed_key, after, limit),
            SealedColumn::ChannelConfig => {
                batch_of_all!(self, notification_channels.encrypted_config, after, limit)
            }
            SealedColumn::OcspResponder => batch_of_all!(self, ocsp_responders.sealed_key, after, limit),
        }?;
        Ok(rows.into_iter().map(|(id, sealed)| SealedRow { id, sealed }).collect())
    }

    fn replace(&mut self, column: SealedColumn, id: &str, old: &[u8], new: &[u8]) -> Result<(), StoreError> {
        let updated = match column {
            SealedColumn::IssuerConfig => replace!(self, issuers.encrypted_config, id, old, new),
            SealedColumn::TargetConfig => replace!(self, deployment_targets.encrypted_config, id, old, new),
            SealedColumn::CaKey => replace!(self, ca_keys.sealed_key, id, old, new),
            SealedColumn::AuditKey => replace!(self, audit_keys.sealed_key, id, old, new),
            SealedColumn::ChannelConfig => {
                replace!(self, notification_channels.encrypted_config, id, old, new)
            }
            SealedColumn::OcspResponder => replace!(self, ocsp_responders.sealed_key, id, old, new),
        }?;
        exactly_one(updated)
    }
}
