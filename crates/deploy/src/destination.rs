//! Where files go: real paths, safe directories, mode and owner.

use crate::disk::Access;
use crate::error::at;
use crate::{Error, store::is_store_link};
use certctl_crypto::SecretBytes;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

const LARGEST_FILE: u64 = 1024 * 1024;
const MOST_LINKS: usize = 16;

/// A file a target reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Name within the connector, for example `cert` or `key`; `[a-z]+`.
    pub name: &'static str,
    /// Configured path, absolute.
    pub path: PathBuf,
    /// Whether it holds a private key.
    pub secret: bool,
    /// Mode when neither the configuration nor an existing file gives one.
    pub default_mode: u32,
    /// What the configuration asks for.
    pub wanted: FileAccess,
}

/// Mode and owner as configured. What is not given is taken from the existing file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileAccess {
    /// Mode, for example `0o640`.
    pub mode: Option<u32>,
    /// User name or decimal id.
    pub owner: Option<String>,
    /// Group name or decimal id.
    pub group: Option<String>,
}

/// A destination after links were followed and names looked up.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) destination: Destination,
    /// Real path; itself a link only when it leads into a store.
    pub(crate) path: PathBuf,
    uid: Option<u32>,
    gid: Option<u32>,
}

/// What is at a destination now.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) content: SecretBytes,
    pub(crate) access: Access,
}

impl Place {
    /// Follows links and checks the directories on the way, and that the end lies below one of
    /// the `allowed` paths.
    pub(crate) fn resolve(destination: &Destination, allowed: Option<&[PathBuf]>) -> Result<Self, Error> {
        let path = real_path(&destination.path)?;
        check_allowed(&path, allowed)?;
        let (uid, gid) = (
            account_id(destination.wanted.owner.as_deref(), "user")?,
            account_id(destination.wanted.group.as_deref(), "group")?,
        );
        Ok(Self { destination: destination.clone(), path, uid, gid })
    }

    /// The file as a reader of the destination sees it.
    pub(crate) fn find(&self) -> Result<Option<Found>, Error> {
        let file = match fs::File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => at("open", &self.path, other)?,
        };
        let metadata = at("look at", &self.path, file.metadata())?;
        if !metadata.is_file() {
            return Err(Error::NotAFile { path: self.path.clone() });
        }
        if metadata.len() > LARGEST_FILE {
            return Err(Error::TooLarge { path: self.path.clone(), limit: LARGEST_FILE });
        }
        let mut content = Vec::new();
        at("read", &self.path, file.take(LARGEST_FILE).read_to_end(&mut content))?;
        let access = Access {
            mode: metadata.mode() & self.kept_bits(),
            uid: Some(metadata.uid()),
            gid: Some(metadata.gid()),
        };
        Ok(Some(Found { content: SecretBytes::new(content), access }))
    }

    /// Mode and owner of the file to write: configured, else of the existing file, else default.
    pub(crate) fn access(&self, found: Option<&Found>) -> Access {
        let existing = found.map(|found| found.access);
        let inherited_mode = existing.map_or(self.destination.default_mode, |access| access.mode);
        let mode = self.destination.wanted.mode.unwrap_or(inherited_mode);
        // Only root may give files away; another user can at least keep the group.
        let inherited = existing.and_then(|access| access.uid).filter(|_| nix::unistd::geteuid().is_root());
        Access { mode, uid: self.uid.or(inherited), gid: self.gid.or(existing.and_then(|access| access.gid)) }
    }

    /// Mode bits of an existing key that stay when it moves to the store. A key may have been
    /// protected by its directory alone; the store is open to pass through, so the bits that the
    /// directory made void are dropped.
    fn kept_bits(&self) -> u32 {
        if !self.destination.secret || is_store_link(&self.path) {
            return 0o7777;
        }
        let directories = self.path.ancestors().skip(1).filter_map(|directory| fs::metadata(directory).ok());
        directories.fold(0o7777, |kept, directory| match directory.mode() & 0o011 {
            0o000 => kept & !0o077,
            0o010 => kept & !0o007,
            _ => kept,
        })
    }

    /// Whether the file in place already has what the configuration asks for.
    pub(crate) fn access_fits(&self, found: &Found) -> bool {
        self.destination.wanted.mode.is_none_or(|mode| mode == found.access.mode)
            && (self.uid.is_none() || self.uid == found.access.uid)
            && (self.gid.is_none() || self.gid == found.access.gid)
    }
}

