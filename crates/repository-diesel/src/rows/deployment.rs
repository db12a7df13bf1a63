//! Rows of `certificate_target_mappings`.

use super::{IntoDomain, Origin, db_time, text, time};
use crate::schema::certificate_target_mappings;
use crate::types::DbTime;
use certctl_domain::deployment::TargetMapping;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificate_target_mappings, treat_none_as_null = true, treat_none_as_default_value = false)]
#[diesel(primary_key(certificate_id, target_id))]
pub(crate) struct MappingRow {
    certificate_id: String,
    target_id: String,
    status: String,
    deployed_version_id: Option<String>,
    deployed_at: Option<DbTime>,
    last_job_id: Option<String>,
    last_error: Option<String>,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&TargetMapping> for MappingRow {
    fn from(mapping: &TargetMapping) -> Self {
        Self {
            certificate_id: mapping.certificate_id.to_string(),
            target_id: mapping.target_id.to_string(),
            status: mapping.status.to_string(),
            deployed_version_id: text(mapping.deployed_version_id.as_ref()),
            deployed_at: db_time(mapping.deployed_at),
            last_job_id: text(mapping.last_job_id.as_ref()),
            last_error: mapping.last_error.clone(),
            created_at: mapping.created_at.into(),
            updated_at: mapping.updated_at.into(),
        }
    }
}

impl IntoDomain for MappingRow {
    type Domain = TargetMapping;

    fn into_domain(self) -> Result<TargetMapping, StoreError> {
        let at = Origin { table: "certificate_target_mappings", id: &self.certificate_id };
        Ok(TargetMapping {
            certificate_id: at.parse("certificate_id", &self.certificate_id)?,
            target_id: at.parse("target_id", &self.target_id)?,
            status: at.parse("status", &self.status)?,
            deployed_version_id: at.parse_set("deployed_version_id", self.deployed_version_id.as_deref())?,
            deployed_at: time(self.deployed_at),
            last_job_id: at.parse_set("last_job_id", self.last_job_id.as_deref())?,
            last_error: self.last_error,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
