//! Failures of the file store, in words for operators.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of files, links, locks or journals. Never holds file contents.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// Others could replace what is written there.
    #[error("{} is refused: {reason}", path.display())]
    UnsafeDirectory {
        /// Directory.
        path: PathBuf,
        /// Why, and what to change.
        reason: String,
    },
    /// Somebody else may have put the link there to have another file replaced.
    #[error("{} is a symbolic link of user {owner}; give it to root or configure the file it leads to", path.display())]
    ForeignLink {
        /// Link.
        path: PathBuf,
        /// User id of its owner.
        owner: u32,
    },
    /// The host keeps targets out of this place.
    #[error("{} is not below the paths this host allows ({allowed}); choose another path or extend allowed_paths on the host", path.display())]
    OutsideAllowedPaths {
        /// Destination, links resolved.
        path: PathBuf,
        /// Allowed paths, separated by commas.
        allowed: String,
    },
    /// A destination is a directory, a socket or another thing that cannot be replaced by a file.
    #[error("{} is not a regular file; choose another path or move it away", path.display())]
    NotAFile {
        /// Destination.
        path: PathBuf,
    },
    /// A destination is far too large to be a certificate or a key.
    #[error("{} is larger than {limit} bytes and so is no certificate or key; check the path", path.display())]
    TooLarge {
        /// Destination.
        path: PathBuf,
        /// Limit in bytes.
        limit: u64,
    },
    /// A chain of symbolic links does not end.
    #[error("{} leads through too many symbolic links", path.display())]
    TooManyLinks {
        /// Destination.
        path: PathBuf,
    },
    /// Two destinations are the same file.
    #[error("two destinations lead to {}; give each its own path", path.display())]
    SameFile {
        /// The file.
        path: PathBuf,
    },
    /// No destination is given, or one without a directory.
    #[error("{} cannot be a destination; use an absolute path of a file", path.display())]
    BadDestination {
        /// Destination.
        path: PathBuf,
    },
    /// The configured owner or group does not exist here.
    #[error("there is no {kind} `{name}` on this host; create it or change the target's configuration")]
    UnknownAccount {
        /// `user` or `group`.
        kind: &'static str,
        /// Name.
        name: String,
    },
    /// Another deployment holds the lock.
    #[error("another deployment into {} is still running after {waited_s} s", directory.display())]
    Busy {
        /// Locked directory.
        directory: PathBuf,
        /// Seconds waited.
        waited_s: u64,
    },
    /// The generation to go back to is gone.
    #[error("generation {number} is missing in {}; deploy again to write a complete one", store.display())]
    GenerationMissing {
        /// Store.
        store: PathBuf,
        /// Number.
        number: u64,
    },
    /// The journal is not what this program wrote.
    #[error("the deployment journal {} cannot be read; look at the files of the target, then remove it", path.display())]
    Journal {
        /// Journal file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
}

impl Error {
    /// Whether only a change of configuration or host can help.
    pub const fn is_permanent(&self) -> bool {
        match self {
            Self::Io { .. } | Self::Busy { .. } | Self::GenerationMissing { .. } => false,
            Self::UnsafeDirectory { .. }
            | Self::ForeignLink { .. }
            | Self::OutsideAllowedPaths { .. }
            | Self::NotAFile { .. }
            | Self::TooLarge { .. }
            | Self::TooManyLinks { .. }
            | Self::SameFile { .. }
            | Self::BadDestination { .. }
            | Self::UnknownAccount { .. }
            | Self::Journal { .. } => true,
        }
    }
}

/// Says what was tried on which path.
pub(crate) fn at<T>(action: &'static str, path: &Path, result: io::Result<T>) -> Result<T, Error> {
    result.map_err(|source| Error::Io { action, path: path.to_owned(), source })
}

/// The message and its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
