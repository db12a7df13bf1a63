//! Standard output: only what a person or script asked for. Logs go to standard error.

use anyhow::Context;
use std::io::Write;

/// Writes one line and flushes it, so that a waiting script sees it at once.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("cannot write to standard output")
}
