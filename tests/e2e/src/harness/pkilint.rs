//! pkilint: judges CRLs and OCSP responses by RFC 5280 and RFC 6960.

use super::python_tool::python_tool;
use anyhow::{Context, Result, anyhow, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The version whose findings the tests know. Another one may find more.
const VERSION: &str = "0.13.3";

/// Findings that stay, each with its reason.
const ACCEPTED: [(&str, &str); 0] = [];

/// Judges every `*.crl` and `*.ocsp` of a directory, both DER. Says how many there were; fails with the
/// findings that have no reason.
pub fn pkilint(directory: &Path) -> Result<usize> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "crl" || kind == "ocsp") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Ok(0);
    }
    let output = Command::new(python()?)
        .args(["-c", include_str!("pkilint.py")])
        .args(&files)
        .stdin(Stdio::null())
        .output()
        .context("cannot run pkilint")?;
    ensure!(output.status.success(), "pkilint failed: {}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout)?;
    let accepted = |line: &&str| ACCEPTED.iter().any(|(code, _reason)| line.contains(&format!(" {code}")));
    let findings: Vec<&str> = told.lines().filter(|line| !accepted(line)).collect();
    ensure!(findings.is_empty(), "pkilint finds fault:\n{}", findings.join("\n"));
    Ok(files.len())
}

fn python() -> Result<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let install = || python_tool("pkilint", VERSION).map(|programs| programs.join("python"));
    let found = PYTHON.get_or_init(|| install().map_err(|error| format!("{error:#}")));
    found.as_deref().map_err(|message| anyhow!("{message}"))
}
