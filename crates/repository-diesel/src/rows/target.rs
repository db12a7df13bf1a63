//! Rows of `deployment_targets`.

use super::{IntoDomain, Origin, db_time, time};
use crate::schema::deployment_targets;
use crate::types::DbTime;
use certctl_domain::JsonText;
use certctl_domain::target::Target;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = deployment_targets, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct TargetRow {
    id: String,
    name: String,
    kind: String,
    agent_id: String,
    config: String,
    encrypted_config: Option<Vec<u8>>,
    enabled: bool,
    last_tested_at: Option<DbTime>,
    test_status: String,
    source: String,
    retired_at: Option<DbTime>,
    retired_reason: Option<String>,
    pub(crate) revision: i64,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Target> for TargetRow {
    fn from(target: &Target) -> Self {
        Self {
            id: target.id.to_string(),
            name: target.name.clone(),
            kind: target.kind.to_string(),
            agent_id: target.agent_id.to_string(),
            config: target.public_config.as_str().to_owned(),
            encrypted_config: target.sealed_config.clone(),
            enabled: target.enabled,
            last_tested_at: db_time(target.last_tested_at),
            test_status: target.test_status.to_string(),
            source: target.source.to_string(),
            retired_at: db_time(target.retired_at),
            retired_reason: target.retired_reason.clone(),
            revision: target.revision,
            created_at: target.created_at.into(),
            updated_at: target.updated_at.into(),
        }
    }
}

impl IntoDomain for TargetRow {
    type Domain = Target;

    fn into_domain(self) -> Result<Target, StoreError> {
        let at = Origin { table: "deployment_targets", id: &self.id };
        Ok(Target {
            id: at.parse("id", &self.id)?,
            name: self.name,
            kind: at.parse("type", &self.kind)?,
            agent_id: at.parse("agent_id", &self.agent_id)?,
            public_config: JsonText::trusted(self.config),
            sealed_config: self.encrypted_config,
            enabled: self.enabled,
            last_tested_at: time(self.last_tested_at),
            test_status: at.parse("test_status", &self.test_status)?,
            source: at.parse("source", &self.source)?,
            retired_at: time(self.retired_at),
            retired_reason: self.retired_reason,
            revision: self.revision,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
