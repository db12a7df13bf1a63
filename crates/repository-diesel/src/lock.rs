//! Makes ready the files of a SQLite database and keeps other processes away from it.

use crate::error::OpenError;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The right to use a SQLite database, held until dropped. The system lets go of it when the
/// process dies, so a crash leaves nothing to clean up.
#[derive(Debug)]
pub(crate) struct DatabaseLock(#[expect(dead_code, reason = "held for its drop")] Flock<File>);

impl DatabaseLock {
    /// Makes ready the files, then locks `<path>.lock` beside the database.
    pub(crate) fn acquire(path: &Path) -> Result<Self, OpenError> {
        prepare(path)?;
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock_path = PathBuf::from(name);
        let file = private_file(&lock_path)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Self(lock)),
            Err((_, Errno::EWOULDBLOCK)) => Err(OpenError::InUse { path: path.to_owned() }),
            Err((_, errno)) => Err(failed(&lock_path, errno.into())),
        }
    }
}

/// Makes the directory (0700) and the file (0600) if they are missing.
pub(crate) fn prepare(path: &Path) -> Result<(), OpenError> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|source| failed(directory, source))?;
    }
    private_file(path)?;
    Ok(())
}

/// Opens a file that only its owner can read, and makes it if needed. SQLite gives its journal
/// files the mode of the database file.
fn private_file(path: &Path) -> Result<File, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path).map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> OpenError {
    OpenError::File { path: path.to_owned(), source }
}
