//! Rows of `issuers`.

use super::{IntoDomain, Origin, db_time, time};
use crate::schema::issuers;
use crate::types::DbTime;
use certctl_domain::JsonText;
use certctl_domain::issuer::Issuer;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = issuers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct IssuerRow {
    id: String,
    name: String,
    kind: String,
    config: String,
    encrypted_config: Option<Vec<u8>>,
    enabled: bool,
    last_tested_at: Option<DbTime>,
    test_status: String,
    source: String,
    pub(crate) revision: i64,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Issuer> for IssuerRow {
    fn from(issuer: &Issuer) -> Self {
        Self {
            id: issuer.id.to_string(),
            name: issuer.name.clone(),
            kind: issuer.kind.to_string(),
            config: issuer.public_config.as_str().to_owned(),
            encrypted_config: issuer.sealed_config.clone(),
            enabled: issuer.enabled,
            last_tested_at: db_time(issuer.last_tested_at),
            test_status: issuer.test_status.to_string(),
            source: issuer.source.to_string(),
            revision: issuer.revision,
            created_at: issuer.created_at.into(),
            updated_at: issuer.updated_at.into(),
        }
    }
}

impl IntoDomain for IssuerRow {
    type Domain = Issuer;

    fn into_domain(self) -> Result<Issuer, StoreError> {
        let at = Origin { table: "issuers", id: &self.id };
        Ok(Issuer {
            id: at.parse("id", &self.id)?,
            name: self.name,
            kind: at.parse("type", &self.kind)?,
            public_config: JsonText::trusted(self.config),
            sealed_config: self.encrypted_config,
            enabled: self.enabled,
            last_tested_at: time(self.last_tested_at),
            test_status: at.parse("test_status", &self.test_status)?,
            source: at.parse("source", &self.source)?,
            revision: self.revision,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
