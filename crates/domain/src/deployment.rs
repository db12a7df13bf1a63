//! One certificate on one target: what should be served there and what is.

use crate::id::{CertificateId, JobId, TargetId, VersionId};
use crate::{InvalidTransition, Timestamp};

string_enum! {
    /// State of a certificate on a target.
    pub enum DeploymentStatus ("deployment status") {
        /// Nothing deployed yet, or a newer version waits.
        Pending = "pending",
        /// An agent is at work.
        InProgress = "in_progress",
        /// Deployed and seen served.
        Served = "served",
        /// Deployed; no endpoint is configured to look at.
        Deployed = "deployed",
        /// The last attempt failed before anything was changed, or was undone.
        Failed = "failed",
        /// Undoing failed too: a person must act.
        RollbackFailed = "rollback_failed",
    }
}

/// What can happen to a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentEvent {
    /// A newer version was issued, or a deployment was asked for.
    Requested,
    /// An agent took the job.
    Started,
    /// The target serves the version (probe matched).
    SeenServed,
    /// The files are in place and there is nothing to probe.
    DeployedUnseen,
    /// The attempt failed; the previous state stands.
    Failed,
    /// The attempt failed and undoing it failed.
    RollbackFailed,
    /// Another look after the deployment found something else served, or nothing.
    SeenUnserved,
}

impl DeploymentStatus {
    /// The state after `event`.
    pub fn next(self, event: DeploymentEvent) -> Result<Self, InvalidTransition> {
        use DeploymentEvent as E;
        match (self, event) {
            (_, E::Requested) => Ok(Self::Pending),
            // A job can be claimed again after its lease ran out, so a start may repeat.
            (Self::Pending | Self::InProgress | Self::Failed | Self::RollbackFailed, E::Started) => {
                Ok(Self::InProgress)
            }
            // A later look may find served what was deployed unseen.
            (Self::InProgress | Self::Deployed | Self::Served, E::SeenServed) => Ok(Self::Served),
            (Self::InProgress | Self::Deployed | Self::Served, E::SeenUnserved) => Ok(Self::Failed),
            (Self::InProgress, E::DeployedUnseen) => Ok(Self::Deployed),
            // A job may also end unstarted: its agent was retired or never came back.
            (Self::InProgress | Self::Pending, E::Failed) => Ok(Self::Failed),
            (Self::InProgress, E::RollbackFailed) => Ok(Self::RollbackFailed),
            (from, event) => {
                Err(InvalidTransition { entity: "deployment", from: from.as_str(), event: event.name() })
            }
        }
    }
}

impl DeploymentEvent {
    const fn name(self) -> &'static str {
        match self {
            Self::Requested => "a request",
            Self::Started => "a start",
            Self::SeenServed => "a served report",
            Self::DeployedUnseen => "a deployed report",
            Self::Failed => "a failure",
            Self::RollbackFailed => "a failed rollback",
            Self::SeenUnserved => "a failed verification",
        }
    }
}

/// Mapping of a certificate to a target, with its deployment state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetMapping {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Target.
    pub target_id: TargetId,
    /// State.
    pub status: DeploymentStatus,
    /// Version last seen served or deployed.
    pub deployed_version_id: Option<VersionId>,
    /// When that was.
    pub deployed_at: Option<Timestamp>,
    /// Job that changed the state last.
    pub last_job_id: Option<JobId>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

string_enum! {
    /// The deployment counters an agent reports; the server sums them by target type.
    pub enum DeployCounter ("deploy counter") {
        /// An attempt ended well (an idempotent skip counts too).
        AttemptSuccess = "attempt_success",
        /// An attempt failed.
        AttemptFailure = "attempt_failure",
        /// The new files were refused before the daemon was reloaded.
        ValidateFailure = "validate_failure",
        /// The reload command failed.
        ReloadFailure = "reload_failure",
        /// The endpoint did not serve the new certificate in time.
        PostVerifyFailure = "post_verify_failure",
        /// A rollback restored the previous state.
        RollbackRestored = "rollback_restored",
        /// A rollback failed too.
        RollbackAlsoFailed = "rollback_also_failed",
        /// The same bytes were in place already.
        IdempotentSkip = "idempotent_skip",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeploymentEvent as E;
    use DeploymentStatus as S;

    #[test]
    fn every_pair_of_state_and_event_is_decided() {
        let legal = |from: S, event: E| -> Option<S> {
            match event {
                E::Requested => Some(S::Pending),
                E::Started => (!matches!(from, S::Served | S::Deployed)).then_some(S::InProgress),
                E::SeenServed | E::SeenUnserved
                    if !matches!(from, S::InProgress | S::Deployed | S::Served) =>
                {
                    None
                }
                E::SeenServed => Some(S::Served),
                E::SeenUnserved => Some(S::Failed),
                E::DeployedUnseen => (from == S::InProgress).then_some(S::Deployed),
                E::Failed => matches!(from, S::InProgress | S::Pending).then_some(S::Failed),
                E::RollbackFailed => (from == S::InProgress).then_some(S::RollbackFailed),
            }
        };
        for from in S::ALL {
            for event in [
                E::Requested,
                E::Started,
                E::SeenServed,
                E::DeployedUnseen,
                E::Failed,
                E::RollbackFailed,
                E::SeenUnserved,
            ] {
                assert_eq!(from.next(event).ok(), legal(*from, event), "{from} {event:?}");
            }
        }
    }
}
