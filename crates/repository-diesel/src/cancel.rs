//! Callers that go away: their transaction ends at its next statement, and on PostgreSQL the
//! statement that runs is cancelled, so that the connection is free again at once. On SQLite it runs
//! to its end: interrupting it takes the connection's raw handle, which diesel does not give away. No
//! statement there reads a growing table whole (`tests/plans`), so that end is near.

use crate::dialect;
use crate::manager::Endpoint;
use certctl_repository::StoreError;
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::runtime::Handle;

/// The error of a transaction that nobody waits for; nobody reads it either.
pub(crate) fn gone() -> StoreError {
    StoreError::Unavailable("the caller went away".into())
}

/// What a transaction and its caller know of each other.
#[derive(Debug, Default)]
pub(crate) struct Cancellation {
    gone: AtomicBool,
    at: Mutex<At>,
}

#[derive(Debug, Default)]
struct At {
    /// The process that runs the body's statements at the moment.
    backend: Option<i32>,
    sent: bool,
}

impl Cancellation {
    /// Whether the caller went away.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }

    /// From now on statements run in `backend`.
    pub(crate) fn statements(&self, backend: Option<i32>) -> Statements<'_> {
        *self.at.lock() = At { backend, sent: false };
        Statements(self)
    }
}

/// While it lives, statements may be cancelled. Dropped also when the body panics.
pub(crate) struct Statements<'c>(&'c Cancellation);

impl Statements<'_> {
    /// No statement of the body runs any more; tells whether one was cancelled.
    pub(crate) fn end(self) -> bool {
        let mut at = self.0.at.lock();
        at.backend = None;
        at.sent
    }
}

impl Drop for Statements<'_> {
    fn drop(&mut self) {
        self.0.at.lock().backend = None;
    }
}

/// Sends cancellations over a connection of its own, because the pool may have none to spare.
pub(crate) struct Canceller {
    runtime: Handle,
    endpoint: Endpoint,
    /// One at a time: a crowd that leaves at once must not need a crowd of connections.
    turn: Mutex<()>,
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Canceller {
    pub(crate) const fn new(runtime: Handle, endpoint: Endpoint) -> Self {
        Self { runtime, endpoint, turn: Mutex::new(()) }
    }

    /// Blocks for as long as a connection takes to be made.
    fn cancel(&self, cancellation: &Cancellation) {
        let _turn = self.turn.lock();
        if cancellation.at.lock().backend.is_none() {
            return;
        }
        let mut conn = match self.endpoint.connect() {
            Ok(conn) => conn,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "cannot cancel a statement");
                return;
            }
        };
        // Held until the signal is sent, so that the backend cannot pass to another transaction before.
        let mut at = cancellation.at.lock();
        if let Some(backend) = at.backend {
            at.sent = true;
            if let Err(error) = dialect::cancel_backend(&mut conn, backend) {
                tracing::debug!(error = &error as &dyn std::error::Error, "cannot cancel a statement");
            }
        }
    }
}

/// A caller that waits. Dropped before it is done, it cancels.
pub(crate) struct Waiting {
    canceller: Arc<Canceller>,
    cancellation: Arc<Cancellation>,
    done: bool,
}

impl Waiting {
    pub(crate) fn new(canceller: &Arc<Canceller>) -> Self {
        Self { canceller: Arc::clone(canceller), cancellation: Arc::default(), done: false }
    }

    pub(crate) fn cancellation(&self) -> Arc<Cancellation> {
        Arc::clone(&self.cancellation)
    }

    /// The result is there.
    pub(crate) fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        self.cancellation.gone.store(true, Ordering::SeqCst);
        if self.cancellation.at.lock().backend.is_some() {
            let (canceller, cancellation) = (Arc::clone(&self.canceller), Arc::clone(&self.cancellation));
            self.canceller.runtime.spawn_blocking(move || canceller.cancel(&cancellation));
        }
    }
}
