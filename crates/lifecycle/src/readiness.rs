//! Whether the process can serve: what `/ready` answers.

use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

/// Where the process is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadyState {
    /// Still migrating, loading or binding; answers 503.
    Starting,
    /// Serves; answers 200.
    Ready,
    /// Shutting down; answers 503 so that load balancers look elsewhere.
    Stopping,
}

impl ReadyState {
    /// Lower-case text for the probe's body.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Stopping => "stopping",
        }
    }
}

impl fmt::Display for ReadyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Shared readiness. It only moves forward: a process that stops never becomes ready again.
#[derive(Debug, Clone)]
pub struct Readiness(Arc<watch::Sender<ReadyState>>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(ReadyState::Starting)))
    }
}

impl Readiness {
    /// The current state.
    pub fn state(&self) -> ReadyState {
        *self.0.borrow()
    }

    /// Whether the process serves.
    pub fn is_ready(&self) -> bool {
        self.state() == ReadyState::Ready
    }

    /// Moves to `state` unless the process is already further; tells whether it moved.
    pub(crate) fn advance(&self, state: ReadyState) -> bool {
        self.0.send_if_modified(|current| {
            let moves = state > *current;
            if moves {
                *current = state;
            }
            moves
        })
    }

    /// Completes once the process has reached `state` or gone past it.
    pub async fn reached(&self, state: ReadyState) {
        let mut watcher = self.0.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = watcher.wait_for(|current| *current >= state).await;
    }
}
