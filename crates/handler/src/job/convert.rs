//! From the domain's jobs to their JSON bodies.

use crate::json;
use certctl_api_types::job as api;
use certctl_domain::job::Job;
use certctl_service_api::ServiceError;

pub(super) fn job(job: Job) -> Result<api::Job, ServiceError> {
    Ok(api::Job {
        id: job.id,
        kind: job.kind,
        certificate_id: job.certificate_id,
        target_id: job.target_id,
        agent_id: job.agent_id,
        version_id: job.version_id,
        status: job.status,
        attempts: job.attempts,
        max_attempts: job.max_attempts,
        last_error: job.last_error,
        scheduled_at: job.run_after,
        started_at: job.started_at,
        completed_at: job.completed_at,
        created_at: job.created_at,
        requested_by: job.requested_by,
        result: job.result.as_ref().map(json::value).transpose()?,
        verification_status: job.verification_status,
        verified_at: job.verified_at,
        verification_error: job.verification_error,
        verification_fingerprint: job.verification_fingerprint,
    })
}
