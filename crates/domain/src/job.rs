//! Jobs: rows with a lease, attempts and a visible end.

use crate::id::{AgentId, CertificateId, JobId, TargetId, VersionId};
use crate::{InvalidTransition, JsonText, Timestamp};

string_enum! {
    /// Kind of a job.
    pub enum JobKind ("job type") {
        /// First issuance of a certificate.
        Issuance = "Issuance",
        /// Later issuance of a certificate.
        Renewal = "Renewal",
        /// Deployment of one version to one target.
        Deployment = "Deployment",
        /// Dry run of a target's configuration by its agent.
        Validation = "Validation",
    }
}

string_enum! {
    /// Status of a job. `Failed` is the visible end after the last attempt; a failed attempt that
    /// will be retried goes back to `Pending` (or `AwaitingCSR`) with `last_error` set.
    pub enum JobStatus ("job status") {
        /// Waits for `run_after` and a worker.
        Pending = "Pending",
        /// Waits for its agent to make a key and send a CSR.
        AwaitingCsr = "AwaitingCSR",
        /// Waits for a second person.
        AwaitingApproval = "AwaitingApproval",
        /// A worker or agent holds its lease.
        Running = "Running",
        /// Done.
        Completed = "Completed",
        /// Given up.
        Failed = "Failed",
        /// Cancelled or rejected.
        Cancelled = "Cancelled",
    }
}

string_enum! {
    /// Who runs a job once it is claimable.
    pub enum Executor ("executor") {
        /// A worker of the server.
        Server = "server",
        /// The job's agent.
        Agent = "agent",
    }
}

string_enum! {
    /// Result of looking at what the target serves.
    pub enum VerificationStatus ("verification status") {
        /// Not looked yet.
        Pending = "pending",
        /// The expected leaf was served.
        Success = "success",
        /// Another leaf was served, or none.
        Failed = "failed",
        /// No endpoint is configured.
        Skipped = "skipped",
    }
}

/// What can happen to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEvent {
    /// A worker or the agent took the lease.
    Claimed,
    /// The agent sent an acceptable CSR.
    CsrReceived,
    /// A second person agreed; `needs_csr` tells where the job goes next.
    Approved {
        /// Whether the agent must send a CSR first.
        needs_csr: bool,
    },
    /// A second person refused.
    Rejected,
    /// The work is done.
    Succeeded,
    /// The attempt failed and another one is due.
    AttemptFailed,
    /// The last attempt failed, or the error is permanent.
    Exhausted,
    /// Nobody approved, or no CSR came, in time.
    TimedOut,
    /// A user cancelled it.
    Cancelled,
    /// A user asked for a failed job again.
    Retried {
        /// Whether the agent must send a CSR first.
        needs_csr: bool,
    },
}

impl JobEvent {
    const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "a claim",
            Self::CsrReceived => "a CSR",
            Self::Approved { .. } => "an approval",
            Self::Rejected => "a rejection",
            Self::Succeeded => "success",
            Self::AttemptFailed => "a failed attempt",
            Self::Exhausted => "a final failure",
            Self::TimedOut => "a timeout",
            Self::Cancelled => "a cancellation",
            Self::Retried { .. } => "a retry",
        }
    }
}

impl JobStatus {
    /// Whether the job has not ended.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// The status after `event`.
    pub fn next(self, event: JobEvent) -> Result<Self, InvalidTransition> {
        use JobEvent as E;
        match (self, event) {
            (Self::Pending | Self::Running, E::Claimed) => Ok(Self::Running),
            (Self::AwaitingCsr, E::Claimed | E::AttemptFailed) => Ok(Self::AwaitingCsr),
            (Self::AwaitingCsr, E::CsrReceived) | (Self::Running, E::AttemptFailed) => Ok(Self::Pending),
            (Self::AwaitingApproval, E::Approved { needs_csr })
            | (Self::Failed, E::Retried { needs_csr }) => {
                Ok(if needs_csr { Self::AwaitingCsr } else { Self::Pending })
            }
            (Self::AwaitingApproval, E::Rejected | E::TimedOut) => Ok(Self::Cancelled),
            (Self::Running, E::Succeeded) => Ok(Self::Completed),
            (Self::Pending | Self::AwaitingCsr | Self::Running, E::Exhausted)
            | (Self::AwaitingCsr, E::TimedOut) => Ok(Self::Failed),
            (Self::Pending | Self::AwaitingCsr | Self::AwaitingApproval | Self::Running, E::Cancelled) => {
                Ok(Self::Cancelled)
            }
            (from, event) => {
                Err(InvalidTransition { entity: "job", from: from.as_str(), event: event.name() })
            }
        }
    }
}

