//! Operations: one action on many certificates, how far it is, and what became of each.

use crate::id::{CertificateId, OperationId};
use crate::{InvalidTransition, JsonText, Timestamp};

string_enum! {
    /// How far an operation is.
    pub enum OperationState ("operation state") {
        /// Nothing was done yet.
        Pending = "pending",
        /// Some items are done.
        Running = "running",
        /// Somebody halted it; it goes on where it was when somebody resumes it.
        Paused = "paused",
        /// Every item came to an end.
        Completed = "completed",
        /// Somebody stopped it; what was done stays done.
        Cancelled = "cancelled",
    }
}

string_enum! {
    /// What became of one certificate of an operation.
    pub enum ItemState ("item state") {
        /// Its turn has not come.
        Pending = "pending",
        /// The action was taken; in a dry run: would be taken.
        Done = "done",
        /// There was nothing to do for it.
        Skipped = "skipped",
        /// The action was refused.
        Failed = "failed",
        /// The operation was cancelled before its turn.
        Cancelled = "cancelled",
    }
}

/// An action on many certificates. The set is fixed when the operation is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Identifier.
    pub id: OperationId,
    /// Name of the action, for example `bulk_renew`.
    pub kind: String,
    /// How far it is.
    pub state: OperationState,
    /// Whether each item is only tried out.
    pub dry_run: bool,
    /// What selected the certificates, a JSON object for people.
    pub criteria: JsonText,
    /// What the action takes, a JSON object.
    pub parameters: JsonText,
    /// Name of who asked.
    pub requested_by: String,
    /// Whole identity of who asked, a JSON object: each item is done in that name.
    pub actor: JsonText,
    /// Certificates in the set.
    pub total_matched: u64,
    /// Items that are done.
    pub total_done: u64,
    /// Items that needed nothing.
    pub total_skipped: u64,
    /// Items that were refused.
    pub total_failed: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When the first item's turn came.
    pub started_at: Option<Timestamp>,
    /// When it was paused; absent unless it is.
    pub paused_at: Option<Timestamp>,
    /// When it was completed or cancelled.
    pub finished_at: Option<Timestamp>,
}

impl Operation {
    /// Items that came to an end.
    pub const fn finished_items(&self) -> u64 {
        self.total_done + self.total_skipped + self.total_failed
    }

    /// Whether nothing will happen any more.
    pub const fn is_finished(&self) -> bool {
        self.finished_at.is_some()
    }

    /// The first item's turn has come, at `at`.
    pub fn start(&mut self, at: Timestamp) {
        if self.state == OperationState::Pending {
            self.state = OperationState::Running;
            self.started_at = Some(at);
        }
    }

    /// Somebody halts it, at `at`; false when it was halted before.
    pub const fn pause(&mut self, at: Timestamp) -> Result<bool, InvalidTransition> {
        match self.state {
            OperationState::Paused => Ok(false),
            OperationState::Pending | OperationState::Running => {
                self.state = OperationState::Paused;
                self.paused_at = Some(at);
                Ok(true)
            }
            OperationState::Completed | OperationState::Cancelled => Err(self.refused("a pause")),
        }
    }

    /// It goes on; false when it was not paused.
    pub const fn resume(&mut self) -> Result<bool, InvalidTransition> {
        match self.state {
            OperationState::Pending | OperationState::Running => Ok(false),
            OperationState::Paused => {
                self.state = self.unpaused_state();
                self.paused_at = None;
                Ok(true)
            }
            OperationState::Completed | OperationState::Cancelled => Err(self.refused("a resumption")),
        }
    }

    /// How far it is, paused or not.
    pub const fn unpaused_state(&self) -> OperationState {
        match self.state {
            OperationState::Paused if self.started_at.is_some() => OperationState::Running,
            OperationState::Paused => OperationState::Pending,
            other => other,
        }
    }

    const fn refused(&self, event: &'static str) -> InvalidTransition {
        InvalidTransition { entity: "operation", from: self.state.as_str(), event }
    }

    /// No item is left, at `at`.
    pub const fn complete(&mut self, at: Timestamp) {
        self.state = OperationState::Completed;
        self.paused_at = None;
        self.finished_at = Some(at);
    }

    /// Somebody stops it, at `at`; false when it was stopped before.
    pub const fn cancel(&mut self, at: Timestamp) -> Result<bool, InvalidTransition> {
        match self.state {
            OperationState::Cancelled => Ok(false),
            OperationState::Completed => Err(self.refused("a cancellation")),
            OperationState::Pending | OperationState::Running | OperationState::Paused => {
                self.state = OperationState::Cancelled;
                self.paused_at = None;
                self.finished_at = Some(at);
                Ok(true)
            }
        }
    }

    /// Counts an item that came to an end.
    pub const fn count(&mut self, state: ItemState) {
        match state {
            ItemState::Done => self.total_done += 1,
            ItemState::Skipped => self.total_skipped += 1,
            ItemState::Failed => self.total_failed += 1,
            ItemState::Pending | ItemState::Cancelled => {}
        }
    }
}

/// One certificate of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationItem {
    /// Operation.
    pub operation_id: OperationId,
    /// Certificate; it need not exist.
    pub certificate_id: CertificateId,
    /// What became of it.
    pub state: ItemState,
    /// Why it was skipped or failed: a stable code.
    pub code: Option<String>,
    /// The same for people.
    pub message: Option<String>,
    /// What the action gave, a JSON object, for example the ids of jobs.
    pub result: Option<JsonText>,
    /// When its turn ended.
    pub finished_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_paused_and_cancelled_once_and_never_after_its_end() {
        let at = Timestamp::from_unix_seconds;
        let mut operation = Operation {
            id: OperationId::parse("op-1").unwrap(),
            kind: "bulk_renew".to_owned(),
            state: OperationState::Pending,
            dry_run: false,
            criteria: JsonText::empty_object(),
            parameters: JsonText::empty_object(),
            requested_by: "ops".to_owned(),
            actor: JsonText::empty_object(),
            total_matched: 2,
            total_done: 0,
            total_skipped: 0,
            total_failed: 0,
            created_at: at(0),
            started_at: None,
            paused_at: None,
            finished_at: None,
        };
        assert_eq!((operation.pause(at(0)), operation.state), (Ok(true), OperationState::Paused));
        assert_eq!((operation.pause(at(1)), operation.paused_at), (Ok(false), Some(at(0))));
        assert_eq!((operation.resume(), operation.state), (Ok(true), OperationState::Pending));
        assert_eq!((operation.resume(), operation.paused_at), (Ok(false), None));
        operation.start(at(1));
        operation.start(at(2));
        operation.count(ItemState::Failed);
        assert_eq!((operation.started_at, operation.finished_items()), (Some(at(1)), 1));
        let mut completed = operation.clone();
        completed.complete(at(3));
        assert!(completed.is_finished() && completed.cancel(at(4)).is_err());
        assert!(completed.pause(at(4)).is_err() && completed.resume().is_err());
        operation.pause(at(2)).unwrap();
        assert_eq!(operation.unpaused_state(), OperationState::Running);
        assert_eq!(operation.cancel(at(3)), Ok(true));
        assert_eq!(operation.cancel(at(4)), Ok(false));
        assert_eq!((operation.state, operation.finished_at), (OperationState::Cancelled, Some(at(3))));
    }
}
