//! From the domain's approval requests to their JSON bodies.

use certctl_api_types::approval as api;
use certctl_domain::approval::ApprovalRequest;

pub(super) fn request(row: ApprovalRequest) -> api::ApprovalRequest {
    api::ApprovalRequest {
        id: row.id,
        certificate_id: row.certificate_id,
        job_id: row.job_id,
        profile_id: row.profile_id,
        requested_by: row.requested_by,
        state: row.state,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        decision_note: row.decision_note,
        metadata: row.metadata,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn decided(row: ApprovalRequest) -> api::Decided {
    api::Decided { id: row.id, decided_by: row.decided_by.unwrap_or_default(), action: row.state }
}
