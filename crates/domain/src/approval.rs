//! Approval requests: a second person decides whether a certificate is issued.

use crate::Timestamp;
use crate::id::{ApprovalRequestId, CertificateId, JobId, ProfileId};
use std::collections::BTreeMap;

string_enum! {
    /// State of an approval request. Every state but `pending` is final.
    pub enum ApprovalState ("approval state") {
        /// Nobody has decided.
        Pending = "pending",
        /// The job may go on.
        Approved = "approved",
        /// The job was refused, and is cancelled.
        Rejected = "rejected",
        /// Nobody decided while the job lived: it waited too long, or was cancelled.
        Expired = "expired",
    }
}

/// Name of the decider when approvals are switched off.
pub const BYPASS: &str = "system-bypass";
/// Name of the decider when nobody decided in time.
pub const REAPER: &str = "system-reaper";

/// The question whether an issuance may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Who is behind the requester's credential; absent for an agent and for certctl itself, whose
    /// requests anybody may decide.
    pub requested_by_principal: Option<String>,
    /// State.
    pub state: ApprovalState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub decision_note: Option<String>,
    /// What helps to decide: `common_name`, `sans`, `issuer_id`, `environment`, `reason`.
    pub metadata: BTreeMap<String, String>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl ApprovalRequest {
    /// Whether `principal` is the person who asked.
    pub fn is_from(&self, principal: &str) -> bool {
        self.requested_by_principal.as_deref() == Some(principal)
    }

    /// Decides a pending request; false when it has been decided already, and then nothing changes.
    #[must_use]
    pub fn decide(&mut self, state: ApprovalState, by: &str, note: Option<String>, at: Timestamp) -> bool {
        if self.state != ApprovalState::Pending || state == ApprovalState::Pending {
            return false;
        }
        self.state = state;
        self.decided_by = Some(by.to_owned());
        self.decided_at = Some(at);
        self.decision_note = note;
        self.updated_at = at;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(principal: Option<&str>) -> ApprovalRequest {
        let at = Timestamp::from_unix_seconds(1);
        ApprovalRequest {
            id: ApprovalRequestId::parse("ar-1").unwrap(),
            certificate_id: CertificateId::parse("mc-1").unwrap(),
            job_id: JobId::parse("job-1").unwrap(),
            profile_id: ProfileId::parse("prof-1").unwrap(),
            requested_by: "alice-laptop".to_owned(),
            requested_by_principal: principal.map(str::to_owned),
            state: ApprovalState::Pending,
            decided_by: None,
            decided_at: None,
            decision_note: None,
            metadata: BTreeMap::new(),
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_request_is_decided_once() {
        let mut row = request(Some("alice"));
        let at = Timestamp::from_unix_seconds(9);
        assert!(!row.decide(ApprovalState::Pending, "bob", None, at));
        assert!(row.decide(ApprovalState::Approved, "bob", Some("fine".to_owned()), at));
        let decided = row.clone();
        assert!(!row.decide(ApprovalState::Rejected, "carol", None, Timestamp::from_unix_seconds(10)));
        assert_eq!(row, decided);
        assert_eq!((row.decided_by.as_deref(), row.decided_at), (Some("bob"), Some(at)));
    }

    #[test]
    fn the_person_counts_and_not_the_key() {
        assert!(request(Some("alice")).is_from("alice"));
        assert!(!request(Some("alice")).is_from("alice-laptop"));
        assert!(!request(None).is_from("system"));
    }
}
