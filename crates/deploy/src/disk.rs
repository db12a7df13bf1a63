//! Every change this crate makes to a file system, one observable step at a time.
//!
//! A process can be killed between any two steps. Tests put a [`StepObserver`] in between to look
//! at the files before each step and to end the work there.

use crate::Error;
use crate::destination::is_foreign;
use crate::error::at;
use certctl_crypto::SecretBytes;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, symlink};
use std::path::Path;
use std::sync::Arc;

/// Looks at each step before it is done and may refuse it.
pub trait StepObserver: Send + Sync + fmt::Debug {
    /// Called before `action` (a verb, for example `rename`) on `path`. An error takes its place.
    fn before(&self, action: &'static str, path: &Path) -> io::Result<()>;
}

/// The file system as deployments change it.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    observer: Option<Arc<dyn StepObserver>>,
}

/// Mode and owner of a file to write. An owner or group that is not given stays the process's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) mode: u32,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
}

impl Disk {
    /// A file system whose steps `observer` sees.
    pub fn observed(observer: Arc<dyn StepObserver>) -> Self {
        Self { observer: Some(observer) }
    }

    fn step<T>(
        &self,
        action: &'static str,
        path: &Path,
        run: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, Error> {
        let allowed = self.observer.as_ref().map_or(Ok(()), |observer| observer.before(action, path));
        at(action, path, allowed.and_then(|()| run()))
    }

    /// Makes a directory with exactly this mode, durably, or takes over the one that is there.
    pub(crate) fn ensure_dir(&self, path: &Path, mode: u32) -> Result<(), Error> {
        let created =
            self.step("create directory", path, || match DirBuilder::new().mode(mode).create(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                other => other.map(|()| true),
            })?;
        let found = at("look at", path, fs::symlink_metadata(path))?;
        if !found.is_dir() || is_foreign(found.uid()) {
            let reason = "it must be a directory of this agent's user or of root; move it away".to_owned();
            return Err(Error::UnsafeDirectory { path: path.to_owned(), reason });
        }
        if created || found.mode() & 0o7777 != mode {
            // The process's umask may have taken bits away.
            self.step("set the mode of", path, || fs::set_permissions(path, Permissions::from_mode(mode)))?;
        }
        match path.parent() {
            Some(parent) if created => self.sync_dir(parent),
            _ => Ok(()),
        }
    }

    /// Writes a file that must not exist yet and makes it durable. It is private until complete.
    pub(crate) fn write_new(&self, path: &Path, content: &SecretBytes, access: Access) -> Result<(), Error> {
        let mut file = self.step("create", path, || {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
        })?;
        self.step("write", path, || file.write_all(content.expose()))?;
        self.give(&file, path, access)?;
        self.step("set the mode of", path, || file.set_permissions(Permissions::from_mode(access.mode)))?;
        self.step("sync", path, || file.sync_all())
    }

    fn give(&self, file: &File, path: &Path, access: Access) -> Result<(), Error> {
        let now = at("look at", path, file.metadata())?;
        let uid = access.uid.filter(|uid| *uid != now.uid());
        let gid = access.gid.filter(|gid| *gid != now.gid());
        if uid.is_none() && gid.is_none() {
            return Ok(());
        }
        self.step("set the owner of", path, || fchown(file, uid, gid))
    }

    /// Replaces a private file of this agent in one durable step.
    pub(crate) fn replace(&self, path: &Path, content: Vec<u8>) -> Result<(), Error> {
        let fresh = path.with_extension("new");
        self.remove_file(&fresh)?;
        let access = Access { mode: 0o600, uid: None, gid: None };
        self.write_new(&fresh, &SecretBytes::new(content), access)?;
        self.rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |directory| self.sync_dir(directory))
    }

    /// Makes `link` lead to `to` in one step, whatever `link` was before. `fresh` is a name in the
    /// same directory.
    pub(crate) fn relink(&self, to: &Path, link: &Path, fresh: &Path) -> Result<(), Error> {
        self.remove_file(fresh)?;
        self.step("create link", fresh, || symlink(to, fresh))?;
        self.rename(fresh, link)?;
        link.parent().map_or(Ok(()), |directory| self.sync_dir(directory))
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        self.step("rename", from, || fs::rename(from, to))
    }

    /// Removes a file or link; one that is not there is no error.
    pub(crate) fn remove_file(&self, path: &Path) -> Result<(), Error> {
        if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Ok(());
        }
        self.step("remove", path, || fs::remove_file(path))
    }

    /// Removes a directory of plain files.
    pub(crate) fn remove_flat_dir(&self, path: &Path) -> Result<(), Error> {
        for entry in entries(path)? {
            self.remove_file(&path.join(entry))?;
        }
        self.step("remove directory", path, || fs::remove_dir(path))
    }

    /// Removes a directory when it is empty; says whether it is gone.
    pub(crate) fn remove_dir_if_empty(&self, path: &Path) -> Result<bool, Error> {
        self.step("remove directory", path, || match fs::remove_dir(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        })
    }

    pub(crate) fn sync_dir(&self, path: &Path) -> Result<(), Error> {
        self.step("sync directory", path, || File::open(path).and_then(|directory| directory.sync_all()))
    }
}

/// Names in a directory; none when it does not exist.
pub(crate) fn entries(path: &Path) -> Result<Vec<String>, Error> {
    let listing = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other,
    };
    let names = listing.and_then(|listing| {
        listing.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
    });
    at("list", path, names)
}
