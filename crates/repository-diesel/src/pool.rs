//! Connections and the threads that use them.
//!
//! A caller waits for a permit without holding a thread; only then is a blocking thread of the
//! runtime taken, so the number of threads is bounded by the number of connections. The runtime is
//! the one the store was opened on, not the caller's: actix workers have runtimes of their own.

use crate::manager::{ConnectionSource, Endpoint};
use certctl_repository::StoreError;
use parking_lot::RwLock;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// A connection on loan.
pub(crate) type Loan = r2d2::PooledConnection<ConnectionSource>;

/// How the connections of a pool are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// Connections at most.
    pub size: u32,
    /// Open connections that nobody uses.
    pub idle: u32,
    /// Transactions at work.
    pub in_use: u32,
    /// Transactions that wait for a connection.
    pub waiting: u32,
}

/// A place in the queue; given up when dropped, also by a caller that goes away.
struct Place(Arc<AtomicU32>);

impl Place {
    fn take(waiting: &Arc<AtomicU32>) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(waiting))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The connections of one kind, with a fair queue in front.
pub(crate) struct Pool {
    runtime: Handle,
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicU32>,
    size: u32,
    /// Absent once closed.
    connections: RwLock<Option<r2d2::Pool<ConnectionSource>>>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool of at most `size` connections; none is made yet.
    pub(crate) fn new(runtime: Handle, endpoint: Endpoint, size: u32, connect_timeout: Duration) -> Self {
        let size = size.max(1);
        let connections = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(connect_timeout)
            // A test before every use would cost a round trip; `begin` finds dead connections.
            .test_on_check_out(false)
            // Failures reach the caller; nothing is gained by logging them here as well.
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(ConnectionSource(endpoint));
        let permits = usize::try_from(size).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            runtime,
            permits: Arc::new(Semaphore::new(permits)),
            waiting: Arc::default(),
            size,
            connections: RwLock::new(Some(connections)),
        }
    }

    /// Number of connections at most.
    pub(crate) const fn size(&self) -> u32 {
        self.size
    }

    /// How its connections are used now.
    pub(crate) fn usage(&self) -> PoolUsage {
        let idle = self.connections.read().as_ref().map_or(0, |pool| pool.state().idle_connections);
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(self.size);
        PoolUsage {
            size: self.size,
            idle,
            in_use: self.size.saturating_sub(free),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    /// Runs `work` on a blocking thread once a connection is free; also returns how long that
    /// took. A caller that goes away leaves `work` to finish. A panic in `work` continues here.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<(T, Duration), StoreError> {
        let queued = Instant::now();
        let place = Place::take(&self.waiting);
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(unavailable)?;
        drop(place);
        let waited = queued.elapsed();
        let pool = Arc::clone(self);
        let task = self.runtime.spawn_blocking(move || {
            let _permit = permit;
            work(&pool)
        });
        match task.await {
            Ok(value) => Ok((value, waited)),
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(cancelled) => Err(unavailable(cancelled)),
            },
        }
    }

    /// A connection. Blocks, at most for the connect timeout.
    pub(crate) fn connection(&self) -> Result<Loan, StoreError> {
        let connections =
            self.connections.read().clone().ok_or_else(|| unavailable("the store is closed"))?;
        connections.get().map_err(unavailable)
    }

    /// Waits until nothing runs any more, then closes every connection. Later calls are refused.
    pub(crate) async fn close(&self) {
        if self.permits.acquire_many(self.size).await.is_err() {
            return;
        }
        self.permits.close();
        let connections = self.connections.write().take();
        // Closing SQLite writes its log back, so it is done where blocking is allowed.
        let closing = self.runtime.spawn_blocking(move || drop(connections));
        if let Err(failed) = closing.await
            && let Ok(panic) = failed.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unavailable(cause.into())
}
