//! Rows of `ca_keys`.

use super::{IntoDomain, Origin};
use crate::schema::ca_keys;
use crate::types::DbTime;
use certctl_domain::ca_key::CaKey;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = ca_keys, treat_none_as_default_value = false)]
pub(crate) struct CaKeyRow {
    id: String,
    issuer_id: String,
    state: String,
    certificate_pem: String,
    sealed_key: Vec<u8>,
    not_before: DbTime,
    not_after: DbTime,
    created_at: DbTime,
}

impl From<&CaKey> for CaKeyRow {
    fn from(key: &CaKey) -> Self {
        Self {
            id: key.id.to_string(),
            issuer_id: key.issuer_id.to_string(),
            state: key.state.to_string(),
            certificate_pem: key.certificate_pem.clone(),
            sealed_key: key.sealed_key.clone(),
            not_before: key.not_before.into(),
            not_after: key.not_after.into(),
            created_at: key.created_at.into(),
        }
    }
}

impl IntoDomain for CaKeyRow {
    type Domain = CaKey;

    fn into_domain(self) -> Result<CaKey, StoreError> {
        let at = Origin { table: "ca_keys", id: &self.id };
        Ok(CaKey {
            id: at.parse("id", &self.id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            state: at.parse("state", &self.state)?,
            certificate_pem: self.certificate_pem,
            sealed_key: self.sealed_key,
            not_before: self.not_before.into(),
            not_after: self.not_after.into(),
            created_at: self.created_at.into(),
        })
    }
}
