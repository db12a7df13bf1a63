//! Approval requests.

use certctl_domain::Timestamp;
use certctl_domain::approval::ApprovalState;
use certctl_domain::id::{ApprovalRequestId, CertificateId, JobId, ProfileId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The question whether an issuance may go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalRequest {
    /// Identifier.
    pub id: ApprovalRequestId,
    /// Certificate that is to be issued.
    pub certificate_id: CertificateId,
    /// Job that waits.
    pub job_id: JobId,
    /// Profile that demands the approval.
    pub profile_id: ProfileId,
    /// Who asked for the issuance: key name, agent id or `system`.
    pub requested_by: String,
    /// State. Every state but `pending` is final.
    pub state: ApprovalState,
    /// Who decided; `system-reaper` when nobody did in time, `system-bypass` when approvals were off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_note: Option<String>,
    /// What helps to decide: `common_name`, `sans`, `issuer_id`, `environment`, `reason`.
    pub metadata: BTreeMap<String, String>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /approvals/{id}/approve` and `…/reject`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Why, at most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Answer to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decided {
    /// Approval request.
    pub id: ApprovalRequestId,
    /// Who decided.
    pub decided_by: String,
    /// `approved` or `rejected`.
    pub action: ApprovalState,
}
