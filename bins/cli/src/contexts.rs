//! Saved servers with their keys: `contexts.toml`, readable by its owner alone.

use crate::exit::Usage;
use anyhow::{Context as _, anyhow};
use clap::ArgMatches;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Contexts {
    /// Name of the one in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<String>,
    #[serde(default)]
    pub(crate) contexts: BTreeMap<String, Saved>,
}

/// One server.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) server: String,
    pub(crate) api_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_bundle: Option<PathBuf>,
}

impl std::fmt::Debug for Saved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Saved").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Where the file lies.
pub(crate) fn path(matches: &ArgMatches) -> Option<PathBuf> {
    let directory = match matches.get_one::<PathBuf>("config-dir") {
        Some(directory) => directory.clone(),
        None => std::env::home_dir()?.join(".config/certctl"),
    };
    Some(directory.join("contexts.toml"))
}

/// Reads the file; none is like an empty one.
pub(crate) fn load(path: &Path) -> anyhow::Result<Contexts> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Contexts::default()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    refuse_if_others_can_read(path)?;
    // The error of the parser would quote the line, which may hold the key.
    toml::from_str(&text).map_err(|error| {
        let at =
            error.span().map_or(0, |span| text.get(..span.start).map_or(0, |before| before.lines().count()));
        anyhow!("{} is not a valid context file, near line {at}", path.display())
    })
}

/// Writes the file with mode 0600 in a directory with mode 0700.
pub(crate) fn save(path: &Path, contexts: &Contexts) -> anyhow::Result<()> {
    let directory = path.parent().context("the context file needs a directory")?;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    crate::input::write_private(path, toml::to_string(contexts)?.as_bytes())
}

#[cfg(unix)]
fn refuse_if_others_can_read(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(anyhow!(Usage(format!(
            "{} holds keys and can be read by others; run: chmod 600 {0}",
            path.display()
        ))));
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
fn refuse_if_others_can_read(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
