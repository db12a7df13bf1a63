//! One deployment at a time per directory, across processes.

use crate::Error;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_millis(50);

/// An exclusive `flock` on a directory; released when dropped or when the process dies. The
/// directory itself is locked so that no lock file is left behind.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _directory: File,
}

impl DirectoryLock {
    /// Waits for the lock, at most `limit`.
    pub(crate) async fn acquire(directory: &Path, limit: Duration) -> Result<Self, Error> {
        let io = |action, source| Error::Io { action, path: directory.to_owned(), source };
        let file = File::open(directory).map_err(|source| io("open", source))?;
        let deadline = Instant::now() + limit;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _directory: file }),
                Err(TryLockError::Error(source)) => return Err(io("lock", source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(Error::Busy { directory: directory.to_owned(), waited_s: limit.as_secs() });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}
