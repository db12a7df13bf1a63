//! Issuers in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::JsonText;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, IssuerKind};
use certctl_service_api::edit::Edit;
use certctl_service_api::issuer::{IssuerQuery, IssuerService, IssuerSpec, TestReport};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `iss-1`, which certificates refer to, and `iss-2`, whose test fails.
pub(crate) struct Issuers(Mutex<Vec<Issuer>>);

impl Default for Issuers {
    fn default() -> Self {
        Self(Mutex::new(["iss-1", "iss-2"].map(sample::issuer).to_vec()))
    }
}

impl Issuers {
    fn find(&self, id: &IssuerId) -> Result<Issuer, ServiceError> {
        let rows = self.0.lock().unwrap();
        // The walk knows every object as `sample-1`.
        let same = |row: &&Issuer| row.id == *id || (id.as_str() == "sample-1" && row.id.as_str() == "iss-1");
        rows.iter().find(same).cloned().ok_or_else(|| ServiceError::not_found("issuer", id))
    }
}

fn set(row: &mut Issuer, spec: IssuerSpec) -> Result<(), ServiceError> {
    row.kind = IssuerKind::from_alias(&spec.kind)
        .map_err(|error| ServiceError::unprocessable("type", "unknown_type", error.to_string()))?;
    row.name = spec.name;
    row.public_config = JsonText::trusted(serde_json::Value::Object(spec.config).to_string());
    row.enabled = spec.enabled;
    row.revision += 1;
    Ok(())
}

#[async_trait]
impl IssuerService for Issuers {
    async fn list(
        &self,
        _: &Actor,
        query: IssuerQuery,
        page: ListRequest,
    ) -> Result<Listing<Issuer>, ServiceError> {
        let wanted = |row: &&Issuer| {
            query.kind.is_none_or(|kind| kind == row.kind)
                && query.enabled.is_none_or(|enabled| enabled == row.enabled)
        };
        let rows: Vec<_> = self.0.lock().unwrap().iter().filter(wanted).cloned().collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &IssuerId) -> Result<Issuer, ServiceError> {
        self.find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<IssuerId>,
        spec: IssuerSpec,
    ) -> Result<Issuer, ServiceError> {
        let mut row = sample::issuer(id.as_ref().map_or("iss-new", IssuerId::as_str));
        row.revision = 0;
        set(&mut row, spec)?;
        self.0.lock().unwrap().push(row.clone());
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &IssuerId,
        edit: Edit<Issuer, IssuerSpec>,
        revision: Option<i64>,
    ) -> Result<Issuer, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the issuer changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec)?;
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &IssuerId) -> Result<(), ServiceError> {
        self.find(id)?;
        if id.as_str() == "iss-1" {
            let message = "3 certificates use issuer iss-1; give them another issuer first";
            return Err(ServiceError::conflict(ConflictCode::InUse, message));
        }
        Ok(())
    }

    async fn test(&self, _: &Actor, id: &IssuerId) -> Result<TestReport, ServiceError> {
        self.find(id)?;
        let passed = id.as_str() == "iss-1";
        let message = if passed { "the CA key signs" } else { "the CA certificate has expired" };
        Ok(TestReport { passed, message: message.to_owned(), tested_at: sample::time(5) })
    }
}
