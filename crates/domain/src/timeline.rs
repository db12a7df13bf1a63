//! The history of a job: what it was after each change, and what that says about its attempts.

use crate::Timestamp;
use crate::job::{Executor, JobStatus};

/// What a job was after one of its changes. Stored with the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// Revision of the job after the change.
    pub revision: i64,
    /// When.
    pub at: Timestamp,
    /// Status.
    pub status: JobStatus,
    /// Who may claim it.
    pub executor: Executor,
    /// Claims so far.
    pub attempts: u32,
    /// Fencing token: grows with every claim.
    pub lease_token: i64,
    /// Who holds its lease.
    pub lease_owner: Option<String>,
    /// Its last error.
    pub error: Option<String>,
}

string_enum! {
    /// What happened to a job.
    pub enum Change ("job change") {
        /// It was queued.
        Created = "created",
        /// A worker or agent took its lease.
        Claimed = "claimed",
        /// Its agent sent the CSR; the server goes on.
        CsrAccepted = "csr_accepted",
        /// A second person agreed.
        Approved = "approved",
        /// Done.
        Completed = "completed",
        /// An attempt failed; another one is due.
        AttemptFailed = "attempt_failed",
        /// Given up.
        Failed = "failed",
        /// Cancelled, rejected or not approved in time.
        Cancelled = "cancelled",
        /// A person asked for it again.
        Retried = "retried",
        /// Something else about it was recorded, for example a verification.
        Updated = "updated",
    }
}

string_enum! {
    /// How an attempt at a job ended.
    pub enum AttemptEnd ("attempt outcome") {
        /// It goes on.
        Running = "running",
        /// The job is done.
        Completed = "completed",
        /// The CSR was accepted; the server goes on.
        CsrAccepted = "csr_accepted",
        /// It failed; another one is due.
        WillRetry = "will_retry",
        /// It failed for good.
        Failed = "failed",
        /// The job was cancelled meanwhile.
        Cancelled = "cancelled",
        /// Its holder was silent for too long, and the job was taken over.
        LeaseLost = "lease_lost",
    }
}

/// One change of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub change: Change,
    /// Status before; absent for the creation.
    pub from: Option<JobStatus>,
    /// Status after.
    pub to: JobStatus,
    /// Who held the lease when it happened.
    pub holder: Option<String>,
    /// Why, for what failed or was cancelled.
    pub error: Option<String>,
}

/// One attempt at a job, from its claim to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which attempt of its stage, from 1: making the CSR and signing count apart.
    pub number: u32,
    /// Whose work it was.
    pub executor: Executor,
    /// Who held the lease: a server process, or `<agent id>/<instance>`.
    pub holder: String,
    /// When the lease was taken.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: AttemptEnd,
    /// Why it failed.
    pub error: Option<String>,
}

/// The history of a job, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Every attempt.
    pub attempts: Vec<Attempt>,
    /// Every change.
    pub changes: Vec<Transition>,
}

impl Timeline {
    /// Reads the stored states of a job, oldest first.
    pub fn of(states: &[JobState]) -> Self {
        let mut timeline = Self::default();
        let mut before: Option<&JobState> = None;
        for state in states {
            timeline.add(before, state);
            before = Some(state);
        }
        timeline
    }

    fn add(&mut self, before: Option<&JobState>, state: &JobState) {
        let change = change(before, state);
        if let Some(open) = self.attempts.last_mut().filter(|open| open.ended_at.is_none())
            && let Some((outcome, failed)) = end_of_attempt(change)
        {
            open.ended_at = Some(state.at);
            open.outcome = outcome;
            open.error = if failed { state.error.clone() } else { None };
        }
        if change == Change::Claimed {
            self.attempts.push(Attempt {
                number: state.attempts,
                executor: state.executor,
                holder: state.lease_owner.clone().unwrap_or_default(),
                started_at: state.at,
                ended_at: None,
                outcome: AttemptEnd::Running,
                error: None,
            });
        }
        let failed = matches!(change, Change::AttemptFailed | Change::Failed | Change::Cancelled);
        self.changes.push(Transition {
            at: state.at,
            change,
            from: before.map(|before| before.status),
            to: state.status,
            holder: state
                .lease_owner
                .clone()
                .or_else(|| before.and_then(|before| before.lease_owner.clone())),
            error: if failed { state.error.clone() } else { None },
        });
    }
}

