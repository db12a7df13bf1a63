//! Private files: mode 0600 in directories of mode 0700, replaced as a whole, on disk when a call
//! returns.

use crate::AgentError;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Longest file that is read back; every one of ours is far shorter.
const READ_LIMIT: u64 = 1 << 20;

/// Makes sure that `path` is a directory that only the agent's user may enter. What had to be made
/// is on disk when this returns.
pub(crate) fn private_directory(path: &Path) -> Result<(), AgentError> {
    let missing: Vec<&Path> = path.ancestors().take_while(|above| !above.exists()).collect();
    let attempt = || -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        missing.into_iter().try_for_each(sync_directory_of)
    };
    attempt().map_err(AgentError::file("create", path))?;
    let found = fs::metadata(path).map_err(AgentError::file("look at", path))?;
    let user = nix::unistd::geteuid().as_raw();
    if found.uid() != user {
        return Err(AgentError::ForeignOwner { path: path.to_owned(), owner: found.uid(), user });
    }
    let mode = found.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(AgentError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Writes a file as a whole: after a crash it holds the old content or the new one.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), AgentError> {
    let unfinished = unfinished(path);
    let attempt = || -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        sync_directory_of(path)
    };
    attempt().map_err(AgentError::file("write", path))
}

/// The content of a file, or `None` when it does not exist.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, AgentError> {
    let mut content = Vec::new();
    let attempt = File::open(path).and_then(|file| file.take(READ_LIMIT).read_to_end(&mut content));
    match attempt {
        Ok(_length) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(AgentError::file("read", path)(error)),
    }
}

/// Moves a file within the file system, on disk on both sides when it returns.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), AgentError> {
    let attempt = || -> io::Result<()> {
        fs::rename(from, to)?;
        sync_directory_of(to)?;
        sync_directory_of(from)
    };
    attempt().map_err(AgentError::file("move", from))
}

/// Removes a file; it is no error when it is gone already.
pub(crate) fn remove(path: &Path) -> Result<(), AgentError> {
    match fs::remove_file(path).and_then(|()| sync_directory_of(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(AgentError::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Names of the entries of a directory that are text; none when it does not exist.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, AgentError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(AgentError::file("list", path)(error)),
    };
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        None => Ok(()),
        Some(here) if here.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(directory) => File::open(directory)?.sync_all(),
    }
}

/// Where content is collected before it takes the name of `path`. A leftover of a killed process
/// is overwritten.
fn unfinished(path: &Path) -> std::path::PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}
