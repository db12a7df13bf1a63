//! Rows of `approval_requests`.

use super::{IntoDomain, Origin, db_time, json_text, time};
use crate::schema::approval_requests;
use crate::types::DbTime;
use certctl_domain::approval::ApprovalRequest;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = approval_requests, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct ApprovalRow {
    id: String,
    certificate_id: String,
    job_id: String,
    profile_id: String,
    requested_by: String,
    requested_by_principal: Option<String>,
    state: String,
    decided_by: Option<String>,
    decided_at: Option<DbTime>,
    decision_note: Option<String>,
    metadata: String,
    created_at: DbTime,
    updated_at: DbTime,
}

impl TryFrom<&ApprovalRequest> for ApprovalRow {
    type Error = StoreError;

    fn try_from(request: &ApprovalRequest) -> Result<Self, StoreError> {
        Ok(Self {
            id: request.id.to_string(),
            certificate_id: request.certificate_id.to_string(),
            job_id: request.job_id.to_string(),
            profile_id: request.profile_id.to_string(),
            requested_by: request.requested_by.clone(),
            requested_by_principal: request.requested_by_principal.clone(),
            state: request.state.to_string(),
            decided_by: request.decided_by.clone(),
            decided_at: db_time(request.decided_at),
            decision_note: request.decision_note.clone(),
            metadata: json_text(&request.metadata)?,
            created_at: request.created_at.into(),
            updated_at: request.updated_at.into(),
        })
    }
}

impl IntoDomain for ApprovalRow {
    type Domain = ApprovalRequest;

    fn into_domain(self) -> Result<ApprovalRequest, StoreError> {
        let at = Origin { table: "approval_requests", id: &self.id };
        Ok(ApprovalRequest {
            id: at.parse("id", &self.id)?,
            certificate_id: at.parse("certificate_id", &self.certificate_id)?,
            job_id: at.parse("job_id", &self.job_id)?,
            profile_id: at.parse("profile_id", &self.profile_id)?,
            requested_by: self.requested_by,
            requested_by_principal: self.requested_by_principal,
            state: at.parse("state", &self.state)?,
            decided_by: self.decided_by,
            decided_at: time(self.decided_at),
            decision_note: self.decision_note,
            metadata: at.json("metadata", &self.metadata)?,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}
