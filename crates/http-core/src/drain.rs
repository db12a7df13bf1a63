//! Stopping without cutting a request off, and without waiting for connections that are only open:
//! an agent keeps its connection between two polls, and a browser keeps several.

use actix_web::dev::ServerHandle;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Time for the last answers to leave their buffers, in whole seconds.
pub(crate) const FLUSH_SECONDS: u64 = 1;

/// Counts the requests that have not been answered yet.
#[derive(Debug, Default)]
pub(crate) struct Underway {
    count: AtomicUsize,
    none_left: Notify,
}

impl Underway {
    /// Counts one more until the value is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderwayRequest {
        self.count.fetch_add(1, Ordering::SeqCst);
        UnderwayRequest(Arc::clone(self))
    }

    /// Returns as soon as every request is answered.
    async fn none(&self) {
        loop {
            let mut woken = pin!(self.none_left.notified());
            // Registered before the look, so that an end in between is not missed.
            woken.as_mut().enable();
            if self.count.load(Ordering::SeqCst) == 0 {
                return;
            }
            woken.await;
        }
    }
}

/// One request that is being answered.
#[derive(Debug)]
pub(crate) struct UnderwayRequest(Arc<Underway>);

impl Drop for UnderwayRequest {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.none_left.notify_waiters();
        }
    }
}

/// Ends a [`crate::Server`] from elsewhere.
#[derive(Clone)]
pub struct Stopper {
    pub(crate) handle: ServerHandle,
    pub(crate) underway: Arc<Underway>,
    pub(crate) drain: Duration,
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").field("underway", &self.underway).finish_non_exhaustive()
    }
}

impl Stopper {
    /// Accepts no more connections, lets requests under way finish within the drain time, then
    /// closes every connection.
    pub async fn stop(self) {
        self.handle.pause().await;
        if timeout(self.drain, self.underway.none()).await.is_err() {
            tracing::warn!("requests did not finish within {:?} and are cut off", self.drain);
        }
        self.handle.stop(true).await;
    }
}
