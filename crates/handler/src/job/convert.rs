//! From the domain's jobs to their JSON bodies.

use crate::json;
use certctl_api_types::job as api;
use certctl_domain::job::{Job, VerificationStatus};
use certctl_domain::timeline::Timeline;
use certctl_service_api::ServiceError;
use certctl_service_api::job::Verification;

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

pub(super) fn timeline(timeline: Timeline) -> api::JobTimeline {
    let attempts = timeline.attempts.into_iter().map(|attempt| api::JobAttempt {
        number: attempt.number,
        executor: attempt.executor,
        holder: attempt.holder,
        started_at: attempt.started_at,
        ended_at: attempt.ended_at,
        outcome: attempt.outcome,
        error: attempt.error,
    });
    let changes = timeline.changes.into_iter().map(|change| api::JobChange {
        at: change.at,
        change: change.change,
        from: change.from,
        to: change.to,
        holder: change.holder,
        error: change.error,
    });
    api::JobTimeline { attempts: attempts.collect(), changes: changes.collect() }
}

pub(super) fn verified(found: Verification) -> api::Verified {
    api::Verified {
        verified: found.status == VerificationStatus::Success,
        job_id: found.job_id,
        verified_at: found.verified_at,
    }
}

pub(super) fn verification(found: Verification) -> api::VerificationResult {
    api::VerificationResult {
        job_id: found.job_id,
        target_id: found.target_id,
        expected_fingerprint: found.expected_fingerprint.unwrap_or_default(),
        actual_fingerprint: found.actual_fingerprint.unwrap_or_default(),
        verified: found.status == VerificationStatus::Success,
        status: found.status,
        verified_at: found.verified_at,
        error: found.error,
    }
}