/// Follows links of the operator to the file they mean, so that the link itself survives; stops at
/// a link into a store, which is ours to replace. Links that another user may have made are not
/// followed: they could make the agent replace any file of the host.
fn real_path(configured: &Path) -> Result<PathBuf, Error> {
    let bad = || Error::BadDestination { path: configured.to_owned() };
    if !configured.is_absolute() || configured.components().any(|part| part == Component::ParentDir) {
        return Err(bad());
    }
    let mut path = configured.to_owned();
    for _ in 0..MOST_LINKS {
        let (directory, name) = (path.parent().ok_or_else(bad)?, path.file_name().ok_or_else(bad)?);
        let real = at("find directory", directory, fs::canonicalize(directory))?;
        check_directory(&real)?;
        path = real.join(name);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(path),
            Err(source) => return Err(Error::Io { action: "look at", path, source }),
            Ok(found) if found.is_symlink() && is_foreign(found.uid()) => {
                return Err(Error::ForeignLink { path, owner: found.uid() });
            }
            Ok(found) if found.is_symlink() && !is_store_link(&path) => {
                let to = at("read link", &path, fs::read_link(&path))?;
                path = real.join(to);
            }
            Ok(found) if found.is_symlink() || found.is_file() => return Ok(path),
            Ok(_) => return Err(Error::NotAFile { path }),
        }
    }
    Err(Error::TooManyLinks { path: configured.to_owned() })
}

/// `path` is real; allowed paths may hold links, and those that do not exist allow nothing.
fn check_allowed(path: &Path, allowed: Option<&[PathBuf]>) -> Result<(), Error> {
    let Some(allowed) = allowed else { return Ok(()) };
    if allowed.iter().filter_map(|path| fs::canonicalize(path).ok()).any(|allowed| path.starts_with(allowed))
    {
        return Ok(());
    }
    let allowed = allowed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(Error::OutsideAllowedPaths { path: path.to_owned(), allowed })
}

/// Refuses a directory in which users other than its owner could replace files.
pub(crate) fn check_directory(path: &Path) -> Result<(), Error> {
    let found = at("look at", path, fs::metadata(path))?;
    let (mode, foreign) = (found.mode(), is_foreign(found.uid()));
    let reason = if mode & 0o002 != 0 && mode & 0o1000 == 0 {
        "everybody can replace files in it; remove write permission for others"
    } else if foreign && mode & 0o022 != 0 {
        "it belongs to another user and others can write to it; remove their write permission"
    } else {
        return Ok(());
    };
    Err(Error::UnsafeDirectory { path: path.to_owned(), reason: reason.to_owned() })
}

/// Whether somebody other than root and the agent's own user is the owner.
pub(crate) fn is_foreign(owner: u32) -> bool {
    owner != 0 && owner != nix::unistd::geteuid().as_raw()
}

fn account_id(name: Option<&str>, kind: &'static str) -> Result<Option<u32>, Error> {
    let Some(name) = name else { return Ok(None) };
    if let Ok(id) = name.parse::<u32>() {
        return Ok(Some(id));
    }
    let found = if kind == "user" {
        nix::unistd::User::from_name(name).map(|user| user.map(|user| user.uid.as_raw()))
    } else {
        nix::unistd::Group::from_name(name).map(|group| group.map(|group| group.gid.as_raw()))
    };
    let unknown = || Error::UnknownAccount { kind, name: name.to_owned() };
    found.ok().flatten().map(Some).ok_or_else(unknown)
}
