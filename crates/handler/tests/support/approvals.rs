//! Approval requests in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::id::ApprovalRequestId;
use certctl_service_api::approval::{ApprovalOf, ApprovalQuery, ApprovalService, Decision};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `ar-1` of `job-1`, which is pending and was asked for by `admin`, and `ar-2`, which was approved.
#[derive(Default)]
pub(crate) struct Approvals {
    pub(crate) asked: Mutex<Option<ApprovalQuery>>,
    pub(crate) noted: Mutex<Option<String>>,
}

fn rows() -> Vec<ApprovalRequest> {
    let pending = sample::approval("ar-1", "job-1");
    let mut approved = sample::approval("ar-2", "job-2");
    assert!(approved.decide(ApprovalState::Approved, "approver", Some("fine".to_owned()), sample::time(2)));
    vec![pending, approved]
}

#[async_trait]
impl ApprovalService for Approvals {
    async fn list(
        &self,
        _: &Actor,
        query: ApprovalQuery,
        page: ListRequest,
    ) -> Result<Listing<ApprovalRequest>, ServiceError> {
        *self.asked.lock().unwrap() = Some(query);
        page_of(&rows(), &page)
    }

    async fn get(&self, _: &Actor, id: &ApprovalRequestId) -> Result<ApprovalRequest, ServiceError> {
        let found = rows().into_iter().find(|row| row.id == *id);
        found.ok_or_else(|| ServiceError::not_found("approval request", id))
    }

    async fn decide(
        &self,
        who: &Actor,
        of: ApprovalOf,
        decision: Decision,
        note: Option<String>,
    ) -> Result<ApprovalRequest, ServiceError> {
        let row = rows().into_iter().find(|row| match &of {
            ApprovalOf::Request(id) => row.id == *id,
            ApprovalOf::Job(id) => row.job_id == *id,
        });
        let mut row = row.ok_or_else(|| ServiceError::not_found("approval request", "none"))?;
        if row.is_from(who.principal()) {
            return Err(ServiceError::Refused {
                code: "same_person",
                message: "ask somebody else".to_owned(),
            });
        }
        let state = match decision {
            Decision::Approve => ApprovalState::Approved,
            Decision::Reject => ApprovalState::Rejected,
        };
        self.noted.lock().unwrap().clone_from(&note);
        if row.decide(state, who.name(), note, sample::time(3)) {
            return Ok(row);
        }
        Err(ServiceError::conflict(ConflictCode::AlreadyDecided, "it was decided"))
    }
}
