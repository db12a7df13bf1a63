//! Operations in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::JsonText;
use certctl_domain::id::OperationId;
use certctl_domain::operation::{ItemState, Operation, OperationItem, OperationState};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::operation::{
    BULK_RENEW, EnqueuedJob, OperationQuery, OperationService, OperationSpec, OperationView,
};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::time::Duration;

/// Knows `sample-1`, which is running, and `sample-2`, which is completed.
pub(crate) struct Operations;

fn row(id: &str, state: OperationState) -> Operation {
    let json = |value: serde_json::Value| JsonText::trusted(value.to_string());
    Operation {
        id: sample::id(id),
        kind: BULK_RENEW.to_owned(),
        state,
        dry_run: false,
        criteria: json(serde_json::json!({ "team_id": "t-1" })),
        parameters: JsonText::empty_object(),
        requested_by: "ops".to_owned(),
        actor: json(serde_json::json!({ "type": "system" })),
        total_matched: 8,
        total_done: 2,
        total_skipped: 1,
        total_failed: 1,
        created_at: sample::time(0),
        started_at: Some(sample::time(1)),
        paused_at: None,
        finished_at: (state != OperationState::Running).then(|| sample::time(2)),
    }
}

fn items() -> Vec<OperationItem> {
    let item = |certificate: &str, state, code: Option<&str>, result: Option<&str>| OperationItem {
        operation_id: sample::id("sample-1"),
        certificate_id: sample::id(certificate),
        state,
        code: code.map(str::to_owned),
        message: code.map(|_| "it cannot be done".to_owned()),
        result: result.map(|text| JsonText::trusted(text.to_owned())),
        finished_at: (state != ItemState::Pending).then(|| sample::time(1)),
    };
    vec![
        item("mc-1", ItemState::Done, None, Some(r#"{"jobs":[{"agent_id":"agent-1","job_id":"job-1"}]}"#)),
        item("mc-2", ItemState::Failed, Some("no_key_holder"), None),
        item("mc-3", ItemState::Pending, None, None),
    ]
}

fn view(operation: Operation) -> OperationView {
    let job = EnqueuedJob { certificate_id: sample::id("mc-1"), job_id: sample::id("job-1") };
    let errors = items().into_iter().filter(|item| item.state == ItemState::Failed).collect();
    OperationView { operation, done_name: "total_enqueued", jobs: vec![job], errors }
}

fn find(id: &OperationId) -> Result<Operation, ServiceError> {
    match id.as_str() {
        "sample-1" => Ok(row("sample-1", OperationState::Running)),
        "sample-2" => Ok(row("sample-2", OperationState::Completed)),
        _ => Err(ServiceError::not_found("operation", id)),
    }
}

#[async_trait]
impl OperationService for Operations {
    async fn start(&self, _: &Actor, spec: OperationSpec) -> Result<OperationView, ServiceError> {
        if spec.selection.certificate_ids.is_empty() && !spec.selection.has_criteria() {
            return Err(ServiceError::invalid("certificate_ids", "required", "name certificates"));
        }
        if spec.expected_count.is_some_and(|count| count != 8) {
            return Err(ServiceError::Conflict {
                code: ConflictCode::CountMismatch,
                message: "8 certificates match".to_owned(),
                details: Some(serde_json::json!({ "expected": spec.expected_count, "actual": 8 })),
            });
        }
        Ok(view(row("sample-1", OperationState::Running)))
    }

    async fn list(
        &self,
        _: &Actor,
        query: OperationQuery,
        page: ListRequest,
    ) -> Result<Listing<OperationView>, ServiceError> {
        let bare = |id| {
            let operation = find(&sample::id(id)).unwrap();
            OperationView { operation, done_name: "total_enqueued", jobs: Vec::new(), errors: Vec::new() }
        };
        let rows: Vec<_> = ["sample-1", "sample-2"]
            .map(bare)
            .into_iter()
            .filter(|row| query.state.is_none_or(|state| state == row.operation.state))
            .collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &OperationId, _: Duration) -> Result<OperationView, ServiceError> {
        find(id).map(view)
    }

    async fn items(
        &self,
        _: &Actor,
        id: &OperationId,
        state: Option<ItemState>,
        page: ListRequest,
    ) -> Result<Listing<OperationItem>, ServiceError> {
        find(id)?;
        let rows: Vec<_> =
            items().into_iter().filter(|item| state.is_none_or(|state| state == item.state)).collect();
        page_of(&rows, &page)
    }

    async fn pause(&self, _: &Actor, id: &OperationId) -> Result<OperationView, ServiceError> {
        let mut operation = find(id)?;
        operation.pause(sample::time(3))?;
        Ok(view(operation))
    }

    async fn resume(&self, _: &Actor, id: &OperationId) -> Result<OperationView, ServiceError> {
        let mut operation = find(id)?;
        operation.resume()?;
        Ok(view(operation))
    }

    async fn cancel(&self, _: &Actor, id: &OperationId) -> Result<OperationView, ServiceError> {
        let mut operation = find(id)?;
        operation.cancel(sample::time(3))?;
        Ok(view(operation))
    }
}
