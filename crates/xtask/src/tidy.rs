//! Rules of the house that no compiler knows.

mod connectors;
mod migrations;
mod source;
#[cfg(test)]
mod tests;

use crate::findings::Findings;
use anyhow::{Context, Result};
use std::path::Path;

/// Folders that hold nothing written by hand.
const SKIPPED_FOLDERS: [&str; 4] = ["target", "node_modules", "dist", ".git"];
/// Kinds of files that are read, by extension.
const TEXT: [&str; 14] =
    ["css", "html", "json", "just", "md", "rs", "service", "sh", "sql", "toml", "ts", "tsx", "yaml", "yml"];
/// Files without an extension that are read.
const TEXT_NAMES: [&str; 3] = ["Dockerfile", "justfile", "run"];

/// One file of the repository.
struct File {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.extension() == Some("rs")
    }

    fn extension(&self) -> Option<&str> {
        extension(&self.path)
    }
}

/// Judges every text file below `root`.
pub fn check(root: &Path) -> Result<Findings> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut findings = Findings::default();
    for file in &files {
        source::check(file, &mut findings);
    }
    connectors::check(&files, &mut findings);
    migrations::check(&root.join("migrations"), &mut findings)?;
    Ok(findings)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_str()) {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() && is_text(&name) {
            let bytes = std::fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
            files.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
    Ok(())
}

fn is_text(name: &str) -> bool {
    match extension(name) {
        Some(extension) => TEXT.contains(&extension),
        None => TEXT_NAMES.contains(&name),
    }
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}
