//! Between operations and their JSON bodies.

use crate::json;
use certctl_api_types::operation as api;
use certctl_domain::operation::OperationItem;
use certctl_service_api::ServiceError;
use certctl_service_api::operation::OperationView;
use std::collections::BTreeMap;

pub(super) fn operation(view: OperationView) -> Result<api::Operation, ServiceError> {
    let OperationView { operation, done_name, jobs, errors } = view;
    let percent = (operation.finished_items() * 100).checked_div(operation.total_matched).unwrap_or(100);
    let job = |job: certctl_service_api::operation::EnqueuedJob| api::EnqueuedJob {
        certificate_id: job.certificate_id,
        job_id: job.job_id,
    };
    let error = |item: OperationItem| api::OperationError {
        certificate_id: item.certificate_id,
        code: item.code.unwrap_or_default(),
        error: item.message.unwrap_or_default(),
    };
    Ok(api::Operation {
        criteria: json::object(&operation.criteria)?,
        parameters: json::object(&operation.parameters)?,
        id: operation.id,
        kind: operation.kind,
        state: operation.state,
        dry_run: operation.dry_run,
        requested_by: operation.requested_by,
        total_matched: operation.total_matched,
        total_done: operation.total_done,
        total_skipped: operation.total_skipped,
        total_failed: operation.total_failed,
        progress: u8::try_from(percent).unwrap_or(100),
        enqueued_jobs: jobs.into_iter().map(job).collect(),
        errors: errors.into_iter().map(error).collect(),
        created_at: operation.created_at,
        started_at: operation.started_at,
        paused_at: operation.paused_at,
        finished_at: operation.finished_at,
        named_totals: BTreeMap::from([(done_name.to_owned(), operation.total_done)]),
    })
}

pub(super) fn item(item: OperationItem) -> Result<api::OperationItem, ServiceError> {
    Ok(api::OperationItem {
        certificate_id: item.certificate_id,
        state: item.state,
        code: item.code,
        message: item.message,
        result: item.result.as_ref().map(json::object).transpose()?,
        finished_at: item.finished_at,
    })
}