/// The right to work on a job until `until`. Writes carry `token`, so a holder whose lease was
/// taken over can no longer change anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Replica, or agent process, that holds it.
    pub owner: String,
    /// End of the lease.
    pub until: Timestamp,
}

/// A unit of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// Kind.
    pub kind: JobKind,
    /// Certificate it is about.
    pub certificate_id: Option<CertificateId>,
    /// Target it is about.
    pub target_id: Option<TargetId>,
    /// Agent that takes part in it.
    pub agent_id: Option<AgentId>,
    /// Version to deploy, or the one that was issued.
    pub version_id: Option<VersionId>,
    /// Status.
    pub status: JobStatus,
    /// Who may claim it.
    pub executor: Executor,
    /// Claims so far.
    pub attempts: u32,
    /// Claims allowed.
    pub max_attempts: u32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Not before.
    pub run_after: Timestamp,
    /// Current lease, if any.
    pub lease: Option<Lease>,
    /// Fencing token: grows with every claim.
    pub lease_token: i64,
    /// Unique among live jobs, so that the same work is queued once.
    pub dedup_key: Option<String>,
    /// Data of the kind, a JSON object (for an issuance the accepted CSR).
    pub payload: JsonText,
    /// What the agent reported, a JSON object.
    pub result: Option<JsonText>,
    /// Who asked for it.
    pub requested_by: String,
    /// First claim.
    pub started_at: Option<Timestamp>,
    /// End.
    pub completed_at: Option<Timestamp>,
    /// Result of looking at the target.
    pub verification_status: VerificationStatus,
    /// When it was looked at.
    pub verified_at: Option<Timestamp>,
    /// Fingerprint that was served.
    pub verification_fingerprint: Option<String>,
    /// Why looking failed.
    pub verification_error: Option<String>,
    /// Counts changes; guards updates.
    pub revision: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Job {
    /// Applies `event` and keeps the times and the lease consistent with the new status.
    pub fn apply(&mut self, event: JobEvent, at: Timestamp) -> Result<(), InvalidTransition> {
        self.status = self.status.next(event)?;
        self.updated_at = at;
        if event == JobEvent::Claimed {
            self.attempts = self.attempts.saturating_add(1);
            self.lease_token += 1;
            self.started_at = self.started_at.or(Some(at));
        } else {
            self.lease = None;
        }
        if !self.status.is_live() {
            self.completed_at = Some(at);
        }
        if let JobEvent::Retried { .. } = event {
            self.attempts = 0;
            self.completed_at = None;
            self.run_after = at;
        }
        Ok(())
    }

    /// Whether the job issues a certificate.
    pub const fn is_issuance(&self) -> bool {
        matches!(self.kind, JobKind::Issuance | JobKind::Renewal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use JobEvent as E;
    use JobStatus as S;

    #[test]
    fn every_pair_of_status_and_event_is_decided() {
        let after = |needs_csr: bool| if needs_csr { S::AwaitingCsr } else { S::Pending };
        let legal =
            |from: S, event: E| -> Option<S> {
                match (event, from) {
                    (E::Claimed, S::Pending | S::Running) => Some(S::Running),
                    (E::Claimed | E::AttemptFailed, S::AwaitingCsr) => Some(S::AwaitingCsr),
                    (E::CsrReceived, S::AwaitingCsr) | (E::AttemptFailed, S::Running) => Some(S::Pending),
                    (E::Approved { needs_csr }, S::AwaitingApproval)
                    | (E::Retried { needs_csr }, S::Failed) => Some(after(needs_csr)),
                    (E::Rejected | E::TimedOut, S::AwaitingApproval) => Some(S::Cancelled),
                    (E::Succeeded, S::Running) => Some(S::Completed),
                    (E::Exhausted, S::Pending | S::AwaitingCsr | S::Running)
                    | (E::TimedOut, S::AwaitingCsr) => Some(S::Failed),
                    (E::Cancelled, live) => live.is_live().then_some(S::Cancelled),
                    _ => None,
                }
            };
        let events = [
            E::Claimed,
            E::CsrReceived,
            E::Approved { needs_csr: true },
            E::Approved { needs_csr: false },
            E::Rejected,
            E::Succeeded,
            E::AttemptFailed,
            E::Exhausted,
            E::TimedOut,
            E::Cancelled,
            E::Retried { needs_csr: true },
            E::Retried { needs_csr: false },
        ];
        for from in S::ALL {
            for event in events {
                assert_eq!(from.next(event).ok(), legal(*from, event), "{from} {event:?}");
            }
        }
    }

    #[test]
    fn an_unreviewed_approval_never_becomes_work() {
        assert_eq!(S::AwaitingApproval.next(E::TimedOut), Ok(S::Cancelled));
        assert!(S::Cancelled.next(E::Retried { needs_csr: false }).is_err());
    }
}