/// What led from one state to the next.
fn change(before: Option<&JobState>, state: &JobState) -> Change {
    use JobStatus as S;
    let Some(before) = before else { return Change::Created };
    match (before.status, state.status) {
        _ if state.lease_token > before.lease_token => Change::Claimed,
        (from, to) if from == to && !from.is_live() => Change::Updated,
        (_, S::Completed) => Change::Completed,
        (_, S::Failed) => Change::Failed,
        (_, S::Cancelled) => Change::Cancelled,
        (S::AwaitingApproval, S::Pending | S::AwaitingCsr) => Change::Approved,
        (S::Failed, _) => Change::Retried,
        (S::AwaitingCsr, S::Pending) => Change::CsrAccepted,
        (S::Running, S::Pending | S::AwaitingCsr) => Change::AttemptFailed,
        (S::AwaitingCsr, S::AwaitingCsr) if before.lease_owner.is_some() && state.lease_owner.is_none() => {
            Change::AttemptFailed
        }
        _ => Change::Updated,
    }
}

/// What a change means for an open attempt, and whether it failed with it.
const fn end_of_attempt(change: Change) -> Option<(AttemptEnd, bool)> {
    match change {
        Change::Claimed => Some((AttemptEnd::LeaseLost, false)),
        Change::CsrAccepted => Some((AttemptEnd::CsrAccepted, false)),
        Change::Completed => Some((AttemptEnd::Completed, false)),
        Change::AttemptFailed => Some((AttemptEnd::WillRetry, true)),
        Change::Failed => Some((AttemptEnd::Failed, true)),
        Change::Cancelled => Some((AttemptEnd::Cancelled, true)),
        Change::Created | Change::Approved | Change::Retried | Change::Updated => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use JobStatus as S;

    /// A job's states from (status, attempts, token, owner, error).
    /// Status, attempts, lease token, lease owner, error.
    type Row<'a> = (S, u32, i64, Option<&'a str>, Option<&'a str>);

    fn states(rows: &[Row<'_>]) -> Vec<JobState> {
        rows.iter()
            .enumerate()
            .map(|(n, (status, attempts, lease_token, owner, error))| JobState {
                revision: i64::try_from(n).unwrap(),
                at: Timestamp::from_unix_seconds(i64::try_from(n).unwrap()),
                status: *status,
                executor: Executor::Agent,
                attempts: *attempts,
                lease_token: *lease_token,
                lease_owner: owner.map(str::to_owned),
                error: error.map(str::to_owned),
            })
            .collect()
    }

    #[test]
    fn an_issuance_reads_as_it_went() {
        let timeline = Timeline::of(&states(&[
            (S::AwaitingApproval, 0, 0, None, None),
            (S::AwaitingCsr, 0, 0, None, None),
            (S::AwaitingCsr, 1, 1, Some("agent-1/a"), None),
            (S::AwaitingCsr, 1, 1, None, Some("no space")),
            (S::AwaitingCsr, 2, 2, Some("agent-1/a"), Some("no space")),
            (S::Pending, 0, 2, None, Some("no space")),
            (S::Running, 1, 3, Some("server-a"), None),
            (S::Running, 2, 4, Some("server-b"), None),
            (S::Completed, 2, 4, None, None),
            (S::Completed, 2, 4, None, None),
        ]));
        let changes: Vec<_> = timeline.changes.iter().map(|change| change.change.as_str()).collect();
        assert_eq!(
            changes,
            [
                "created",
                "approved",
                "claimed",
                "attempt_failed",
                "claimed",
                "csr_accepted",
                "claimed",
                "claimed",
                "completed",
                "updated"
            ]
        );
        let attempts: Vec<_> = timeline
            .attempts
            .iter()
            .map(|one| (one.number, one.holder.as_str(), one.outcome.as_str(), one.error.as_deref()))
            .collect();
        assert_eq!(
            attempts,
            [
                (1, "agent-1/a", "will_retry", Some("no space")),
                (2, "agent-1/a", "csr_accepted", None),
                (1, "server-a", "lease_lost", None),
                (2, "server-b", "completed", None),
            ]
        );
    }

    #[test]
    fn a_cancelled_attempt_ends_with_its_job() {
        let timeline = Timeline::of(&states(&[
            (S::Pending, 0, 0, None, None),
            (S::Running, 1, 1, Some("agent-1/a"), None),
            (S::Cancelled, 1, 1, None, Some("cancelled by ops")),
        ]));
        assert_eq!(timeline.attempts[0].outcome, AttemptEnd::Cancelled);
        assert_eq!(timeline.changes[2].holder.as_deref(), Some("agent-1/a"));
        assert_eq!(timeline.changes[2].error.as_deref(), Some("cancelled by ops"));
        assert_eq!(Timeline::of(&[]), Timeline::default());
    }
}
