//! Storage of the console's sessions.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::id::SessionId;
use certctl_domain::session::Session;

/// Sessions of the console.
pub trait SessionRepo {
    /// The session with this token, ended ones included.
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<Session>, StoreError>;
    /// Adds a row. `Duplicate{session.token}`.
    fn insert(&mut self, session: &Session) -> Result<(), StoreError>;
    /// Records a use at `at`, unless a later one was recorded. An unknown session changes nothing.
    fn record_use(&mut self, id: &SessionId, at: Timestamp) -> Result<(), StoreError>;
    /// Removes a session; false when it was gone.
    fn delete(&mut self, id: &SessionId) -> Result<bool, StoreError>;
    /// Removes the sessions whose end has come at `now`, and those that were not used since
    /// `unused_since`. Returns their number.
    fn prune(&mut self, now: Timestamp, unused_since: Timestamp) -> Result<u64, StoreError>;
}
